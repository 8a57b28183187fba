import type { Unit } from '../units/unit.ts'
import { baseUnits } from './quantities.ts'
import type { Amount, Quantity } from './terms.ts'

declare const lawUnit: unique symbol
/** How much is needed, over the load, with its evidence. */
export interface Law<U extends Unit> {
  readonly [lawUnit]: U
}

/** How well a law is known. */
export interface Evidence {
  readonly confidence: 'tested' | 'observed' | 'estimated'
  readonly source: string
}
/** Measured by the vendor in a test that `source` names. */
export const tested = (source: string): Evidence => ({ confidence: 'tested', source })
/** Seen at customers. */
export const observed = (source: string): Evidence => ({ confidence: 'observed', source })
/** Not measured yet. */
export const estimated = (source: string): Evidence => ({ confidence: 'estimated', source })

const law = <U extends Unit>(data: object): Law<U> => Object.freeze(data) as unknown as Law<U>
const unitIn = (quantity: unknown): Unit =>
  typeof quantity === 'number' ? 'count' : ((quantity as { unit?: Unit }).unit ?? 'count')

/** The same for every load. */
export const constant = <U extends Unit>(
  value: Quantity<U> | (U extends 'count' ? number : never),
  evidence: Evidence,
): Law<U> => law({ law: 'constant', unit: unitIn(value), value, ...evidence })

/** Straight lines between measured points `[load, need]`; beyond the last point the last line goes on. */
export function points<X extends Unit, Y extends Unit>(
  over: Quantity<X>,
  table: readonly (readonly [NoInfer<Amount<X>>, Amount<Y>])[],
  evidence: Evidence,
): Law<Y> {
  const rows = table.map(([x, y]) => [baseUnits(x), baseUnits(y)])
  return law({ law: 'points', unit: unitIn(table[0]?.[1]), over, table: rows, ...evidence })
}

/** One for each so many, rounded up, at least one: `perUnit(load.users, 1_000, …)`. */
export const perUnit = <X extends Unit>(of: Quantity<X>, each: Amount<NoInfer<X>>, evidence: Evidence): Law<'count'> =>
  law({ law: 'perUnit', unit: 'count', of, each: baseUnits(each), ...evidence })

/** Any expression over the load. */
export const formula = <U extends Unit>(unit: U, value: Quantity<NoInfer<U>>, evidence: Evidence): Law<U> =>
  law({ law: 'formula', unit, value, ...evidence })

/** A request and a limit that differ. */
export interface Demand<U extends Unit> {
  readonly request: Law<U>
  readonly limit: Law<U>
}

/** What a service needs. A single law is both request and limit. */
export interface Size {
  readonly cpu: Law<'cores'> | Demand<'cores'>
  readonly memory: Law<'bytes'> | Demand<'bytes'>
  readonly ephemeral?: Law<'bytes'> | Demand<'bytes'>
}

const demandOf = <U extends Unit>(size: Law<U> | Demand<U>): Demand<U> =>
  'request' in size ? size : { request: size, limit: size }

export const sizeData = (size: Size & { readonly replicas?: unknown }): object => ({
  cpu: demandOf(size.cpu),
  memory: demandOf(size.memory),
  ephemeral: size.ephemeral === undefined ? undefined : demandOf(size.ephemeral),
  replicas: size.replicas,
})
