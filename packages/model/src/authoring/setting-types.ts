import type { Unit } from '../units/unit.ts'
import { baseUnits } from './quantities.ts'
import type { Amount, Predicate, Quantity, Text } from './terms.ts'

/** What every setting says of itself. */
export interface SettingMeta {
  readonly title: string
  readonly help?: string
  /** Needs a value from the customer. */
  readonly required?: true
  /** Cannot change after the installation. */
  readonly immutable?: true
  /** Only asked for, and only usable, when this holds. */
  readonly when?: Predicate
  /** Version that brought it. */
  readonly since?: string
  readonly deprecated?: { readonly since: string; readonly use?: string; readonly reason: string }
  /** Its name looks like a secret but it is none. */
  readonly public?: true
}
type Preset<T> = { readonly default?: T }
interface Limits<A> {
  readonly min?: A
  readonly max?: A
}
/** A truth about the value of a setting, with what to say when it is broken. */
export interface Rule {
  readonly must: Predicate
  readonly message: string
}

declare const isSetting: unique symbol
/** Any setting; which handle type it also has depends on its type. */
export interface Setting {
  readonly [isSetting]: true
}
export interface TextSetting extends Setting, Text {
  /** True when the customer gave a value; for settings that are neither required nor have a default. */
  isSet(): Predicate
  is(value: string): Predicate
}
export interface ChoiceSetting<C extends string> extends Setting, Text {
  is(value: C): Predicate
}
export type BooleanSetting = Setting & Predicate
export interface QuantitySetting<U extends Unit> extends Setting, Quantity<U> {
  isSet(): Predicate
}
/** A map or list: only for `json(…)`. */
export interface DataSetting extends Setting {
  readonly data: true
}

interface SettingData {
  readonly type: string
  readonly [key: string]: unknown
}
const setting = <T>(data: SettingData): T => Object.freeze({ ...data }) as unknown as T
const quantitySetting =
  <U extends Unit>(type: string) =>
  (meta: SettingMeta & Preset<Amount<U>> & Limits<Amount<U>>): QuantitySetting<U> =>
    setting({ type, ...meta, ...amounts(meta) })

function amounts(meta: { readonly default?: unknown; readonly min?: unknown; readonly max?: unknown }): object {
  const given = (['default', 'min', 'max'] as const).filter((key) => meta[key] !== undefined)
  return Object.fromEntries(given.map((key) => [key, baseUnits(meta[key] as Quantity<Unit>)]))
}

/** Builders of settings, one for each type; they go into {@link settings}. */
export const text = (meta: SettingMeta & Preset<string> & { readonly pattern?: string }): TextSetting =>
  setting({ type: 'text', ...meta })
export const hostname = (meta: SettingMeta & Preset<string>): TextSetting => setting({ type: 'hostname', ...meta })
export const url = (meta: SettingMeta & Preset<string>): TextSetting => setting({ type: 'url', ...meta })
export const email = (meta: SettingMeta & Preset<string>): TextSetting => setting({ type: 'email', ...meta })
export const boolean = (meta: SettingMeta & { readonly default: boolean }): BooleanSetting =>
  setting({ type: 'boolean', ...meta })
export const choice = <const C extends string>(
  of: readonly C[],
  meta: SettingMeta & Preset<NoInfer<C>>,
): ChoiceSetting<C> => setting({ type: 'choice', choices: of.map((id) => ({ id })), ...meta })
export const number: (meta: SettingMeta & Preset<number> & Limits<number>) => QuantitySetting<'count'> & Text =
  quantitySetting<'count'>('count') as never
export const bytes = quantitySetting<'bytes'>('bytes')
export const cores = quantitySetting<'cores'>('cores')
export const duration = quantitySetting<'duration'>('duration')
export const percent = quantitySetting<'percent'>('percent')

/** Types of the values of maps and lists. */
export type ScalarType = 'text' | 'boolean' | 'count' | 'bytes' | 'duration' | 'hostname' | 'url' | 'email'
/** Any number of named values of one type. */
export const map = (of: ScalarType, meta: SettingMeta): DataSetting => setting({ type: 'map', of, ...meta })
/** Any number of entries with fields, merged by their `id`. */
export const keyedList = (fields: Readonly<Record<string, ScalarType>>, meta: SettingMeta): DataSetting =>
  setting({ type: 'keyedList', fields: Object.entries(fields).map(([id, type]) => ({ id, type })), ...meta })
