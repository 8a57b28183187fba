import { type Problem, WaybillError, problem } from '../errors/problem.ts'
import type { Json } from '../json.ts'
import { type ProductDefinition, productSchemaVersion } from '../product/schema.ts'
import type { SettingGroup, Feature } from './customer.ts'
import { type Declared, declarationOf } from './declared.ts'
import type { Dependency } from './dependencies/dependency.ts'
import type { EdgeChoice } from './edge.ts'
import { type Origin, callSite } from './origin.ts'
import { baseUnits } from './quantities.ts'
import type { Definition } from './services.ts'
import { type Amount, type JsonWith, type Predicate, type PublicValue, type Quantity, isPortRef } from './terms.ts'
import type { Unit } from '../units/unit.ts'

/** A way to run that the product offers, made by the option builders of the targets. */
export interface TargetChoice {
  readonly id: string
  /** Images that the target itself needs. */
  readonly images?: readonly string[]
}

/** A loss that the vendor knows and accepts, so that strict rendering passes. */
export interface AcceptedLoss {
  readonly loss: string
  readonly at?: string
  readonly reason: string
}

/** What `product(…)` takes. Areas, volumes, secrets and load are found through the references to them. */
export interface ProductMeta {
  readonly version: string
  readonly title: string
  readonly load?: Readonly<Record<string, Quantity<Unit>>>
  readonly profiles?: Readonly<
    Record<
      string,
      { readonly title: string; readonly load: Readonly<Record<string, Amount<'count'> | Quantity<Unit>>> }
    >
  >
  readonly settings?: readonly SettingGroup[]
  readonly features?: readonly Feature[]
  readonly dependencies?: readonly Dependency[]
  readonly services: readonly Definition[]
  readonly edge?: EdgeChoice
  readonly rawObjects?: readonly RawObject[]
  readonly moved?: readonly Moved[]
  readonly upgrades?: Upgrades
  readonly targets: readonly TargetChoice[]
}
export interface Upgrades {
  readonly requiredStops?: readonly { readonly version: string; readonly reason: string }[]
  readonly bannedVersions?: readonly { readonly version: string; readonly reason: string }[]
}

declare const isRaw: unique symbol
export interface RawObject {
  readonly [isRaw]: true
}
/** An object that only one engine knows, such as a custom resource; it takes part in order, plan and ownership. */
export const rawObject = (
  target: string,
  id: string,
  object: { readonly [key: string]: JsonWith<PublicValue> },
  meta: {
    readonly after?: readonly { readonly id: string }[]
    readonly readyWhen?: { readonly jsonPath: string; readonly equals: string }
    readonly when?: Predicate
  } = {},
): RawObject =>
  ({
    id,
    target,
    object,
    ...meta,
    ...(meta.after && { after: meta.after.map((each) => each.id) }),
  }) as unknown as RawObject

/** A rename: data and overlays follow it at the upgrade. */
export interface Moved {
  readonly what: 'service' | 'volume' | 'setting' | 'secret' | 'dependency' | 'feature'
  readonly from: string
  readonly to: string
}
export const moved = (what: Moved['what'], from: string, to: string): Moved => ({ what, from, to })

const originsKey: unique symbol = Symbol.for('waybill.origins') as never

/**
 * The whole product as the JSON of `product.json`. The export default of a definition.
 *
 * @throws WaybillError with every value in it that is not data
 * @example
 * export default product('parcels', { version: '1.0.0', title: 'Parcels', services, targets: [compose()] })
 */
export function product(id: string, meta: ProductMeta): ProductDefinition {
  const found = new Declarations()
  for (const group of ['settings', 'features', 'dependencies', 'services'] as const) {
    for (const each of meta[group] ?? []) found.add(declarationOf(each))
  }
  for (const factor of Object.values(meta.load ?? {})) found.add(declarationOf(factor))
  const profiles = Object.entries(meta.profiles ?? {}).map(([profile, { title, load }]) => ({
    id: profile,
    title,
    load: Object.fromEntries(
      Object.entries(load).map(([factor, amount]) => [factor, baseUnits(amount as Quantity<Unit>)]),
    ),
  }))
  const data = {
    schema: productSchemaVersion,
    id,
    version: meta.version,
    title: meta.title,
    profiles: profiles.length === 0 ? undefined : profiles,
    edge: meta.edge,
    rawObjects: meta.rawObjects,
    moved: meta.moved,
    upgrades: meta.upgrades,
    targets: meta.targets,
  }
  const complete = found.complete(data)
  const origins = { value: found.origins(callSite()) }
  if (found.problems.length > 0) throw Object.defineProperty(new WaybillError(found.problems), originsKey, origins)
  Object.defineProperty(complete, originsKey, origins)
  return complete as ProductDefinition
}

/** Where each part of a product was written, by `list/id`, as `product(…)` noted it; empty for one that was read. */
export const originsOf = (definition: ProductDefinition): Readonly<Record<string, Origin>> =>
  (definition as { [originsKey]?: Record<string, Origin> })[originsKey] ?? {}

/** Deeper than any definition; what contains itself is deeper still. */
const depthLimit = 100

class Declarations {
  problems: Problem[] = []
  readonly #found = new Map<Declared['list'], Map<string, Declared>>()
  readonly #duplicates: Declared[] = []

  add(declares: Declared | undefined): void {
    if (!declares) return
    const list = this.#found.get(declares.list) ?? new Map<string, Declared>()
    this.#found.set(declares.list, list)
    const known = list.get(declares.data.id)
    if (!known) list.set(declares.data.id, declares)
    else if (known.data !== declares.data && !this.#duplicates.includes(declares)) this.#duplicates.push(declares)
  }

  get #count(): number {
    return [...this.#found.values()].reduce((count, list) => count + list.size, this.#duplicates.length)
  }

  /** The definition as JSON: what only bodies mention is found while they are made plain, so that goes on until all is found. */
  complete(data: object): object {
    for (;;) {
      const before = this.#count
      this.problems = []
      const json = this.plain({ ...data, ...this.lists() }, []) as object
      if (this.#count === before) return json
    }
  }

  lists(): object {
    const empty = {
      areas: [],
      load: [],
      settings: [],
      features: [],
      secrets: [],
      volumes: [],
      dependencies: [],
      services: [],
    }
    const all = [...this.#found].map(
      ([list, members]) =>
        [
          list,
          [...members.values(), ...this.#duplicates.filter((each) => each.list === list)].map(({ data }) => data),
        ] as const,
    )
    return { ...empty, ...Object.fromEntries(all) }
  }

  origins(root: Origin | undefined): Record<string, Origin> {
    const all = [...this.#found].flatMap(([list, members]) =>
      [...members].flatMap(([id, { origin }]) => (origin ? [[`${list}/${id}`, origin] as const] : [])),
    )
    return { ...(root && { '': root }), ...Object.fromEntries(all) }
  }

  /** Handles become their id, terms their nodes; whatever JSON cannot carry is a problem. */
  plain(value: unknown, path: readonly string[]): Json | undefined {
    const declares = declarationOf(value)
    this.add(declares)
    if (path.length > depthLimit) {
      this.#refuse('something that contains itself', path.slice(0, 8))
      return undefined
    }
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    if (Array.isArray(value))
      return value.map((item, i) => this.plain(item, [...path, idOf(item) ?? String(i)]) ?? null)
    if (isPortRef(value)) this.#refuse('a port where an address is expected', path)
    else if (isPlain(value)) {
      if (declares && !('op' in value)) return declares.data.id
      const members = Object.entries(value).flatMap(([key, member]) => {
        if (member === undefined) return []
        const plain = this.plain(member, [...path, key])
        return plain === undefined ? [] : [[key, plain] as const]
      })
      return Object.fromEntries(members)
    } else this.#refuse(describe(value), path)
    return undefined
  }

  #refuse(found: string, path: readonly string[]): void {
    this.problems.push(problem('WB1004', path, { found }))
  }
}

/** JSON objects and nodes of expressions, also those of another copy of this package; no instances of other classes. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || 'op' in value
}

const idOf = (item: unknown): string | undefined => {
  if (typeof item !== 'object' || item === null) return undefined
  const { id, name, path } = item as { id?: unknown; name?: unknown; path?: unknown }
  return [id, name, path].find((each): each is string => typeof each === 'string')
}

function describe(value: unknown): string {
  if (typeof value === 'function') return `a function (${value.name || 'anonymous'})`
  if (value === undefined || typeof value === 'number') return String(value)
  if (typeof value === 'object' && value !== null) return `an instance of ${value.constructor.name}`
  return `a ${typeof value}`
}
