import type { DependencyMode } from '../../product/schema.ts'
import type { Area } from '../customer.ts'
import { declared, handle, term } from '../declared.ts'
import { type ServiceBody, type Startable, type Surface, serviceData } from '../services.ts'
import type { Demand, Law } from '../sizes.ts'
import { type JsonWith, type Predicate, type PublicValue, type SecretText, type Text, declaration } from '../terms.ts'

/** Something that the product needs and a customer may bring. */
export interface Dependency extends Startable {
  readonly [declaration]: unknown
  readonly runsOnce?: never
  /** True when it is part of this installation. */
  readonly bundled: Predicate
  /** True when the customer brings it. */
  readonly external: Predicate
}

/** What every kind of dependency says of itself. */
export interface DependencyMeta {
  /** What is in it, for the admin's manual. */
  readonly holds: string
  /** Versions that work, such as `>=15`. */
  readonly version: string
  readonly area: Area
  readonly when?: Predicate
  /** How customers may have it; all that it can be unless said otherwise. */
  readonly modes?: readonly DependencyMode[]
  /** How an operator in the customer's own cluster runs it. */
  readonly operator?: OperatorForm
}

/** The custom resource that asks an operator for a dependency, and where it is then. Kubernetes only. */
export interface OperatorForm {
  /** For people, such as `CloudNativePG`. */
  readonly title: string
  /** The resource; leaves may be references, such as a setting. Its namespace is the instance's. */
  readonly object: { readonly [key: string]: JsonWith<PublicValue> }
  readonly readyWhen?: { readonly jsonPath: string; readonly equals: string }
  /** What the inputs of an external one are here, such as `host: 'db-rw'`; customers may still say others. */
  readonly inputs: Readonly<Record<string, string | number | Text>>
  /** Where the operator keeps secrets, by what they are: `password: { name: 'db-app', key: 'password' }`. */
  readonly secrets?: Readonly<Record<string, { readonly name: string; readonly key: string }>>
  /** Labels of the pods that the operator makes, for network policies. */
  readonly pods?: Readonly<Record<string, string>>
}

/** What a dependency that can be bundled says of its bundled form. */
export interface BundledMeta extends DependencyMeta {
  /** Instead of the image that this kind uses by default. */
  readonly image?: string
  readonly disk?: Law<'bytes'>
  readonly cpu?: Law<'cores'> | Demand<'cores'>
  readonly memory?: Law<'bytes'> | Demand<'bytes'>
}

interface Kind {
  readonly kind: string
  readonly inputs: readonly object[]
  readonly outputs: Readonly<Record<string, unknown>>
  readonly surface?: Surface<Readonly<Record<string, never>>> | Surface<never>
  readonly bundled?: ServiceBody
}

/** Makes a dependency of a kind: its outputs become methods, `host` is `db.host()`. */
export function dependency<T>(id: string, meta: DependencyMeta, { kind, inputs, outputs, surface, bundled }: Kind): T {
  const { area: _, ...said } = meta
  const data = {
    id,
    kind,
    holds: said.holds,
    version: said.version,
    when: said.when,
    modes: said.modes ?? [
      ...(bundled ? (['bundled'] as const) : []),
      'external',
      ...(said.operator ? (['operator'] as const) : []),
    ],
    inputs,
    reached: { host: 'host', port: 'port' },
    outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })),
    bundled: bundled && serviceData(id, 'stateful', surface as never, bundled),
    operator: said.operator && { ...said.operator, secrets: secretsOf(id, said.operator) },
  }
  const declares = declared('dependencies', data)
  const output = (name: string) => () => term({ op: 'output', dependency: id, name }, declares)
  const mode = (is: DependencyMode) => term({ op: 'mode', dependency: id, is }, declares)
  const methods = Object.fromEntries(Object.keys(outputs).map((name) => [name, output(name)]))
  return handle({ id, bundled: mode('bundled'), external: mode('external'), ...methods }, declares)
}

/** Secrets go by their ids in the product: that of a dependency's password is `<dependency>-password`. */
const secretsOf = (id: string, { secrets = {} }: OperatorForm): object =>
  Object.fromEntries(Object.entries(secrets).map(([what, at]) => [`${id}-${what}`, at]))

/** What the customer says of their own one. */
export const input = (dependencyId: string, key: string): Text => term({ op: 'input', dependency: dependencyId, key })

/** One value for a bundled dependency, another for one that is outside of the product: external or an operator's. */
export const byMode = <T extends string | Text | SecretText>(id: string, outside: T, bundled: T): T =>
  term({ op: 'when', if: { op: 'mode', dependency: id, is: 'bundled' }, then: bundled, else: outside })

/** The inputs that every external dependency has. */
export const addressInputs = (port: number): object[] => [
  { id: 'host', title: 'Host name', type: 'hostname', required: true },
  { id: 'port', title: 'Port', type: 'count', default: port, min: 1, max: 65535 },
]

/** A password that is generated when the dependency is bundled and brought when it is external. */
export const passwordOf = (id: string, title: string): SecretText =>
  term(
    { op: 'secret', id: `${id}-password` },
    declared('secrets', {
      id: `${id}-password`,
      kind: 'password',
      title,
      broughtWhen: { op: 'mode', dependency: id, is: 'external' },
    } as { id: string }),
  )
