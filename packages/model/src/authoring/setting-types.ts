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
/** One of several, by id or by id and title. */
export const choice = <const C extends string>(
  of: readonly C[] | Readonly<Record<C, string>>,
  meta: SettingMeta & Preset<NoInfer<C>>,
): ChoiceSetting<C> => setting({ type: 'choice', choices: choicesOf(of), ...meta })
const choicesOf = (of: readonly string[] | Readonly<Record<string, string>>) =>
  isNames(of) ? of.map((id) => ({ id })) : Object.entries(of).map(([id, title]) => ({ id, title }))
const isNames = (of: readonly string[] | Readonly<Record<string, string>>): of is readonly string[] => Array.isArray(of)
export const number: (meta: SettingMeta & Preset<number> & Limits<number>) => QuantitySetting<'count'> & Text =
  quantitySetting<'count'>('count') as never
export const bytes = quantitySetting<'bytes'>('bytes')
export const cores = quantitySetting<'cores'>('cores')
export const duration = quantitySetting<'duration'>('duration')
export const percent = quantitySetting<'percent'>('percent')

/** Types of the values of maps and lists. */
export type ScalarType =
  'text' | 'boolean' | 'count' | 'bytes' | 'cores' | 'duration' | 'percent' | 'hostname' | 'url' | 'email'
/** A value as the customer writes it into a map or an entry: amounts with their unit, such as `GiB(20)`. */
type Written = string | boolean | number | Quantity<Unit>

/**
 * Any number of named values of one type; a builder in its place also says what each value may be. What the customer
 * writes is added to the default, key by key; `null` drops one of it.
 *
 * @example
 * setting.map(setting.number({ title: 'Port', min: 1, max: 65535 }), { title: 'Ports', default: { ssh: 22 } })
 */
export const map = (
  of: ScalarType | Setting,
  meta: SettingMeta & Preset<Readonly<Record<string, Written>>>,
): DataSetting => {
  const { type, choices, pattern, min, max } = scalarData(of)
  return setting({ type: 'map', of: type, ...defined({ choices, pattern, min, max }), ...meta, ...presetData(meta) })
}

/** A keyed list's entry as its default writes it. */
type Entry = { readonly id: string } & Readonly<Record<string, Written>>
/**
 * Any number of entries with fields, merged by their `id`: an entry of the customer with the id of a default one replaces
 * the fields that it names, `drop: true` removes it, and every other one is added.
 *
 * @example
 * setting.keyedList({ to: setting.hostname({ title: 'Goes to', required: true }), keep: 'duration' }, { title: 'Routes' })
 */
export const keyedList = (
  fields: Readonly<Record<string, ScalarType | Setting>>,
  meta: SettingMeta & Preset<readonly Entry[]>,
): DataSetting =>
  setting({
    type: 'keyedList',
    fields: Object.entries(fields).map(([id, field]) => ({ id, ...scalarData(field) })),
    ...meta,
    ...presetData(meta),
  })

const scalarData = (of: ScalarType | Setting): Partial<SettingData> =>
  typeof of === 'string' ? { type: of } : (of as unknown as SettingData)
const defined = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined))

function presetData({ default: preset }: { readonly default?: unknown }): object {
  if (preset === undefined) return {}
  const plain = (record: object) =>
    Object.fromEntries(
      Object.entries(record).map(([key, value]) => [
        key,
        typeof value === 'object' ? baseUnits(value as never) : value,
      ]),
    )
  return { default: Array.isArray(preset) ? preset.map((entry: object) => plain(entry)) : plain(preset as object) }
}
