import type { Path } from '../errors/problem.ts'
import type { Expression } from '../expressions/expression.ts'
import { unprintable } from '../expressions/typecheck.ts'
import type { Json } from '../json.ts'
import { nearest } from '../nearest.ts'
import type { Setting } from '../product/schema.ts'
import { compilePattern } from './pattern.ts'
import type { Unit } from '../units/unit.ts'
import { exampleOf, formatQuantity, parseQuantity } from '../units/quantity.ts'
import { defaultEntries, isQuantityType } from './setting-defaults.ts'

/** What does not fit: where in the value, what was expected there, what was found. */
export interface Misfit {
  readonly at: Path
  readonly expected: string
  readonly found: string
}
/** A value that fits its setting, in base units, or everything in it that does not. */
export type ReadValue = { readonly value: Expression | Json } | { readonly misfits: readonly Misfit[] }

/** What decides whether a value fits: a setting, the values of a map, a field of an entry. */
type Shape = Omit<Setting, 'id' | 'title'>

// Kubernetes refuses capitals in the hosts of an Ingress, and names of hosts do not differ by them
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
export const hostnamePattern = `^${label}(?:\\.${label})*$`
export const emailPattern = '^[^\\s@]{1,64}@[^\\s@]{1,255}$'
export const urlPattern = '^[a-z][a-z0-9+.-]*://'
const [hostname, email, url] = [hostnamePattern, emailPattern, urlPattern].map((each) => new RegExp(each))

/**
 * Reads what a customer wrote for a setting. A map is merged by key with the default of the vendor, where `null` drops an
 * entry; a keyed list by id, where `drop: true` does.
 *
 * @example
 * readSettingValue({ type: 'count', max: 3 }, 4) // { misfits: [{ at: [], expected: 'a whole number up to 3', found: '4' }] }
 */
export function readSettingValue(setting: Shape, given: Json): ReadValue {
  switch (setting.type) {
    case 'text':
      return text(given, setting.pattern === undefined ? 'a text' : `a text that matches ${setting.pattern}`, (value) =>
        matches(setting, value),
      )
    case 'hostname':
      return text(
        given,
        'a host name in small letters such as product.example.com',
        (value) => value.length <= 253 && hostname!.test(value),
      )
    case 'email':
      return text(given, 'an e-mail address', (value) => email!.test(value))
    case 'url':
      return text(given, 'a URL such as https://example.com/path', (value) => URL.canParse(value) && url!.test(value))
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

const wrong = (expected: string, given: Json, at: Path = []): ReadValue & { readonly misfits: readonly Misfit[] } => ({
  misfits: [{ at, expected, found: describeValue(given) }],
})

function text(given: Json, expected: string, fits: (value: string) => boolean): ReadValue {
  if (typeof given === 'number' || typeof given === 'boolean') return wrong(`${expected}, in quotes`, given)
  if (typeof given !== 'string' || unprintable(given) !== undefined || !fits(given)) return wrong(expected, given)
  return { value: given }
}

function matches({ pattern }: Shape, value: string): boolean {
  if (pattern === undefined) return true
  const compiled = compilePattern(pattern)
  return 'matches' in compiled && compiled.matches(value)
}

const within = ({ min, max }: Shape, value: number): boolean =>
  value >= (min ?? -Infinity) && value <= (max ?? Infinity)

function range({ min, max }: Shape, unit: Unit): string {
  const from = min === undefined ? '' : ` from ${formatQuantity(min, unit)}`
  return max === undefined ? from : `${from} up to ${formatQuantity(max, unit)}`
}

function quantity(setting: Shape, unit: Unit, given: Json): ReadValue {
  if (typeof given !== 'string' && typeof given !== 'number') return wrong(exampleOf(unit), given)
  const parsed = parseQuantity(String(given), unit)
  if (!('value' in parsed)) {
    return { misfits: [{ at: [], expected: exampleOf(unit), found: `${describeValue(given)}: ${parsed.why}` }] }
  }
  return within(setting, parsed.value)
    ? { value: { op: 'quantity', unit, value: parsed.value } }
    : wrong(`${exampleOf(unit)}${range(setting, unit)}`, given)
}

/** A value inside of a map or an entry: plain data, amounts as numbers in base units. */
function readData(shape: Shape, given: Json): { readonly value: Json } | { readonly misfits: readonly Misfit[] } {
  const read = readSettingValue(shape, given)
  if ('misfits' in read) return read
  const { value } = read
  return {
    value: isQuantityType(shape.type) ? (value as { readonly value: number }).value : (value as Json),
  }
}

const inside = (key: string, misfits: readonly Misfit[]): Misfit[] =>
  misfits.map(({ at, ...rest }) => ({ at: [key, ...at], ...rest }))

function map(setting: Shape, given: Json): ReadValue {
  if (!isRecord(given)) return wrong('a map', given)
  const members = new Map(Object.entries((setting.default ?? {}) as { readonly [key: string]: Json }))
  const misfits: Misfit[] = []
  for (const [key, value] of Object.entries(given)) {
    if (key === 'op') {
      misfits.push({ at: [key], expected: 'another name than "op", which marks expressions', found: '"op"' })
    } else if (value === null) {
      if (!members.delete(key)) misfits.push(...inside(key, wrong('a value', value).misfits))
    } else {
      const read = readData(valuesOf(setting), value)
      if ('value' in read) members.set(key, read.value)
      else misfits.push(...inside(key, read.misfits))
    }
  }
  return misfits.length > 0 ? { misfits } : { value: Object.fromEntries(members) }
}

/** The shape of the values of a map: what it says of its values beside their type holds for each. */
export function valuesOf({ of = 'text', choices, pattern, min, max }: Shape): Shape {
  return {
    type: of,
    ...(choices && { choices }),
    ...(pattern !== undefined && { pattern }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
  }
}

type Entry = { readonly [key: string]: Json }

function keyedList(setting: Shape, given: Json): ReadValue {
  if (!isList(given)) return wrong('a list of entries with an id', given)
  const merged = new Map<string, Entry>(defaultEntries(setting))
  const seen = new Set<string>()
  const misfits: Misfit[] = []
  given.forEach((entry, i) => {
    const id = isRecord(entry) ? entry.id : undefined
    if (!isRecord(entry) || typeof id !== 'string' || id === '') {
      misfits.push(...wrong('an entry with an id', entry, [String(i)]).misfits)
    } else if (seen.has(id)) {
      misfits.push(...wrong('entries that each have an id of their own', id, [String(i)]).misfits)
    } else {
      seen.add(id)
      misfits.push(...inside(id, mergeEntry(setting, merged, id, entry)))
    }
  })
  return misfits.length > 0 ? { misfits } : { value: [...merged.values()] }
}

/** Adds an entry or its fields to those there are. */
function mergeEntry(setting: Shape, merged: Map<string, Entry>, id: string, entry: Entry): readonly Misfit[] {
  const before = merged.get(id)
  if (Object.hasOwn(entry, 'drop')) {
    if (entry.drop !== true || Object.keys(entry).length > 2)
      return wrong('"drop: true" beside the id alone', entry.drop!, ['drop']).misfits
    return merged.delete(id) ? [] : wrong('the id of an entry that the product has', id, ['drop']).misfits
  }
  const { fields = [] } = setting
  const known = new Map(fields.map((field) => [field.id, field]))
  const misfits: Misfit[] = []
  const members = new Map(Object.entries(before ?? { id }))
  for (const [key, value] of Object.entries(entry)) {
    const field = known.get(key)
    if (key === 'id') continue
    if (!field) {
      const near = nearest(key, known.keys())
      const fitting = `only the fields ${['id', ...known.keys()].join(', ')}`
      misfits.push(...wrong(near === undefined ? fitting : `"${near}" (${fitting})`, key, [key]).misfits)
      continue
    }
    const read = readData(field, value)
    if ('value' in read) members.set(key, read.value)
    else misfits.push(...inside(key, read.misfits))
  }
  for (const field of fields) {
    if (members.has(field.id) || Object.hasOwn(entry, field.id)) continue
    if (field.default !== undefined) members.set(field.id, field.default)
    else if (field.required)
      misfits.push({ at: [], expected: `an entry with "${field.id}"`, found: `${describeValue(entry)}` })
  }
  merged.set(id, Object.fromEntries(members))
  return misfits
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const isRecord = (value: Json): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value as a message shows it; long ones are cut. */
export function describeValue(value: Json): string {
  const shown = JSON.stringify(value)
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown
}
