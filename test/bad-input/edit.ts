import type { Json } from '@waybill/model'

type Container = Json[] | { [key: string]: Json }

/** A copy of a document with values changed: path → new value, `+` appends, undefined removes. */
export function edited(document: unknown, edits: Readonly<Record<string, Json | undefined>>): unknown {
  const copy = structuredClone(document) as Container
  for (const [path, value] of Object.entries(edits)) change(copy, path.split('/'), value)
  return copy
}

function change(container: Container, [key, ...rest]: readonly string[], value: Json | undefined): void {
  if (key === undefined) throw new TypeError('an edit needs a path')
  if (rest.length > 0) {
    const next = Array.isArray(container) ? container[indexOf(container, key)] : container[key]
    if (typeof next !== 'object' || next === null) throw new TypeError(`there is no "${key}" to edit`)
    change(next as Container, rest, value)
  } else if (Array.isArray(container)) {
    if (/^\++$/.test(key)) container.push(value!)
    else container[indexOf(container, key)] = value!
  } else if (value === undefined) delete container[key]
  else container[key] = value
}

function indexOf(list: readonly Json[], name: string): number {
  const index = list.findIndex(
    (item) =>
      typeof item === 'object' &&
      item !== null &&
      Object.entries(item).some(([key, value]) => ['id', 'name', 'path'].includes(key) && value === name),
  )
  if (index >= 0) return index
  if (/^\d+$/.test(name)) return Number(name)
  throw new TypeError(`there is no "${name}" in the list`)
}
