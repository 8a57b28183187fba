import { type Path, type Problem, problem } from '../errors/problem.ts'
import type { Json } from '../json.ts'
import type { Moved, ProductDefinition } from '../product/schema.ts'
import type { InstanceDefinition } from './schema.ts'

/** A name in an instance that the product has given up, with the one that it has now. */
export interface Rename {
  readonly what: Moved['what']
  readonly from: string
  readonly to: string
  /** Where it is written, and where it would be under its present name. */
  readonly path: Path
  readonly now: Path
}

/** An instance in the present names of its product, with what that took. */
export interface PresentNames {
  readonly instance: InstanceDefinition
  readonly renames: readonly Rename[]
  /** A warning for each old name, an error where both names are used; paths are those of the file. */
  readonly problems: readonly Problem[]
  /** Where something of the instance stands in the file. */
  readonly written: (path: Path) => Path
}

type What = Moved['what']
type Data = { [key: string]: Data | Json }

/** The maps of an instance whose keys are names of a kind; a key may go on after the name with a slash. */
const places: Readonly<Record<Exclude<What, 'setting'>, readonly Path[]>> = {
  feature: [['features']],
  dependency: [['dependencies'], ['sizes'], ['site', 'placement', 'services'], ['site', 'ranges']],
  service: [['sizes'], ['site', 'placement', 'services'], ['secrets', 'existing']],
  volume: [['site', 'claims']],
  secret: [
    ['secrets', 'versions'],
    ['secrets', 'existing'],
  ],
}

/** Follows the renames of the product: an instance with old names works, and says how to bring it up to date. */
export function presentNames(product: ProductDefinition, instance: InstanceDefinition): PresentNames {
  const moved = product.moved ?? []
  if (moved.length === 0) return { instance, renames: [], problems: [], written: (path) => path }
  const data = structuredClone(instance) as unknown as Data
  const renames = moved.flatMap(({ what, from }) => renamesOf(data, what, from, destination(moved, what, from)))
  const problems = renames.map((rename) => move(data, rename))
  problems.push(...followOverlays(data, moved))
  return {
    instance: data as unknown as InstanceDefinition,
    renames,
    problems,
    written: (path) => oldPath(path, renames),
  }
}

/** Where a chain of renames ends; a circle, which no check lets pass, ends somewhere in it. */
function destination(moved: readonly Moved[], what: What, from: string): string {
  const seen = new Set<string>()
  let name = from
  for (;;) {
    const next = moved.find((each) => each.what === what && each.from === name)
    if (!next || seen.has(next.to)) return name
    seen.add(next.to)
    name = next.to
  }
}

function renamesOf(data: Data, what: What, from: string, to: string): Rename[] {
  if (what === 'setting') {
    const path = ['settings', ...split(from)]
    return valueAt(data, path) === undefined ? [] : [{ what, from, to, path, now: ['settings', ...split(to)] }]
  }
  return places[what].flatMap((parent) =>
    Object.keys(recordAt(data, parent) ?? {})
      .filter((key) => key === from || key.startsWith(`${from}/`))
      .map((key) => ({ what, from, to, path: [...parent, key], now: [...parent, to + key.slice(from.length)] })),
  )
}

/** A setting is named `group.key`. */
function split(setting: string): Path {
  const dot = setting.indexOf('.')
  return dot < 0 ? [setting] : [setting.slice(0, dot), setting.slice(dot + 1)]
}

function move(data: Data, { what, from, to, path, now }: Rename): Problem {
  const value = valueAt(data, path)!
  const both = valueAt(data, now) !== undefined
  remove(data, path)
  if (both) return problem('WB2024', path, { kind: what, from, to })
  put(data, now, value)
  return problem('WB2025', path, { kind: what, from, to })
}

/** Overlays name services and volumes in their address. */
function followOverlays(data: Data, moved: readonly Moved[]): Problem[] {
  const overlays = (data.overlays ?? []) as unknown as { at: string }[]
  return overlays.flatMap((overlay, i) => {
    const [list, id = '', ...rest] = overlay.at.split('/')
    const kinds: readonly What[] =
      list === 'services' ? ['service', 'dependency'] : list === 'volumes' ? ['volume'] : []
    const what = kinds.find((kind) => destination(moved, kind, id) !== id)
    if (what === undefined) return []
    const to = destination(moved, what, id)
    overlay.at = [list, to, ...rest].join('/')
    return [problem('WB2025', ['overlays', String(i), 'at'], { kind: what, from: id, to })]
  })
}

function oldPath(path: Path, renames: readonly Rename[]): Path {
  const found = renames.find(({ now }) => now.every((segment, i) => path[i] === segment))
  return found ? [...found.path, ...path.slice(found.now.length)] : path
}

const isRecord = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value)

function valueAt(data: Data, path: Path): Data | Json | undefined {
  let value: unknown = data
  for (const key of path) value = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value as Data | Json | undefined
}

function recordAt(data: Data, path: Path): Data | undefined {
  const value = valueAt(data, path)
  return isRecord(value) ? value : undefined
}

function put(data: Data, path: Path, value: Data | Json): void {
  const [key, ...rest] = path
  if (rest.length === 0) data[key!] = value
  else {
    if (!isRecord(data[key!])) data[key!] = {}
    put(data[key!] as Data, rest, value)
  }
}

function remove(data: Data, path: Path): void {
  const parent = recordAt(data, path.slice(0, -1))
  if (parent) delete parent[path.at(-1)!]
}
