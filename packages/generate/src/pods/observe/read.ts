import type { Json } from '@waybill/model'

export type Members = { readonly [key: string]: Json }

/** Steps into JSON by keys and positions; undefined when something on the way is missing. */
export function at(json: Json | undefined, ...keys: readonly (string | number)[]): Json | undefined {
  let here = json
  for (const key of keys) {
    if (typeof here !== 'object' || here === null) return undefined
    here = isList(here) ? here[Number(key)] : here[key]
  }
  return here
}

export function textAt(json: Json | undefined, ...keys: readonly (string | number)[]): string {
  const found = at(json, ...keys)
  return typeof found === 'string' || typeof found === 'number' ? String(found) : ''
}

export function listAt(json: Json | undefined, ...keys: readonly (string | number)[]): readonly Json[] {
  const found = at(json, ...keys)
  return found !== undefined && isList(found) ? found : []
}

export function membersAt(json: Json | undefined, ...keys: readonly (string | number)[]): Members {
  const found = at(json, ...keys)
  return typeof found === 'object' && found !== null && !isList(found) ? found : {}
}

export const textsAt = (json: Json | undefined, ...keys: readonly (string | number)[]): readonly string[] =>
  listAt(json, ...keys).map((item) => textAt(item))

const isList = (json: Json): json is readonly Json[] => Array.isArray(json)
