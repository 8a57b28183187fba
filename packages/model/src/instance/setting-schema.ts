import { describe } from '../expressions/print.ts'
import type { Json } from '../json.ts'
import type { Setting } from '../product/schema.ts'
import { defaultEntries, isQuantityType, writtenDefault, writtenValue } from '../resolve/setting-defaults.ts'
import { emailPattern, hostnamePattern, urlPattern, valuesOf } from '../resolve/setting-values.ts'
import { exampleOf, formatQuantity, quantityPattern } from '../units/quantity.ts'
import type { Unit } from '../units/unit.ts'

export type JsonSchema = { readonly [key: string]: Json }
type Shape = Omit<Setting, 'id' | 'title'> & { readonly title?: string }

/** Who reads the patterns of a schema. What JavaScript cannot read of a vendor's pattern, which is RE2, is left out for it. */
export type PatternReader = 'javascript' | 're2'

/**
 * The JSON Schema of what a customer may write for a setting: type, limits, default, words for people.
 *
 * @example
 * settingSchema({ title: 'Port', type: 'count', max: 65535 }) // { title: 'Port', type: 'integer', minimum: 0, maximum: 65535 }
 */
export function settingSchema(setting: Shape, reader: PatternReader = 'javascript'): JsonSchema {
  const description = descriptionOf(setting)
  const preset = writtenDefault(setting)
  return {
    ...(setting.title !== undefined && { title: setting.title }),
    ...(description !== '' && { description }),
    ...formOf(setting, reader),
    ...(preset !== undefined && { default: preset }),
    ...(setting.deprecated && { deprecated: true }),
  }
}

function formOf(setting: Shape, reader: PatternReader): JsonSchema {
  const { type, min, max, choices = [] } = setting
  switch (type) {
    case 'text':
      return { type: 'string', ...patternOf(setting, reader) }
    case 'hostname':
      return { type: 'string', pattern: hostnamePattern, maxLength: 253 }
    case 'email':
      return { type: 'string', pattern: emailPattern }
    case 'url':
      return { type: 'string', pattern: urlPattern }
    case 'boolean':
      return { type: 'boolean' }
    case 'choice':
      return { type: 'string', enum: choices.map(({ id }) => id) }
    case 'count':
      return { type: 'integer', minimum: min ?? 0, ...(max !== undefined && { maximum: max }) }
    case 'bytes':
    case 'cores':
    case 'duration':
    case 'percent':
      return { type: 'string', pattern: quantityPattern(type) }
    case 'map':
      return mapForm(setting, reader)
    case 'keyedList':
      return listForm(setting, reader)
  }
}

/** A pattern has to match the whole text. */
function patternOf({ pattern }: Shape, reader: PatternReader): JsonSchema {
  if (pattern === undefined) return {}
  const whole = `^(?:${pattern})$`
  return reader === 're2' || isJavaScript(whole) ? { pattern: whole } : {}
}

function isJavaScript(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== ''
  } catch {
    return false
  }
}

/** `null` drops an entry of the default, and no other one. */
function mapForm(setting: Shape, reader: PatternReader): JsonSchema {
  const values = settingSchema(valuesOf(setting), reader)
  const { default: preset } = setting
  const own = isRecord(preset) ? Object.entries(preset) : []
  return {
    type: 'object',
    propertyNames: { not: { const: 'op' } },
    ...(own.length > 0 && {
      properties: Object.fromEntries(
        own.map(([key, value]) => [
          key,
          { anyOf: [values, { type: 'null' }], default: writtenValue(valuesOf(setting), value) },
        ]),
      ),
    }),
    additionalProperties: values,
  }
}

/** An entry of the default needs none of its fields again, and may be dropped. */
function listForm(setting: Shape, reader: PatternReader): JsonSchema {
  const { fields = [] } = setting
  const own = defaultEntries(setting).map(([id]) => id)
  const required = fields.filter((field) => field.required && field.default === undefined).map(({ id }) => id)
  const entry = {
    type: 'object',
    properties: {
      id: { type: 'string', minLength: 1 },
      ...Object.fromEntries(fields.map((field) => [field.id, settingSchema(field, reader)])),
    },
    required: ['id', ...required],
    additionalProperties: false,
  }
  if (own.length === 0) return { type: 'array', items: entry }
  const known = { id: { enum: own } }
  const changed = { ...entry, properties: { ...entry.properties, ...known }, required: ['id'] }
  const dropped = {
    type: 'object',
    properties: { ...known, drop: { const: true } },
    required: ['id', 'drop'],
    additionalProperties: false,
  }
  const added = { ...entry, properties: { ...entry.properties, id: { type: 'string', minLength: 1, not: known.id } } }
  return { type: 'array', items: { anyOf: [changed, added, dropped] } }
}

const isRecord = (value: unknown): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a schema has no word of its own for. */
function descriptionOf(setting: Shape): string {
  const { help, when, immutable, deprecated, type, min, max, required } = setting
  const limits =
    isQuantityType(type) && (min !== undefined || max !== undefined) ? `Limits: ${rangeOf(type, min, max)}.` : ''
  return [
    help,
    isQuantityType(type) ? `Write ${exampleOf(type)}.` : '',
    limits,
    when === undefined ? '' : `Only when ${describe(when)}.`,
    required ? 'Required.' : '',
    immutable ? 'Cannot change after the installation.' : '',
    deprecated ? `Deprecated since ${deprecated.since}: ${deprecated.reason}.` : '',
  ]
    .filter((sentence) => sentence !== undefined && sentence !== '')
    .join(' ')
}

/** Limits as people read them: `from 1 GiB to 2 GiB`. */
export function rangeOf(unit: Unit, min: number | undefined, max: number | undefined): string {
  const from = min === undefined ? '' : `from ${formatQuantity(min, unit)}`
  const to = max === undefined ? '' : `up to ${formatQuantity(max, unit)}`
  return [from, to].filter((part) => part !== '').join(' ')
}
