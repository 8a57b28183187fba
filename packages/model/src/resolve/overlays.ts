import { type Problem, problem } from '../errors/problem.ts'
import { describe } from '../expressions/print.ts'
import type { Overlay } from '../instance/schema.ts'
import { type Json, compact } from '../json.ts'
import { nearest } from '../nearest.ts'
import type { Unit } from '../units/unit.ts'
import { formatQuantity, parseQuantity } from '../units/quantity.ts'
import type { Deployment, DeployedService, Value } from './deployment.ts'
import { describeValue } from './setting-values.ts'

/** A place that a customer may patch: how to read it, and the deployment with another value there. */
interface Patchable {
  readonly now: Value | undefined
  readonly unit?: Unit
  /** `undefined` removes what may be absent. */
  readonly set: (value: Value | undefined) => Deployment
  /** Whether it may be absent: then `null` stands for that, in `base` and in `set`. */
  readonly optional?: boolean
}

/**
 * How an overlay stands to the product of today: `applied`, its base is as it was; `stale`, nothing is left for it to
 * change; `conflicting`, the product has another value now than the one that it was made against; `wrong`, what it sets
 * cannot stand there.
 */
export interface OverlayState {
  readonly at: string
  readonly state: 'applied' | 'stale' | 'conflicting' | 'wrong'
  /** What the product has there, for people; undefined when the place is gone. */
  readonly now?: string
  readonly set: string
  readonly reason?: string
}

/** Applies the customer's patches in order; each says the value that it was made against. */
export function applyOverlays(deployment: Deployment, overlays: readonly Overlay[], problems: Problem[]): Deployment {
  const applied = overlayStates(deployment, overlays)
  problems.push(...applied.problems)
  return applied.deployment
}

/** The same, with how each of them stands. */
export function overlayStates(
  deployment: Deployment,
  overlays: readonly Overlay[],
): {
  readonly deployment: Deployment
  readonly states: readonly OverlayState[]
  readonly problems: readonly Problem[]
} {
  const states: OverlayState[] = []
  const problems: Problem[] = []
  let current = deployment
  for (const [i, overlay] of overlays.entries()) {
    const { state, now, set, next, found } = judge(current, overlay, ['overlays', String(i)])
    current = next ?? current
    if (found) problems.push(found)
    const { at, reason } = overlay
    states.push(compact({ at, state, now, set, reason }))
  }
  return { deployment: current, states, problems }
}

interface Judged {
  readonly state: OverlayState['state']
  readonly now?: string | undefined
  readonly set: string
  readonly next?: Deployment
  readonly found?: Problem
}

function judge(deployment: Deployment, overlay: Overlay, path: readonly string[]): Judged {
  const { at } = overlay
  const written = overlay.set === null ? 'nothing' : describeValue(overlay.set)
  const place = placeAt(deployment, at, overlay.base === null)
  if (!place) {
    const near = nearest(at, patchableAddresses(deployment))
    const found = problem('WB2013', [...path, 'at'], { at, ...(near === undefined ? {} : { near }) })
    return { state: 'stale', set: written, found }
  }
  const now = show(place.now, place.unit)
  const wanted = read(overlay.set, place)
  if (!wanted) {
    const expected = place.unit === undefined ? 'a text' : `a quantity of ${place.unit}`
    const found = problem('WB2008', [...path, 'set'], { what: at, expected, found: describeValue(overlay.set) })
    return { state: 'wrong', now, set: written, found }
  }
  const set = show(wanted.value, place.unit)
  const base = overlay.base === undefined ? undefined : read(overlay.base, place)
  if (overlay.base === undefined || (base && same(base.value, place.now)))
    return { state: 'applied', now, set, next: place.set(wanted.value) }
  if (same(wanted.value, place.now)) return { state: 'stale', now, set, found: problem('WB2034', path, { at, now }) }
  const made = overlay.base === null ? 'nothing' : describeValue(overlay.base)
  return { state: 'conflicting', now, set, found: problem('WB2014', [...path, 'base'], { at, base: made, now }) }
}

const same = (a: Value | undefined, b: Value | undefined) => JSON.stringify(a) === JSON.stringify(b)

/** What is written there as a value, in a box because it may be absent; undefined when it cannot stand there. */
function read(given: Json, { unit, optional }: Patchable): { readonly value: Value | undefined } | undefined {
  if (given === null) return optional ? { value: undefined } : undefined
  if (unit === undefined) return typeof given === 'string' ? { value: given } : undefined
  if (typeof given !== 'string' && typeof given !== 'number') return undefined
  const parsed = parseQuantity(String(given), unit)
  return 'value' in parsed ? { value: parsed.value } : undefined
}

function show(value: Value | undefined, unit: Unit | undefined): string {
  if (value === undefined) return 'nothing'
  return unit !== undefined && typeof value === 'number' ? formatQuantity(value, unit) : describe(value)
}

/** @param added whether the place may be one that the product does not have yet */
function placeAt(deployment: Deployment, at: string, added: boolean): Patchable | undefined {
  const [list, id, field, ...rest] = at.split('/')
  if (list === 'volumes' && field === 'size' && rest.length === 0) {
    const volume = deployment.volumes.find((each) => each.id === id)
    const set = (value: Value | undefined) => ({
      ...deployment,
      volumes: deployment.volumes.map((each) => (each === volume ? { ...each, size: value as number } : each)),
    })
    return volume && { now: volume.size, unit: 'bytes', set }
  }
  const service = list === 'services' ? deployment.services.find((each) => each.id === id) : undefined
  if (!service) return undefined
  const replace = (changed: Partial<DeployedService>): Deployment => ({
    ...deployment,
    services: deployment.services.map((each) => (each === service ? { ...each, ...changed } : each)),
  })
  if (field === 'image' && rest.length === 0)
    return { now: service.image, set: (image) => replace({ image: image as string }) }
  if (field === 'env' && rest.length === 1) return envPlace(service, rest[0]!, added, replace)
  const [side] = rest
  if ((field === 'cpu' || field === 'memory') && (side === 'request' || side === 'limit') && rest.length === 1) {
    const unit = field === 'cpu' ? 'cores' : 'bytes'
    return {
      now: service[field][side],
      unit,
      set: (value) => replace({ [field]: { ...service[field], [side]: value as number } }),
    }
  }
  return undefined
}

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

function envPlace(
  service: DeployedService,
  name: string,
  added: boolean,
  replace: (changed: Partial<DeployedService>) => Deployment,
): Patchable | undefined {
  const found = service.env.find((each) => each.name === name)
  if (!found && !(added && variableName.test(name))) return undefined
  const set = (value: Value | undefined) => {
    const others = service.env.filter((each) => each !== found)
    if (value === undefined) return replace({ env: others })
    if (!found) return replace({ env: [...others, { name, value }] })
    return replace({ env: service.env.map((each) => (each === found ? { name, value } : each)) })
  }
  return { now: found?.value, optional: true, set }
}

/** Every address that an overlay may have. */
export function patchableAddresses(deployment: Deployment): string[] {
  const sizes = ['cpu/request', 'cpu/limit', 'memory/request', 'memory/limit']
  return [
    ...deployment.services.flatMap(({ id, env }) =>
      ['image', ...sizes, ...env.map(({ name }) => `env/${name}`)].map((field) => `services/${id}/${field}`),
    ),
    ...deployment.volumes.map(({ id }) => `volumes/${id}/size`),
  ]
}
