import type { Json } from '@waybill/model'

type Members = { readonly [key: string]: Json }

/** How a merge takes something away; what it lays over the rest needs no words. */
export interface Removal {
  /** The value of a member that goes. */
  readonly member: Json
  /** The item that takes the one of this name out of a list. */
  readonly item: (name: string) => Json
}

/**
 * What has to be laid over `before` to get `after`: only what differs. Lists whose items have names are merged item by
 * item, as Kubernetes' strategic merge does with containers and variables; other lists are replaced.
 *
 * @returns undefined when nothing differs
 */
export function mergePatch(before: Json, after: Json, removal: Removal): Json | undefined {
  if (isMembers(before) && isMembers(after)) return patchMembers(before, after, removal)
  const [old, now] = [namedItems(before), namedItems(after)]
  if (old && now) return patchItems(old, now, removal)
  return JSON.stringify(before) === JSON.stringify(after) ? undefined : after
}

function patchMembers(before: Members, after: Members, removal: Removal): Json | undefined {
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key): [string, Json][] => {
    const [old, now] = [before[key], after[key]]
    if (now === undefined) return [[key, removal.member]]
    const patch = old === undefined ? now : mergePatch(old, now, removal)
    return patch === undefined ? [] : [[key, patch]]
  })
  return changed.length === 0 ? undefined : Object.fromEntries(changed)
}

type Named = ReadonlyMap<string, Members>

function patchItems(before: Named, after: Named, removal: Removal): Json | undefined {
  const removed = [...before.keys()].filter((name) => !after.has(name)).map(removal.item)
  const changed = [...after].flatMap(([name, now]): Json[] => {
    const old = before.get(name)
    const patch = old === undefined ? now : patchMembers(old, now, removal)
    return patch === undefined ? [] : [{ name, ...(patch as Members) }]
  })
  const items = [...removed, ...changed]
  return items.length === 0 ? undefined : items
}

const isMembers = (value: Json): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The items by name; undefined for anything that is no list of named items. */
function namedItems(value: Json): Named | undefined {
  if (!Array.isArray(value)) return undefined
  const items = new Map<string, Members>()
  for (const item of value as readonly Json[]) {
    const name = isMembers(item) ? item['name'] : undefined
    if (typeof name !== 'string' || items.has(name)) return undefined
    items.set(name, item as Members)
  }
  return items
}
