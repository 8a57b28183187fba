import { type Problem, problem } from '../errors/problem.ts'
import { describe } from '../expressions/print.ts'
import type { Overlay } from '../instance/schema.ts'
import type { Json } from '../json.ts'
import { nearest } from '../nearest.ts'
import type { Unit } from '../units/unit.ts'
import { formatQuantity, parseQuantity } from '../units/quantity.ts'
import type { Deployment, DeployedService, Value } from './deployment.ts'
import { describeValue } from './setting-values.ts'

/** A place that a customer may patch: how to read it, and the deployment with another value there. */
interface Patchable {
  readonly now: Value | undefined
  readonly unit?: Unit
  readonly set: (value: Value) => Deployment
}

/** Applies the customer's patches in order; each says the value that it was made against. */
export function applyOverlays(deployment: Deployment, overlays: readonly Overlay[], problems: Problem[]): Deployment {
  return overlays.reduce(
    (current, overlay, i) => applyOverlay(current, overlay, ['overlays', String(i)], problems),
    deployment,
  )
}

function applyOverlay(
  deployment: Deployment,
  overlay: Overlay,
  path: readonly string[],
  problems: Problem[],
): Deployment {
  const place = placeAt(deployment, overlay.at)
  if (!place) {
    const near = nearest(overlay.at, patchableAddresses(deployment))
    problems.push(problem('WB2013', [...path, 'at'], { at: overlay.at, ...(near === undefined ? {} : { near }) }))
    return deployment
  }
  const wanted = read(overlay.set, place.unit)
  if (wanted === undefined) {
    const expected = place.unit === undefined ? 'a text' : `a quantity of ${place.unit}`
    problems.push(
      problem('WB2008', [...path, 'set'], { what: overlay.at, expected, found: describeValue(overlay.set) }),
    )
    return deployment
  }
  const base = overlay.base === undefined ? undefined : read(overlay.base, place.unit)
  if (overlay.base !== undefined && !same(base, place.now)) {
    const now = show(place.now, place.unit)
    problems.push(problem('WB2014', [...path, 'base'], { at: overlay.at, base: describeValue(overlay.base), now }))
    return deployment
  }
  return place.set(wanted)
}

const same = (a: Value | undefined, b: Value | undefined) => JSON.stringify(a) === JSON.stringify(b)

function read(given: Json, unit: Unit | undefined): Value | undefined {
  if (unit === undefined) return typeof given === 'string' ? given : undefined
  if (typeof given !== 'string' && typeof given !== 'number') return undefined
  const parsed = parseQuantity(String(given), unit)
  return 'value' in parsed ? parsed.value : undefined
}

function show(value: Value | undefined, unit: Unit | undefined): string {
  if (value === undefined) return 'no value'
  return unit !== undefined && typeof value === 'number' ? formatQuantity(value, unit) : describe(value)
}

function placeAt(deployment: Deployment, at: string): Patchable | undefined {
  const [list, id, field, ...rest] = at.split('/')
  if (list === 'volumes' && field === 'size' && rest.length === 0) {
    const volume = deployment.volumes.find((each) => each.id === id)
    const set = (value: Value) => ({
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
  if (field === 'env' && rest.length === 1) return envPlace(service, rest[0]!, replace)
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

function envPlace(
  service: DeployedService,
  name: string,
  replace: (changed: Partial<DeployedService>) => Deployment,
): Patchable | undefined {
  const found = service.env.find((each) => each.name === name)
  if (!found) return undefined
  return {
    now: found.value,
    set: (value) => replace({ env: service.env.map((each) => (each === found ? { name, value } : each)) }),
  }
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
