import type { Catalog, Json, SettingDefinition } from '@waybill/model'

/** What expressions of templates refer to. */
export interface Scope {
  readonly catalog: Catalog
  /** First word of the names of templates, which are global in Helm: the product. */
  readonly prefix: string
  /** `.`, or `$` inside of a loop. */
  readonly root: '.' | '$'
  /** Makes a part that is used by name. */
  readonly share: (name: string, body: Json) => void
}

/** Text as a string of a Go template. */
export const goString = (text: string): string => JSON.stringify(text)

/** A place in the values: with dots where names allow it. */
export function valuePath(segments: readonly string[], { root }: Pick<Scope, 'root'>): string {
  const start = root === '.' ? '.Values' : '$.Values'
  const plain = segments.findIndex((segment) => !/^[A-Za-z_]\w*$/.test(segment))
  if (plain === -1) return [start, ...segments].join('.')
  const known = [start, ...segments.slice(0, plain)].join('.')
  return `(index ${known} ${segments.slice(plain).map(goString).join(' ')})`
}

export function settingAt(
  id: string,
  { catalog }: Scope,
): { readonly path: readonly string[]; readonly setting: SettingDefinition } {
  return { path: ['settings', ...id.split('.')], setting: catalog.settings.get(id)! }
}

export function inputAt(
  dependency: string,
  key: string,
  { catalog }: Scope,
): { readonly path: readonly string[]; readonly setting: SettingDefinition } {
  const { inputs, operator, modes } = catalog.dependencies.get(dependency)!
  const setting = inputs.find(({ id }) => id === key)!
  // a default that depends on the mode is not among the values
  const { default: _, ...open } = setting
  const isSaid = modes.includes('operator') && operator?.inputs[key] !== undefined
  return { path: ['dependencies', dependency, key], setting: isSaid ? open : setting }
}
