import { type Path, type Problem, problem } from '../errors/problem.ts'
import { describe } from '../expressions/print.ts'
import { nearest } from '../nearest.ts'
import type { Catalog, CatalogService } from '../product/catalog.ts'
import type { Law, Service } from '../product/schema.ts'
import { parseImage } from '../resolve/images.ts'
import { checkOperators, checkRawObjects } from './raw-objects.ts'

/** What each part says fits together: volumes, replicas, shapes, images, sizes, exposures. */
export function checkMeaning(catalog: Catalog): Problem[] {
  const each = [...catalog.services.values()].flatMap((service) => [
    ...checkOwnReferences(service, catalog),
    ...checkReplicas(service),
    ...checkShape(service, catalog),
    ...checkImage(service.service.image.reference, [...service.path, 'image']),
    ...checkHealth(service),
    ...checkSizes(service.service, service.path),
    ...checkSchedule(service),
  ])
  return [
    ...each,
    ...checkVolumes(catalog),
    ...checkExposures(catalog),
    ...checkUse(catalog),
    ...checkRenames(catalog),
    ...checkRawObjects(catalog),
    ...checkOperators(catalog),
  ]
}

function checkOwnReferences({ service, path }: CatalogService, { product, volumes, secrets }: Catalog): Problem[] {
  const problems: Problem[] = []
  const dangling = (kind: string, id: string, at: Path, known: Iterable<string>) => {
    const near = nearest(id, known)
    problems.push(problem('WB1201', at, { kind, id, ...(near === undefined ? {} : { near }) }))
  }
  const areas = product.areas.map(({ id }) => id)
  const ports = service.ports.map(({ id }) => id)
  if (!areas.includes(service.area)) dangling('area', service.area, [...path, 'area'], areas)
  for (const { path: at, volume } of service.mounts ?? []) {
    if (!volumes.has(volume)) dangling('volume', volume, [...path, 'mounts', at], volumes.keys())
  }
  for (const { port, tls } of service.expose ?? []) {
    if (!ports.includes(port)) dangling('port', port, [...path, 'expose'], ports)
    if (!('secret' in tls)) continue
    const kind = secrets.get(tls.secret)?.kind
    if (kind === undefined) dangling('secret', tls.secret, [...path, 'expose'], secrets.keys())
    else if (kind !== 'certificate')
      problems.push(problem('WB1002', [...path, 'expose'], { expected: 'a certificate', found: `a ${kind}` }))
  }
  for (const [name, probe] of Object.entries(service.health ?? {})) {
    if ('port' in probe && probe.port !== undefined && !ports.includes(probe.port))
      dangling('port', probe.port, [...path, 'health', name], ports)
  }
  if (service.metrics && !ports.includes(service.metrics.port))
    dangling('port', service.metrics.port, [...path, 'metrics'], ports)
  return problems
}

function checkReplicas({ service, path }: CatalogService): Problem[] {
  const { replicas } = service.size
  const at = [...path, 'size', 'replicas']
  const many = typeof replicas === 'number' ? replicas > 1 : replicas !== undefined
  if (service.singleton && many)
    return [problem('WB1302', at, { service: service.id, why: 'is a singleton but asks for several replicas' })]
  if (service.singleton && service.kind === 'sharded')
    return [problem('WB1302', at, { service: service.id, why: 'is a singleton and sharded' })]
  if (service.kind === 'stateful' && many)
    return [problem('WB1302', at, { service: service.id, why: 'keeps one set of data but asks for several replicas' })]
  if (replicas !== undefined && ['daemon', 'job', 'cron'].includes(service.kind)) {
    return [problem('WB1302', at, { service: service.id, why: `is a ${service.kind} and cannot have replicas` })]
  }
  if (replicas === 0)
    return [problem('WB1302', at, { service: service.id, why: 'has no replicas; use a feature to leave it out' })]
  return []
}

function checkShape({ service, path }: CatalogService, { services }: Catalog): Problem[] {
  return Object.entries(service.shape ?? {}).flatMap(([family, shape]) => {
    const fail = (why: string) => [problem('WB1306', [...path, 'shape', family], { service: service.id, why })]
    if (shape.shape !== 'sidecar' && shape.shape !== 'init') return []
    if (shape.of === service.id) return fail('is part of itself')
    const host = services.get(shape.of)?.service
    if (!host) return fail(`is part of "${shape.of}", which does not exist`)
    const hostShape = host.shape?.[family as 'pods']?.shape ?? 'own'
    if (hostShape !== 'own') return fail(`is part of "${shape.of}", which is itself ${hostShape}`)
    if (shape.shape === 'init' && service.kind !== 'job') return fail('is an init step but not a job')
    if (shape.shape === 'sidecar' && service.kind === 'job') return fail('is a job and would never leave its sidecar')
    if (shape.shape === 'sidecar' && (service.kind === 'sharded') !== (host.kind === 'sharded'))
      return fail(`and "${shape.of}" are not both sharded`)
    return shape.shape === 'sidecar' ? portClashes(service, host, [...path, 'shape', family]) : []
  })
}

function portClashes(one: Service, other: Service, path: Path): Problem[] {
  return one.ports.flatMap(({ id, number }) => {
    const clash = other.ports.find((port) => port.number === number)
    return clash
      ? [problem('WB1106', path, { port: number, first: `${one.id}.${id}`, second: `${other.id}.${clash.id}` })]
      : []
  })
}

function checkImage(reference: string, path: Path): Problem[] {
  const image = parseImage(reference)
  if (!image) return [problem('WB1309', path, { image: reference, why: 'cannot be read' })]
  if (image.digest !== undefined) return []
  if (image.tag === undefined) return [problem('WB1309', path, { image: reference, why: 'has neither tag nor digest' })]
  return image.tag === 'latest'
    ? [problem('WB1309', path, { image: reference, why: 'has the tag "latest", which moves' })]
    : []
}

function checkHealth({ service, path }: CatalogService): Problem[] {
  const runs = service.kind !== 'job' && service.kind !== 'cron'
  return runs && !service.health ? [problem('WB1003', [...path, 'health'], { key: 'health' })] : []
}

function checkSizes(service: Service, path: Path): Problem[] {
  const { cpu, memory, ephemeral, replicas } = service.size
  const named = { cpu, memory, ...(ephemeral && { ephemeral }) }
  const laws: [Law, Path, Law['unit']][] = Object.entries(named).flatMap(([name, demand]) =>
    (['request', 'limit'] as const).map((side): [Law, Path, Law['unit']] => [
      demand[side],
      [...path, 'size', name, side],
      name === 'cpu' ? 'cores' : 'bytes',
    ]),
  )
  if (typeof replicas === 'object' && 'law' in replicas) laws.push([replicas, [...path, 'size', 'replicas'], 'count'])
  return laws.flatMap(([law, at, unit]) => checkLaw(law, at, unit))
}

function checkLaw(law: Law, path: Path, unit: Law['unit']): Problem[] {
  if (law.unit !== unit) return [problem('WB1205', path, { expected: unitNames[unit], found: unitNames[law.unit] })]
  if (law.law !== 'points') return []
  if (law.table.length === 0) return [problem('WB1308', path, { why: 'has no points' })]
  const rising = law.table.every(([x], i) => i === 0 || x > law.table[i - 1]![0])
  return rising ? [] : [problem('WB1308', path, { why: 'has loads that do not rise' })]
}

const unitNames: Readonly<Record<Law['unit'], string>> = {
  count: 'a count',
  bytes: 'a size in bytes',
  cores: 'a number of cores',
  duration: 'a duration',
  percent: 'a percentage',
}

const cronField = String.raw`(?:\*|\d{1,2}(?:-\d{1,2})?)(?:\/\d{1,2})?(?:,(?:\*|\d{1,2}(?:-\d{1,2})?)(?:\/\d{1,2})?)*`
const cronPattern = new RegExp(`^${Array.from({ length: 5 }, () => cronField).join(' ')}$`)

function checkSchedule({ service, path }: CatalogService): Problem[] {
  if (service.kind !== 'cron') return []
  const schedule = service.schedule ?? ''
  return cronPattern.test(schedule) ? [] : [problem('WB1307', [...path, 'schedule'], { schedule })]
}

/** A volume belongs to one pod unless it is shared; sidecars share the pod of their host. */
function checkVolumes({ product, services }: Catalog): Problem[] {
  const users = new Map<string, Set<string>>()
  for (const { service } of services.values()) {
    const shape = service.shape?.pods
    const pod = shape?.shape === 'sidecar' || shape?.shape === 'init' ? shape.of : service.id
    for (const { volume } of service.mounts ?? []) users.set(volume, (users.get(volume) ?? new Set()).add(pod))
  }
  return product.volumes.flatMap(({ id, shared, size }) => {
    const path = ['volumes', id]
    const pods = [...(users.get(id) ?? [])]
    const problems = checkLaw(size, [...path, 'size'], 'bytes')
    if (shared) return problems
    if (pods.length > 1) problems.push(problem('WB1301', path, { volume: id, users: pods }))
    const [only = ''] = pods
    const service = services.get(only)?.service
    const many = service?.size.replicas
    const several = service?.kind === 'daemon' || (service?.kind === 'stateless' && many !== undefined && many !== 1)
    if (several) problems.push(problem('WB1301', path, { volume: id, users: [`several replicas of ${only}`] }))
    return problems
  })
}

function checkExposures({ product, services }: Catalog): Problem[] {
  const taken = new Map<string, string>()
  const problems: Problem[] = []
  for (const { service, path } of services.values()) {
    for (const { port, host, path: prefix = '/' } of service.expose ?? []) {
      const protocol = service.ports.find(({ id }) => id === port)?.protocol
      const routed = protocol === 'http' || protocol === 'https' || protocol === 'grpc'
      if (routed && !product.edge) problems.push(problem('WB1311', [...path, 'expose'], { service: service.id }))
      const address = `${describe(host)}${prefix}`
      const first = taken.get(address)
      if (first !== undefined && routed)
        problems.push(problem('WB1310', [...path, 'expose'], { address, first, second: service.id }))
      taken.set(address, service.id)
    }
  }
  if (product.edge) {
    const areas = product.areas.map(({ id }) => id)
    const { area, image } = product.edge
    const near = nearest(area, areas)
    if (!areas.includes(area))
      problems.push(
        problem('WB1201', ['edge', 'area'], { kind: 'area', id: area, ...(near === undefined ? {} : { near }) }),
      )
    problems.push(...checkImage(image.reference, ['edge', 'image']))
  }
  return problems
}

/** Settings, features and load factors that nothing reads; found by name in the canonical data. */
function checkUse({ product }: Catalog): Problem[] {
  const read = new Set<string>()
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { op, id } = value as { op?: unknown; id?: unknown }
    if (typeof op === 'string' && typeof id === 'string') read.add(`${op} ${id}`)
    for (const member of Object.values(value)) collect(member)
  }
  collect(product)
  const unused = (op: string, kind: string, id: string, path: Path) =>
    read.has(`${op} ${id}`) ? [] : [problem('WB1312', path, { kind, id })]
  return [
    ...product.settings.flatMap((group) =>
      group.settings.flatMap(({ id }) =>
        unused('setting', 'setting', `${group.id}.${id}`, ['settings', group.id, 'settings', id]),
      ),
    ),
    ...product.features.flatMap(({ id }) => unused('feature', 'feature', id, ['features', id])),
    ...product.load.flatMap(({ id }) => unused('load', 'load factor', id, ['load', id])),
  ]
}

function checkRenames({ product, services, volumes, dependencies, settings, secrets, scope }: Catalog): Problem[] {
  const living: Readonly<Record<string, { has(id: string): boolean }>> = {
    service: services,
    volume: volumes,
    dependency: dependencies,
    setting: settings,
    secret: secrets,
    feature: scope.features,
  }
  return (product.moved ?? []).flatMap(({ what, from, to }) => {
    const path = ['moved', from]
    if (from === to) return [problem('WB1314', path, { from, why: 'leads to itself' })]
    if (living[what]!.has(from))
      return [problem('WB1314', path, { from, why: `starts at a ${what} that still exists` })]
    return living[what]!.has(to)
      ? []
      : [problem('WB1314', path, { from, why: `leads to "${to}", which does not exist` })]
  })
}
