/** Plain JSON: what every artefact of this project is made of. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * Canonical JSON (RFC 8785): keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints them.
 * Two equal values give the same bytes on every machine.
 *
 * @throws TypeError on a number that JSON cannot hold or on a lone surrogate, as RFC 8785 asks.
 * @example
 * canonicalJson({ b: 1, a: 'x' }) // '{"a":"x","b":1}'
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`)
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no JSON form')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object') {
    let members = ''
    // the default order of texts is that of their UTF-16 code units
    for (const key of Object.keys(value).sort()) {
      const member = (value as { readonly [key: string]: unknown })[key]
      if (member === undefined) continue
      members += `${members === '' ? '' : ','}${canonicalJson(key)}:${canonicalJson(member)}`
    }
    return `{${members}}`
  }
  throw new TypeError(`${typeof value} has no JSON form`)
}

/** An object with only the members that have a value: how optional members are passed on without `undefined`. */
export function compact<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const kept: { [key: string]: unknown } = {}
  for (const [key, member] of Object.entries(value)) if (member !== undefined) kept[key] = member
  return kept as never
}
