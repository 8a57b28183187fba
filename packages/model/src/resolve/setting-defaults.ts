import type { Expression } from '../expressions/expression.ts'
import type { Json } from '../json.ts'
import type { Setting, SettingType } from '../product/schema.ts'
import { formatQuantity } from '../units/quantity.ts'

type QuantityType = 'bytes' | 'cores' | 'duration' | 'percent'
type Shape = Pick<Setting, 'type' | 'of' | 'fields' | 'default'>
type Entry = { readonly [key: string]: Json }

/** Whether values of a type are amounts that are written with their unit. */
export const isQuantityType = (type: SettingType): type is QuantityType =>
  type === 'bytes' || type === 'cores' || type === 'duration' || type === 'percent'

/** The default of a setting, as expressions take it; amounts are stored in base units. */
export function presetOf(setting: Shape): Expression | Json | undefined {
  const { type, default: preset } = setting
  if (preset === undefined) return type === 'map' ? {} : type === 'keyedList' ? [] : undefined
  if (isQuantityType(type)) return { op: 'quantity', unit: type, value: preset as number }
  return type === 'keyedList' ? defaultEntries(setting).map(([, entry]) => entry) : preset
}

/** The entries that a keyed list has by itself, by id, with the defaults of their fields. */
export function defaultEntries({ fields = [], default: preset }: Shape): (readonly [string, Entry])[] {
  if (!Array.isArray(preset)) return []
  const own = fields.flatMap(({ id, default: value }) => (value === undefined ? [] : [[id, value] as const]))
  return (preset as readonly Json[]).flatMap((entry) =>
    isRecord(entry) && typeof entry.id === 'string'
      ? [[entry.id, { ...Object.fromEntries(own), ...entry }] as const]
      : [],
  )
}

/**
 * A value in base units as a customer writes it.
 *
 * @example
 * writtenValue({ type: 'bytes' }, 1024) // '1 KiB'
 */
export function writtenValue(shape: Shape, value: Json): Json {
  const { type, of = 'text', fields = [] } = shape
  if (isQuantityType(type) && typeof value === 'number') return formatQuantity(value, type)
  if (type === 'map' && isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, writtenValue({ type: of }, each)]))
  }
  if (type === 'keyedList' && Array.isArray(value)) {
    const typeOf = new Map(fields.map((field) => [field.id, field.type]))
    return (value as readonly Json[]).map((entry) =>
      isRecord(entry)
        ? Object.fromEntries(
            Object.entries(entry).map(([key, each]) => [key, writtenValue({ type: typeOf.get(key) ?? 'text' }, each)]),
          )
        : entry,
    )
  }
  return value
}

/** The default of a setting as a customer would write it; undefined when there is none. */
export const writtenDefault = (shape: Shape): Json | undefined =>
  shape.default === undefined ? undefined : writtenValue(shape, shape.default)

const isRecord = (value: Json): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value)
