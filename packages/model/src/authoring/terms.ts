import type { AddressForm, Comparison, RuntimeFact, TextUnit } from '../expressions/expression.ts'
import { WaybillError, problem } from '../errors/problem.ts'
import type { Unit } from '../units/unit.ts'
import { callLocation } from './origin.ts'

declare const isText: unique symbol
declare const isSecretText: unique symbol
declare const isPredicate: unique symbol
declare const isList: unique symbol
declare const unitOf: unique symbol

/** Text that everybody may know: addresses, settings, counts. */
export interface Text {
  readonly [isText]: 'text without secrets'
}
/** Text that holds a secret: only `env` and `secretFiles` take it. */
export interface SecretText {
  readonly [isSecretText]: 'holds a secret: allowed in env and secretFiles only'
}
/**
 * A truth that is known once an instance is known. It is callable in type only, which makes `a && b` and `a ? b : c`
 * compile errors; combine with {@link all}, {@link any} and {@link not}.
 */
export interface Predicate {
  (combineWith: 'all, any, not'): never
  readonly [isPredicate]: 'truth'
}
/** Several texts, such as one address per shard. */
export interface List {
  readonly [isList]: 'list'
  /** The items as one text. */
  join(separator: string): Text
}
/** A number with its unit. */
export interface Quantity<U extends Unit> {
  readonly [unitOf]: U
  /** The quantity multiplied by a number, rounded up to a whole base unit. */
  times(factor: number): Quantity<U>
  plus(other: Quantity<U>): Quantity<U>
  /** The difference, never below zero. */
  minus(other: Quantity<U>): Quantity<U>
  isAtLeast(other: Amount<U>): Predicate
  isAtMost(other: Amount<U>): Predicate
  /** The number in this unit as text, rounded down to a whole one. */
  in(unit: TextUnit): Text
}
/** A literal quantity; counts are plain numbers. */
export type Amount<U extends Unit> = U extends 'count' ? number | Quantity<'count'> : Quantity<U>

/** What `env` takes. */
export type EnvValue = string | number | Text | SecretText | Quantity<'count'>
/** What files and commands take. */
export type PublicValue = string | number | Text | Quantity<'count'>

/** Under this key a handle carries its declaration, invisible to JSON; a global symbol, so that two copies of the package agree. */
export const declaration: unique symbol = Symbol.for('waybill.declaration') as never

/** What a reference does when it meets a plain string or a template without a tag. */
export function refuseText(what: string): never {
  const at = callLocation()
  throw new WaybillError([{ ...problem('WB1006', [], { what }), ...(at && { at }) }])
}

/** A node of the expression tree as authors hold it: its own fields are its JSON, its methods build larger ones. */
export class Term {
  constructor(node: object) {
    Object.assign(this, node)
  }
  [Symbol.toPrimitive](): never {
    return refuseText('op' in this ? `A reference (${String(this.op)})` : 'A port')
  }
  times(by: number): Term {
    return new Term({ op: 'times', value: this, by })
  }
  plus(other: unknown): Term {
    return new Term({ op: 'sum', of: [this, other] })
  }
  minus(other: unknown): Term {
    return new Term({ op: 'difference', left: this, right: other })
  }
  isSet(): Term {
    return new Term({ op: 'isSet', setting: (this as unknown as { id: string }).id })
  }
  is(right: unknown): Term {
    return new Term({ op: 'equals', left: this, right })
  }
  isAtLeast(right: unknown): Term {
    return this.#compare('atLeast', right)
  }
  isAtMost(right: unknown): Term {
    return this.#compare('atMost', right)
  }
  in(as: TextUnit): Term {
    return new Term({ op: 'format', value: this, as })
  }
  join(separator: string): Term {
    return new Term({ op: 'join', list: this, separator })
  }
  #compare(is: Comparison, right: unknown): Term {
    return new Term({ op: 'compare', left: this, is, right })
  }
}

/** A term of a given type for authors; `declares` travels with it unseen. */
export function term<T>(node: object, declares?: unknown): T {
  const made = new Term(node)
  if (declares !== undefined) Object.defineProperty(made, declaration, { value: declares })
  return Object.freeze(made) as unknown as T
}

type Secretive<V> = Extract<V, SecretText> extends never ? Text : SecretText

/**
 * Text with references inside. With a secret inside, the whole is a secret.
 *
 * @example
 * text`https://${site.host}/status`
 */
export function text<const V extends readonly EnvValue[]>(
  strings: TemplateStringsArray,
  ...values: V
): Secretive<V[number]> {
  const parts = strings.flatMap((literal, i) => (i < values.length ? [literal, values[i]!] : [literal]))
  return term({ op: 'concat', parts: parts.filter((part) => part !== '') })
}

/** A Prometheus query with references inside; see `service.series`. */
export const promql = (strings: TemplateStringsArray, ...values: readonly PublicValue[]): Text =>
  text(strings, ...values)

/** JSON that may hold references; `json(…)` prints it as one line of text. */
export type JsonWith<T> =
  | null
  | boolean
  | T
  | List
  | Predicate
  | { readonly data: true }
  | readonly JsonWith<T>[]
  | { readonly [key: string]: JsonWith<T> }

/**
 * JSON text with references inside.
 *
 * @example
 * json({ stores: store.ports.rpc.all(), region: site.region })
 */
export function json(value: JsonWith<PublicValue>): Text
export function json(value: JsonWith<EnvValue>): SecretText
export function json(value: JsonWith<EnvValue>): Text | SecretText {
  return term<Text>({ op: 'json', value })
}

/** Text that is safe inside of a URL: everything but unreserved characters becomes %XX, where the value is known. */
export function percentEncoded(value: SecretText): SecretText
export function percentEncoded(value: string | Text): Text
export function percentEncoded(value: string | Text | SecretText): Text | SecretText {
  return term<Text>({ op: 'percentEncode', value })
}

/** True when each is. */
export const all = (...of: readonly Predicate[]): Predicate => term({ op: 'all', of })
/** True when at least one is. */
export const any = (...of: readonly Predicate[]): Predicate => term({ op: 'any', of })
/** True when the other is not. */
export const not = (of: Predicate): Predicate => term({ op: 'not', of })

/** A value under a condition. Without `otherwise` it is absent when the condition does not hold: the variable is not set. */
export function when<T extends EnvValue>(condition: Predicate, then: T): Secretive<T>
export function when<T extends EnvValue, E extends EnvValue>(
  condition: Predicate,
  then: T,
  otherwise: E,
): Secretive<T | E>
export function when(condition: Predicate, then: EnvValue, otherwise?: EnvValue): never {
  return term({ op: 'when', if: condition, then, ...(otherwise === undefined ? {} : { else: otherwise }) })
}

/** What only the target or the running replica knows; each target spells it. Not allowed in files. */
export const runtime = {
  /** Id of the target, such as `compose`: for products that have to know. */
  target: fact('target'),
  /** Name of the replica, such as `store-0`; equal to its entry in a shard list without the domain. */
  replicaName: fact('replicaName'),
  /** Number of the replica of a sharded service, from 0. */
  replicaIndex: fact('replicaIndex'),
  /** Address of the machine that the replica runs on. */
  nodeAddress: fact('nodeAddress'),
  /** Own limit of CPU, in whole cores, rounded up. */
  cpuLimit: fact('cpuLimit'),
  /** Own limit of memory, in bytes. */
  memoryLimit: fact('memoryLimit'),
} as const
function fact(name: RuntimeFact): Text {
  return term({ op: 'runtime', fact: name })
}

/** The address under test, in the commands of a health check: `127.0.0.1` inside, the service's name for those who wait. */
export const probe = {
  url: term<Text>({ op: 'probe', part: 'url' }),
  host: term<Text>({ op: 'probe', part: 'host' }),
  port: term<Text>({ op: 'probe', part: 'port' }),
} as const

/** One port of one service, to be written in env, files and commands of others. */
export interface PortRef {
  /** `http://api:8080/path`, as the target spells it. */
  url(path?: string): Text
  /** The name alone. */
  host(): Text
  /** `api:8080`. */
  hostPort(): Text
  /** The number alone. */
  number(): Text
}
/** One port of a sharded service. */
export interface ShardPortRef extends PortRef {
  /** One address per shard, in order: `store-0.store:7000` on Kubernetes, `store-0:7000` on Compose. */
  all(form?: 'hostPort' | 'url' | 'host'): List
  /** The same as one text. */
  list(separator: string): Text
}

class PortTerm extends Term {
  readonly #at: { readonly service: string; readonly port: string }
  constructor(at: { readonly service: string; readonly port: string }) {
    super({})
    this.#at = at
    Object.defineProperty(this, declaration, { value: { kind: 'port', ...at } })
  }
  #address(form: AddressForm, path?: string): Text {
    return term({ op: 'address', ...this.#at, form, ...(path === undefined ? {} : { path }) })
  }
  url(path?: string): Text {
    return this.#address('url', path)
  }
  host(): Text {
    return this.#address('host')
  }
  hostPort(): Text {
    return this.#address('hostPort')
  }
  number(): Text {
    return this.#address('port')
  }
  all(form: AddressForm = 'hostPort'): List {
    return term({ op: 'addresses', ...this.#at, form })
  }
  list(separator: string): Text {
    return this.all().join(separator)
  }
}

export const portRef = (service: string, port: string): ShardPortRef => Object.freeze(new PortTerm({ service, port }))

/** Whether a value is a port: recognised by its data, since two copies of this package may be installed. */
export const isPortRef = (value: unknown): value is PortRef =>
  typeof value === 'object' &&
  value !== null &&
  (value as { [declaration]?: { kind?: unknown } })[declaration]?.kind === 'port'

/** The service and port that a reference was made of. */
export function portOf(ref: PortRef): { readonly service: string; readonly port: string } {
  return (ref as unknown as { [declaration]: { service: string; port: string } })[declaration]
}
