import { type Json, type When, both, either } from '@waybill/model'
import { partStart } from './open.ts'

/**
 * Parts of a tree of JSON that are only there under a condition, as members with a key of their own kind: in an object,
 * `{ <key>: { members } }`; in a list, an item `{ <key>: [items] }`. Trees without open parts hold none.
 */
type Members = { readonly [member: string]: Json }

const guardStart = `${partStart}if:`
const guardEnd = '\uE003'
const sharedStart = `${partStart}use:`
const includeStart = `${partStart}include:`
const eachStart = `${partStart}each:`
const valuesStart = `${partStart}values:`
const environmentStart = `${partStart}env:`

/** Several guards with one condition stand in one object, so the names of their members tell them apart. */
const guardKey = (when: NonNullable<When>, names: readonly string[] = []): string =>
  `${guardStart}${names.join(' ')}${guardEnd}${JSON.stringify(when)}`

/** Members of an object that are there where a condition holds; to be spread. */
export function guardMembers(when: When, members: Members): Members {
  if (when === undefined) return members
  return when === false || Object.keys(members).length === 0 ? {} : { [guardKey(when, Object.keys(members))]: members }
}

/** Items of a list that are there where a condition holds; to be spread. */
export function guardItems<T extends Json>(when: When, items: readonly T[]): readonly T[] {
  if (when === undefined) return items
  // a guard takes the place of the items that it holds, whatever they are
  return when === false || items.length === 0 ? [] : [{ [guardKey(when)]: items } as unknown as T]
}

/** Items for each shard of a service, with marks of the number of one in them. */
export const eachItems = <T extends Json>(service: string, items: readonly T[]): readonly T[] => [
  { [`${eachStart}${service}`]: items } as unknown as T,
]

/** Members that stand in several places under one name; to be spread. */
export const shared = (name: string, members: Members): Members => ({ [`${sharedStart}${name}`]: members })

/** Members that the site gives; to be spread. */
export const includeMembers = (name: string, data: Json): Members => ({ [`${includeStart}${name}`]: data })

/** Items that the site gives; to be spread. */
export const includeItems = (name: string, data: Json): Members[] => [{ [`${includeStart}${name}`]: data }]

/** Members that stand in the values as they are, by their path with slashes; to be spread. */
export const valueMembers = (path: string): Members => ({ [`${valuesStart}${path}`]: {} })

/** The variables of a container of a service, which values may change; to be spread. */
export const environmentMembers = (service: string, variables: readonly Json[]): Members => ({
  [`${environmentStart}${service}`]: variables,
})

/** What a member of a tree is: one with a key, or one of the kinds above. */
export type Part =
  | { readonly part: 'member'; readonly key: string; readonly value: Json }
  | { readonly part: 'guard'; readonly when: NonNullable<When>; readonly body: Json }
  | { readonly part: 'shared'; readonly name: string; readonly body: Json }
  | { readonly part: 'include'; readonly name: string; readonly data: Json }
  | { readonly part: 'values'; readonly path: readonly string[] }
  | { readonly part: 'each'; readonly service: string; readonly body: Json }
  | { readonly part: 'environment'; readonly service: string; readonly body: Json }

/** Few conditions stand in many places of a tree, so they are read once. */
const conditions = new Map<string, NonNullable<When>>()
const mostConditions = 10_000

function conditionIn(text: string): NonNullable<When> {
  const before = conditions.get(text)
  if (before !== undefined) return before
  const condition = JSON.parse(text) as NonNullable<When>
  if (conditions.size >= mostConditions) conditions.clear()
  conditions.set(text, condition)
  return condition
}

export function partOf(key: string, value: Json): Part {
  if (!key.startsWith(partStart)) return { part: 'member', key, value }
  if (key.startsWith(guardStart))
    return { part: 'guard', when: conditionIn(key.slice(key.lastIndexOf(guardEnd) + 1)), body: value }
  if (key.startsWith(sharedStart)) return { part: 'shared', name: key.slice(sharedStart.length), body: value }
  if (key.startsWith(includeStart)) return { part: 'include', name: key.slice(includeStart.length), data: value }
  if (key.startsWith(valuesStart)) return { part: 'values', path: key.slice(valuesStart.length).split('/') }
  if (key.startsWith(environmentStart))
    return { part: 'environment', service: key.slice(environmentStart.length), body: value }
  if (key.startsWith(eachStart)) return { part: 'each', service: key.slice(eachStart.length), body: value }
  return { part: 'member', key, value }
}

/** The special part that an item of a list is, if it is one. */
export function itemPart(item: Json): Exclude<Part, { part: 'member' }> | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined
  const [key, second] = Object.keys(item)
  if (key === undefined || second !== undefined || !key.startsWith(partStart)) return undefined
  const part = partOf(key, (item as Members)[key]!)
  return part.part === 'member' ? undefined : part
}

/** Items with what has to hold for each; those without a guard are always there. */
export const unguarded = <T extends Json>(items: readonly T[]): { readonly when: When; readonly item: T }[] =>
  items.flatMap((item) => {
    const part = itemPart(item)
    if (part?.part !== 'guard') return [{ when: undefined, item }]
    return unguarded(part.body as readonly T[]).map(({ when, item: inner }) => ({
      when: both(part.when, when),
      item: inner,
    }))
  })

/** What has to hold for a list to have an item; of an empty list nothing does. */
export const anyOf = (items: readonly Json[]): When => either(...unguarded(items).map(({ when }) => when))

/** A member with a list, where the list has an item; to be spread. */
export function listMember(key: string, items: readonly Json[]): Members {
  if (items.length === 0) return {}
  const when = anyOf(items)
  return guardMembers(when, { [key]: when === undefined ? items : withoutGuard(items, when) })
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/** Items of a list that is only there where all of them are. */
const withoutGuard = (items: readonly Json[], when: NonNullable<When>): readonly Json[] =>
  items.flatMap((item) => {
    const part = itemPart(item)
    const same = part?.part === 'guard' && JSON.stringify(part.when) === JSON.stringify(when)
    return same && isList(part.body) ? part.body : [item]
  })
