import type { DependencyMode } from '../../product/schema.ts'
import type { Area } from '../customer.ts'
import { declared, handle, term } from '../declared.ts'
import { type ServiceBody, type Startable, type Surface, serviceData } from '../services.ts'
import type { Demand, Law } from '../sizes.ts'
import { type Predicate, type SecretText, type Text, declaration } from '../terms.ts'

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
  /** How customers may have it; bundled and external unless said otherwise. */
  readonly modes?: readonly DependencyMode[]
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
    modes: said.modes ?? (bundled ? ['bundled', 'external'] : ['external']),
    inputs,
    reached: { host: 'host', port: 'port' },
    outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })),
    bundled: bundled && serviceData(id, 'stateful', surface as never, bundled),
  }
  const declares = declared('dependencies', data)
  const output = (name: string) => () => term({ op: 'output', dependency: id, name }, declares)
  const mode = (is: DependencyMode) => term({ op: 'mode', dependency: id, is }, declares)
  const methods = Object.fromEntries(Object.keys(outputs).map((name) => [name, output(name)]))
  return handle({ id, bundled: mode('bundled'), external: mode('external'), ...methods }, declares)
}

/** What the customer says of their own one. */
export const input = (dependencyId: string, key: string): Text => term({ op: 'input', dependency: dependencyId, key })

/** One value for a bundled dependency, another for an external one. */
export const byMode = <T extends string | Text | SecretText>(id: string, external: T, bundled: T): T =>
  term({ op: 'when', if: { op: 'mode', dependency: id, is: 'external' }, then: external, else: bundled })

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
