import type { Unit } from '../units/unit.ts'
import { declared, handle, term } from './declared.ts'
import { baseUnits } from './quantities.ts'
import type { Rule, Setting } from './setting-types.ts'
import { type Amount, type Predicate, type Quantity, declaration } from './terms.ts'

// ------------------------------------------------------------------------------------------------ load

/** One of the customer's numbers that size the product. */
export interface LoadFactor<U extends Unit> {
  readonly unit: U
  readonly title: string
  readonly help?: string
  readonly default?: Amount<U>
}
interface FactorMeta<U extends Unit> {
  readonly help?: string
  /** Assumed when the customer says nothing. */
  readonly default?: Amount<U>
}
/** A number of things, such as users. */
export const count = (title: string, meta: FactorMeta<'count'> = {}): LoadFactor<'count'> => ({
  unit: 'count',
  title,
  ...meta,
})
/** An amount of data. */
export const size = (title: string, meta: FactorMeta<'bytes'> = {}): LoadFactor<'bytes'> => ({
  unit: 'bytes',
  title,
  ...meta,
})

/**
 * The customer's numbers that size the product.
 *
 * @example
 * const customer = load({ users: count('People who sign in'), photos: size('Photos kept') })
 */
export function load<const F extends Readonly<Record<string, LoadFactor<Unit>>>>(
  factors: F,
): { readonly [K in keyof F]: Quantity<F[K]['unit']> } {
  const terms = Object.entries(factors).map(([id, { default: preset, ...factor }]) => {
    const data = { id, ...factor, ...(preset === undefined ? {} : { default: baseUnits(preset) }) }
    return [id, term({ op: 'load', id }, declared('load', data))] as const
  })
  return Object.freeze(Object.fromEntries(terms)) as never
}

// ------------------------------------------------------------------------------------------------ settings

/** Settings that stand together in form and documentation. */
export type SettingGroup = { readonly [declaration]: unknown }

/** What a group says of itself, and what its settings say of one another once they can be referred to. */
interface GroupMeta<S> {
  readonly help?: string
  /** When a setting applies, where that depends on others of the same group. */
  readonly when?: (own: S) => { readonly [K in keyof S]?: Predicate }
  /** Truths about values, with what to say when they are broken. */
  readonly rules?: (own: S) => { readonly [K in keyof S]?: readonly Rule[] }
}

/**
 * A group of settings. Each member is then a reference to its value.
 *
 * @example
 * const site = settings('site', 'Your site', { host: setting.hostname({ title: 'Host name', required: true }) })
 */
export function settings<const S extends Readonly<Record<string, Setting>>>(
  id: string,
  title: string,
  members: S,
  { help, when, rules }: GroupMeta<S> = {},
): SettingGroup & { readonly [K in keyof S]: S[K] } {
  const data: { id: string; title: string; help?: string; settings: object[] } = {
    id,
    title,
    ...(help !== undefined && { help }),
    settings: [],
  }
  const group = declared('settings', data)
  const terms = Object.keys(members).map((key) => [key, term({ op: 'setting', id: `${id}.${key}` }, group)] as const)
  const own = Object.fromEntries(terms) as never
  const conditions: { readonly [key: string]: unknown } = when?.(own) ?? {}
  const truths: { readonly [key: string]: unknown } = rules?.(own) ?? {}
  for (const [key, member] of Object.entries(members)) {
    data.settings.push({
      id: key,
      ...member,
      ...(conditions[key] !== undefined && { when: conditions[key] }),
      ...(truths[key] !== undefined && { rules: truths[key] }),
    })
  }
  return handle(own, group)
}

// ------------------------------------------------------------------------------------------------ features

/** A named part that a customer switches on or off; off means zero of everything. */
export type Feature = Predicate & { readonly [declaration]: unknown }

export const feature = (
  id: string,
  meta: { readonly title: string; readonly help: string; readonly when?: Predicate; readonly default?: boolean },
): Feature => term({ op: 'feature', id }, declared('features', { id, ...meta }))

/** A piece of ownership: services, alerts and code belong to exactly one, and it leads to somebody on call. */
export interface Area {
  readonly [declaration]: unknown
}
export const area = (id: string, title: string): Area => handle({}, declared('areas', { id, title } as { id: string }))
