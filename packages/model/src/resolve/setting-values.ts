import type { Expression } from '../expressions/expression.ts'
import { unprintable } from '../expressions/typecheck.ts'
import type { Json } from '../json.ts'
import type { Setting } from '../product/schema.ts'
import { compilePattern } from './pattern.ts'
import type { Unit } from '../units/unit.ts'
import { exampleOf, formatQuantity, parseQuantity } from '../units/quantity.ts'

/** A value that fits its setting, or what was expected and found. */
export type ReadValue = { readonly value: Expression | Json } | { readonly expected: string; readonly found: string }

const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
const hostnamePattern = new RegExp(`^${label}(?:\\.${label}){0,126}$`)
const emailPattern = /^[^\s@]{1,64}@[^\s@]{1,255}$/

/**
 * Reads what a customer wrote for a setting.
 *
 * @example
 * readSettingValue({ id: 'n', title: 'N', type: 'count', max: 3 }, 4) // { expected: 'a whole number up to 3', found: '4' }
 */
export function readSettingValue(setting: Setting, given: Json): ReadValue {
  switch (setting.type) {
    case 'text':
      return text(given, setting.pattern === undefined ? 'a text' : `a text that matches ${setting.pattern}`, (value) =>
        matches(setting, value),
      )
    case 'hostname':
      return text(
        given,
        'a host name such as product.example.com',
        (value) => value.length <= 253 && hostnamePattern.test(value),
      )
    case 'email':
      return text(given, 'an e-mail address', (value) => emailPattern.test(value))
    case 'url':
      return text(
        given,
        'a URL such as https://example.com/path',
        (value) => URL.canParse(value) && /^[a-z][a-z0-9+.-]*:\/\//.test(value),
      )
    case 'boolean':
      return typeof given === 'boolean' ? { value: given } : wrong('true or false', given)
    case 'choice': {
      const choices = (setting.choices ?? []).map(({ id }) => id)
      return typeof given === 'string' && choices.includes(given)
        ? { value: given }
        : wrong(`one of ${choices.join(', ')}`, given)
    }
    case 'count':
      return typeof given === 'number' && Number.isSafeInteger(given) && given >= 0 && within(setting, given)
        ? { value: given }
        : wrong(`a whole number${range(setting, 'count')}`, given)
    case 'bytes':
    case 'cores':
    case 'duration':
    case 'percent':
      return quantity(setting, setting.type, given)
    case 'map':
      return map(setting, given)
    case 'keyedList':
      return keyedList(setting, given)
  }
}

const wrong = (expected: string, given: Json): ReadValue => ({ expected, found: describeValue(given) })

function text(given: Json, expected: string, fits: (value: string) => boolean): ReadValue {
  if (typeof given === 'number' || typeof given === 'boolean') return wrong(`${expected}, in quotes`, given)
  if (typeof given !== 'string' || unprintable(given) !== undefined || !fits(given)) return wrong(expected, given)
  return { value: given }
}

function matches({ pattern }: Setting, value: string): boolean {
  if (pattern === undefined) return true
  const compiled = compilePattern(pattern)
  return 'matches' in compiled && compiled.matches(value)
}

const within = ({ min, max }: Setting, value: number): boolean =>
  value >= (min ?? -Infinity) && value <= (max ?? Infinity)

function range({ min, max }: Setting, unit: Unit): string {
  const from = min === undefined ? '' : ` from ${formatQuantity(min, unit)}`
  return max === undefined ? from : `${from} up to ${formatQuantity(max, unit)}`
}

function quantity(setting: Setting, unit: Unit, given: Json): ReadValue {
  if (typeof given !== 'string' && typeof given !== 'number') return wrong(exampleOf(unit), given)
  const parsed = parseQuantity(String(given), unit)
  if (!('value' in parsed)) return { expected: exampleOf(unit), found: `${describeValue(given)}: ${parsed.why}` }
  return within(setting, parsed.value)
    ? { value: { op: 'quantity', unit, value: parsed.value } }
    : wrong(`${exampleOf(unit)}${range(setting, unit)}`, given)
}

function map(setting: Setting, given: Json): ReadValue {
  if (!isRecord(given)) return wrong('a map', given)
  if ('op' in given) return wrong('a map without the key "op", which marks expressions', given)
  const item = { id: 'value', title: 'value', type: setting.of ?? 'text' }
  return collect(
    Object.entries(given),
    ([key, value]) => [key, readSettingValue(item, value)],
    (members) => Object.fromEntries(members),
  )
}

function keyedList(setting: Setting, given: Json): ReadValue {
  if (!isList(given)) return wrong('a list of entries with an id', given)
  const ids = new Set<Json>()
  const entries: Json[] = []
  for (const entry of given) {
    if (!isRecord(entry)) return wrong('a list of entries with an id', entry)
    const { id } = entry
    if (typeof id !== 'string' || ids.has(id)) return wrong('entries that each have an id of their own', id ?? null)
    ids.add(id)
    const read = listEntry(setting.fields ?? [], entry)
    if (!('value' in read)) return read
    entries.push(read.value as Json)
  }
  return { value: entries }
}

function listEntry(
  fields: NonNullable<Setting['fields']>,
  { id, ...given }: { readonly [key: string]: Json },
): ReadValue {
  const missing = fields.find((field) => field.required && !Object.hasOwn(given, field.id))
  if (missing) return { expected: `${missing.id} in each entry`, found: `none in ${describeValue(id!)}` }
  const unknown = Object.keys(given).find((key) => !fields.some((field) => field.id === key))
  if (unknown !== undefined) {
    return {
      expected: `only the fields ${['id', ...fields.map((field) => field.id)].join(', ')}`,
      found: describeValue(unknown),
    }
  }
  const typeOf = new Map(fields.map((field) => [field.id, field.type]))
  const read = ([key, value]: readonly [string, Json]) =>
    [key, readSettingValue({ id: key, title: key, type: typeOf.get(key)! }, value)] as const
  return collect(Object.entries(given), read, (members) => ({ id: id!, ...Object.fromEntries(members) }))
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function collect(
  entries: readonly (readonly [string, Json])[],
  read: (entry: readonly [string, Json]) => readonly [string, ReadValue],
  make: (members: readonly (readonly [string, Json])[]) => Json,
): ReadValue {
  const members: (readonly [string, Json])[] = []
  for (const entry of entries) {
    const [key, value] = read(entry)
    if (!('value' in value)) return { expected: `${key}: ${value.expected}`, found: value.found }
    members.push([key, value.value as Json])
  }
  return { value: make(members) }
}

/** A value as a message shows it; long ones are cut. */
export function describeValue(value: Json): string {
  const shown = JSON.stringify(value)
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown
}
