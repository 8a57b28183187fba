import { type Json, isOperation } from '@waybill/model'

/** A difference between two versions of an object. A missing side means that the object or field is not there. */
export interface Change {
  /** Such as `services/api` or `Deployment/api`. */
  readonly object: string
  /** Such as `env/STORES`; empty when the whole object was added or removed. */
  readonly field: string
  readonly before?: Json
  readonly after?: Json
}

/** Objects by name. */
export type Objects = ReadonlyMap<string, Json>

/** Object by object, field by field, in the order of `before`, then what is new. */
export function compareObjects(before: Objects, after: Objects): Change[] {
  const changes: Change[] = []
  for (const [object, old] of before) {
    const now = after.get(object)
    if (now === undefined) changes.push({ object, field: '', before: old })
    else for (const change of compareValues(old, now)) changes.push({ object, ...change })
  }
  for (const [object, now] of after) if (!before.has(object)) changes.push({ object, field: '', after: now })
  return changes
}

type FieldChange = Omit<Change, 'object'>

/**
 * The fields in which two JSON values differ. Items of lists go by their id, name or path where all of them have one;
 * lists of plain values and expressions are compared as a whole.
 */
export function compareValues(before: Json | undefined, after: Json | undefined, field = ''): FieldChange[] {
  if (before === undefined || after === undefined) {
    if (before === after) return []
    return [{ field, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }]
  }
  if (isList(before) && isList(after)) return compareLists(before, after, field)
  if (isMembers(before) && isMembers(after)) return compareMembers(before, after, field)
  return same(before, after) ? [] : [{ field, before, after }]
}

function compareLists(before: readonly Json[], after: readonly Json[], field: string): FieldChange[] {
  const old = byName(before)
  const now = byName(after)
  if (!old || !now) {
    if (![...before, ...after].every(isMembers)) return same(before, after) ? [] : [{ field, before, after }]
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, i) => compareValues(before[i], after[i], join(field, String(i)))).flat()
  }
  const changes = [...new Set([...old.keys(), ...now.keys()])].flatMap((key) =>
    compareValues(old.get(key), now.get(key), join(field, key)),
  )
  const [oldOrder, newOrder] = [
    [...old.keys()].filter((key) => now.has(key)),
    [...now.keys()].filter((key) => old.has(key)),
  ]
  if (same(oldOrder, newOrder)) return changes
  return [...changes, { field: join(field, '(order)'), before: oldOrder, after: newOrder }]
}

function compareMembers(before: Members, after: Members, field: string): FieldChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return keys.flatMap((key) => compareValues(before[key], after[key], join(field, key)))
}

type Members = { readonly [key: string]: Json }

const join = (field: string, key: string): string => (field === '' ? key : `${field}/${key}`)
const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
const isMembers = (value: Json): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isOperation(value)

/** The items by name, or undefined where one has none or two share one. */
function byName(list: readonly Json[]): ReadonlyMap<string, Json> | undefined {
  const named = new Map<string, Json>()
  for (const item of list) {
    if (!isMembers(item)) return undefined
    const name = [item['id'], item['name'], item['path']].find((each) => typeof each === 'string')
    if (typeof name !== 'string' || named.has(name)) return undefined
    named.set(name, item)
  }
  return named
}

/** Equal as JSON: the order of keys says nothing. */
function same(a: Json, b: Json): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (isList(a) || isList(b)) {
    return isList(a) && isList(b) && a.length === b.length && a.every((item, i) => same(item, b[i]!))
  }
  return sameMembers(a, b)
}

function sameMembers(a: Members, b: Members): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key]!, b[key]!))
}
