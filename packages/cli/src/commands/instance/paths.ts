import {
  type Catalog,
  InstanceDefinition,
  type Json,
  type Path,
  type Problem,
  type SettingDefinition,
  looksSecret,
  problem,
  readSettingValue,
  readWith,
  valuesOf,
} from '@waybill/model'

/**
 * A path as people write it: keys with dots between them, `"…"` around a key that has dots of its own.
 *
 * @returns undefined for what is no path
 */
export function parsePath(text: string): Path | undefined {
  const segments: string[] = []
  let rest = text
  for (;;) {
    const match = /^(?:"([^"]+)"|([^."=]+))(\.|$)/.exec(rest)
    if (!match) return undefined
    segments.push(match[1] ?? match[2]!)
    rest = rest.slice(match[0].length)
    if (match[3] === '') return segments
    if (rest === '') return undefined
  }
}

/** A path as {@link parsePath} reads it. */
export const printPath = (path: Path): string =>
  path.map((segment) => (/[."=]/.test(segment) ? `"${segment}"` : segment)).join('.')

/** `path=value`; the path may have an equals sign in quotes only. */
export function parseAssignment(text: string): { readonly path: Path; readonly value: string } | undefined {
  const match = /^((?:"[^"]+"|[^"=])+)=([\s\S]*)$/.exec(text)
  const path = match && parsePath(match[1]!)
  return path ? { path, value: match[2]! } : undefined
}

type Shape = Parameters<typeof readSettingValue>[0]

/** What decides which values a place takes, where the product says it. */
function shapeAt(catalog: Catalog, [list, first = '', second = '', ...inner]: Path): Shape | undefined {
  const setting: SettingDefinition | undefined =
    list === 'settings'
      ? catalog.settings.get(`${first}.${second}`)
      : list === 'dependencies'
        ? catalog.dependencies.get(first)?.inputs.find(({ id }) => id === second)
        : undefined
  if (!setting || inner.length === 0) return setting
  if (setting.type === 'map' && inner.length === 1) return valuesOf(setting)
  if (setting.type === 'keyedList' && inner.length === 2) return setting.fields?.find(({ id }) => id === inner[1])
  return undefined
}

/** Why a value must not be given for a path: it is, or looks like, the value of a secret. */
export function refuseSecret(catalog: Catalog, path: Path): Problem[] {
  const [list, ...rest] = path
  const shape = shapeAt(catalog, path)
  const declared = shape !== undefined && (shape.type !== 'text' || shape.public === true)
  const secret =
    (list === 'secrets' && catalog.secrets.has(rest[0] ?? '')) ||
    ((list === 'settings' || list === 'dependencies') && rest.length > 1 && !declared && looksSecret(rest.at(-1)!))
  return secret ? [problem('WB2027', path, { path: printPath(path) })] : []
}

/** The words of a command line as the value that they mean at a place: text where text is wanted, a number where a number is. */
export function valueAt(catalog: Catalog, path: Path, words: string): Json {
  const shape = shapeAt(catalog, path)
  const data = asData(words)
  if (shape) return takesText(shape) ? words : data
  if (path[0] === 'features') return data
  return typeof data === 'string' || fitsFormat(path, data) ? data : words
}

const takesText = ({ type }: Shape): boolean =>
  type !== 'boolean' && type !== 'count' && type !== 'map' && type !== 'keyedList'

function asData(words: string): Json {
  try {
    const data = JSON.parse(words) as Json
    // an exponent or a fraction that JSON would write in another way is left as it stands
    return typeof data === 'number' && String(data) !== words.trim() ? words : data
  } catch {
    return words
  }
}

/** Whether the format of instances takes a value at a path, whatever else is missing. */
function fitsFormat(path: Path, value: Json): boolean {
  const data = path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value)
  const read = readWith(InstanceDefinition, data)
  return !('problems' in read) || !read.problems.some(({ path: at }) => path.every((segment, i) => at[i] === segment))
}

/** The keyed list of settings that a path leads into. */
export function listOf(catalog: Catalog, [list, group = '', key = '', id]: Path): Path | undefined {
  const type = list === 'settings' ? catalog.settings.get(`${group}.${key}`)?.type : undefined
  return type === 'keyedList' && id !== undefined ? ['settings', group, key] : undefined
}

/** A keyed list with an entry, or a field of one, given. */
export function withEntry(entries: readonly Json[], [id = '', field]: Path, value: Json): Json[] {
  const at = entries.findIndex((entry) => isEntry(entry) && entry.id === id)
  const before = entries[at]
  const entry = field === undefined ? value : { ...(isEntry(before) ? before : { id }), [field]: value }
  return at < 0 ? [...entries, entry] : entries.with(at, entry)
}

const isEntry = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
