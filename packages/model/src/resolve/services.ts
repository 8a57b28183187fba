import { type Path, type Problem, problem } from '../errors/problem.ts'
import type { Expression } from '../expressions/expression.ts'
import type { SizeOverride } from '../instance/schema.ts'
import type { CatalogService } from '../product/catalog.ts'
import type { Edge, Family, Law, Probe, Prober, Service, Shape, Size } from '../product/schema.ts'
import { families } from '../product/schema.ts'
import { compact } from '../json.ts'
import { formatQuantity, parseQuantity } from '../units/quantity.ts'
import type { Amounts, DeployedProbe, DeployedService, EdgeProxy, Value } from './deployment.ts'
import { type Uses, egressOf } from './edges.ts'
import type { Resolver } from './resolver.ts'

/** Runs as this user unless it says otherwise: no image ships a person's account with such a number. */
const defaultUser = { uid: 10001, gid: 10001 }
const second = 1000

export function resolveService(
  { service, dependency }: CatalogService,
  uses: Uses,
  resolver: Resolver,
): DeployedService {
  const { instance } = resolver
  const values = (list: readonly Expression[] | undefined) => list?.flatMap((each) => optional(resolver.value(each)))
  const override = instance.sizes?.[service.id]
  checkOverride(service, override, resolver.problems)
  return compact({
    id: service.id,
    kind: service.kind,
    does: service.does,
    area: service.area,
    dependency: dependency?.id,
    ports: service.ports,
    image: resolver.image(service.image.reference),
    platforms: service.image.platforms ?? [],
    command: values(service.command),
    args: values(service.args),
    workingDir: service.workingDir,
    env: (service.env ?? []).flatMap(({ name, value }) =>
      optional(resolver.value(value)).map((known) => ({ name, value: known })),
    ),
    files: (service.files ?? []).flatMap(({ path, content }) =>
      optional(resolver.value(content)).map((known) => ({ path, content: known })),
    ),
    secretFiles: (service.secretFiles ?? []).flatMap(({ path, value }) =>
      optional(resolver.value(value)).map((known) => ({ path, value: known })),
    ),
    mounts: (service.mounts ?? []).map(({ path, volume, readOnly = false }) => ({ path, volume, readOnly })),
    scratch: (service.scratch ?? []).map(({ path, size, memory = false }) => ({ path, size, memory })),
    needs: service.needs ?? [],
    shape: Object.fromEntries(families.map((family) => [family, shapeOf(service, family)])) as Record<Family, Shape>,
    health: service.health && resolveHealth(service, values),
    update: updateOf(service),
    shutdown: {
      signal: service.shutdown?.signal ?? 'SIGTERM',
      grace: service.shutdown?.grace ?? 30 * second,
      drain: service.shutdown?.drain ?? 0,
    },
    replicas: resolver.replicas(service.id),
    singleton: service.singleton ?? false,
    ...resolveSize(service.id, service.size, override, resolver),
    user: service.security?.user ?? defaultUser,
    relax: service.security?.relax ?? [],
    exposures: (service.expose ?? []).map(({ port, host, path = '/', tls }) =>
      compact({ port, host: resolver.text(host), path, certificate: 'secret' in tls ? tls.secret : undefined }),
    ),
    egress: [
      ...(service.egress ?? []).map(({ to, port, reason }) => ({ to: resolver.text(to), port, reason })),
      ...egressOf(uses, resolver),
    ],
    metrics: service.metrics && { port: service.metrics.port, path: service.metrics.path ?? '/metrics' },
    schedule: service.schedule,
    completed: values(service.completed),
  })
}

const optional = (value: Value | undefined): Value[] => (value === undefined ? [] : [value])

const shapeOf = (service: Service, family: Family): Shape =>
  service.shape?.[family] ?? { shape: family === 'processes' ? 'process' : 'own' }

function updateOf({ kind, update }: Service): DeployedService['update'] {
  if (update?.strategy === 'recreate') return { strategy: 'recreate' }
  const surge = update?.surge ?? (kind === 'stateless' ? 1 : 0)
  return { strategy: 'rolling', surge, unavailable: update?.unavailable ?? (kind === 'stateless' ? 0 : 1) }
}

function resolveHealth(
  service: Service,
  values: (list: readonly Expression[]) => Value[] | undefined,
): NonNullable<DeployedService['health']> {
  const { startup, ready, live } = service.health!
  const probe = (data: Probe) => resolveProbe(data, service.prober ?? {}, values)
  return { ready: probe(ready), ...(startup && { startup: probe(startup) }), ...(live && { live: probe(live) }) }
}

function resolveProbe(
  probe: Probe,
  prober: Prober,
  values: (list: readonly Expression[]) => Value[] | undefined,
): DeployedProbe {
  if (probe.probe === 'none') return probe
  const words = probe.probe === 'exec' ? probe.command : prober[probe.probe]
  const command = words && values(words)
  const timing = {
    every: probe.every ?? 10 * second,
    timeout: probe.timeout ?? 3 * second,
    failures: probe.failures ?? 3,
    within: probe.within ?? 60 * second,
  }
  const { every: _e, timeout: _t, failures: _f, within: _w, ...data } = probe
  const own = data.probe === 'exec' ? compact({ probe: data.probe, port: data.port }) : data
  return { ...own, ...timing, ...(command && { command }) }
}

/** The requests and limits of one part; the customer's own numbers win. */
function resolveSize(id: string, size: Size, override: SizeOverride | undefined, resolver: Resolver) {
  const amounts = (
    name: 'cpu' | 'memory' | 'ephemeral',
    unit: 'cores' | 'bytes',
    demand: { request: Law; limit: Law },
  ): Amounts => {
    const chosen = name === 'ephemeral' ? undefined : override?.[name]
    const amount = (side: 'request' | 'limit') =>
      chosenAmount(chosen?.[side], unit, ['sizes', id, name, side], resolver.problems) ??
      resolver.law(demand[side], `The ${name} ${side} of ${id}`)
    const limit = amount('limit')
    // a request that nobody chose follows a limit that was lowered
    const lowered = chosen?.limit !== undefined && chosen.request === undefined
    const request = lowered ? Math.min(limit, amount('request')) : amount('request')
    if (request > limit) {
      const shown = { request: formatQuantity(request, unit), limit: formatQuantity(limit, unit) }
      resolver.problems.push(problem('WB1313', ['sizes', id, name], { what: `${name} of ${id}`, ...shown }))
    }
    return { request, limit }
  }
  return {
    cpu: amounts('cpu', 'cores', size.cpu),
    memory: amounts('memory', 'bytes', size.memory),
    ...(size.ephemeral && { ephemeral: amounts('ephemeral', 'bytes', size.ephemeral) }),
  }
}

function chosenAmount(
  given: string | number | undefined,
  unit: 'cores' | 'bytes',
  path: Path,
  problems: Problem[],
): number | undefined {
  if (given === undefined) return undefined
  const parsed = parseQuantity(String(given), unit)
  if ('value' in parsed) return parsed.value
  problems.push(problem('WB1005', path, { text: String(given), ...parsed }))
  return 0
}

function checkOverride(service: Service, override: SizeOverride | undefined, problems: Problem[]): void {
  const replicas = override?.replicas
  if (replicas === undefined) return
  const path = ['sizes', service.id, 'replicas']
  if (service.singleton && replicas > 1)
    problems.push(problem('WB2023', path, { what: `"${service.id}" can only run once` }))
  else if (service.kind === 'stateful' && replicas > 1)
    problems.push(problem('WB2023', path, { what: `"${service.id}" has one set of data` }))
  if (service.kind === 'daemon' || service.kind === 'job' || service.kind === 'cron') {
    problems.push(problem('WB2023', path, { what: `"${service.id}" is a ${service.kind} and has no replicas` }))
  }
}

/** The proxy in front of the published ports. */
export function resolveEdgeProxy(edge: Edge, resolver: Resolver): EdgeProxy {
  const { cpu, memory } = resolveSize(edge.id, edge.size, undefined, resolver)
  return {
    id: edge.id,
    proxy: edge.proxy,
    area: edge.area,
    image: resolver.image(edge.image.reference),
    prober: edge.prober.map((word) => resolver.value(word) ?? ''),
    cpu,
    memory,
    user: edge.security?.user ?? defaultUser,
  }
}
