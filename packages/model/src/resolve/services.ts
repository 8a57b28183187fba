import { type Problem, problem } from '../errors/problem.ts'
import type { Expression } from '../expressions/expression.ts'
import type { SizeOverride } from '../instance/schema.ts'
import type { CatalogService } from '../product/catalog.ts'
import type { Edge, Family, Law, Probe, Prober, Service, Shape, Size } from '../product/schema.ts'
import { families } from '../product/schema.ts'
import { compact } from '../json.ts'
import { formatQuantity, parseQuantity } from '../units/quantity.ts'
import type { Amounts, DeployedProbe, DeployedService, EdgeProxy, Value } from './deployment.ts'
import { mirrored } from './images.ts'
import type { Resolver } from './resolver.ts'

/** Runs as this user unless it says otherwise: no image ships a person's account with such a number. */
const defaultUser = { uid: 10001, gid: 10001 }
const second = 1000

export function resolveService({ service, dependency }: CatalogService, resolver: Resolver): DeployedService {
  const { instance, catalog } = resolver
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
    image: mirrored(service.image.reference, instance.site?.registry),
    platforms: service.image.platforms ?? [],
    command: values(service.command),
    args: values(service.args),
    workingDir: service.workingDir,
    env: (service.env ?? []).flatMap(({ name, value }) => optional(resolver.value(value)).map((known) => ({ name, value: known }))),
    files: (service.files ?? []).flatMap(({ path, content }) => optional(resolver.value(content)).map((known) => ({ path, content: known }))),
    secretFiles: (service.secretFiles ?? []).flatMap(({ path, value }) => optional(resolver.value(value)).map((known) => ({ path, value: known }))),
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
    ...resolveSize(service.size, override, `services/${service.id}`, resolver),
    user: service.security?.user ?? defaultUser,
    relax: service.security?.relax ?? [],
    exposures: (service.expose ?? []).map(({ port, host, path = '/', tls }) =>
      compact({ port, host: resolver.text(host), path, certificate: 'secret' in tls ? tls.secret : undefined }),
    ),
    egress: (service.egress ?? []).map(({ to, port, reason }) => ({ to: resolver.text(to), port, reason })),
    metrics: service.metrics && { port: service.metrics.port, path: service.metrics.path ?? '/metrics' },
    schedule: service.schedule,
    completed: values(service.completed),
  } satisfies { [K in keyof DeployedService]: DeployedService[K] | undefined }) as DeployedService & { catalog?: typeof catalog }
}

const optional = (value: Value | undefined): Value[] => (value === undefined ? [] : [value])

const shapeOf = (service: Service, family: Family): Shape => service.shape?.[family] ?? { shape: family === 'processes' ? 'process' : 'own' }

function updateOf({ kind, update }: Service): DeployedService['update'] {
  if (update?.strategy === 'recreate') return { strategy: 'recreate' }
  const surge = update?.surge ?? (kind === 'stateless' ? 1 : 0)
  return { strategy: 'rolling', surge, unavailable: update?.unavailable ?? (kind === 'stateless' ? 0 : 1) }
}

function resolveHealth(service: Service, values: (list: readonly Expression[]) => Value[] | undefined): NonNullable<DeployedService['health']> {
  const { startup, ready, live } = service.health!
  const probe = (data: Probe) => resolveProbe(data, service.prober ?? {}, values)
  return { ready: probe(ready), ...(startup && { startup: probe(startup) }), ...(live && { live: probe(live) }) }
}

function resolveProbe(probe: Probe, prober: Prober, values: (list: readonly Expression[]) => Value[] | undefined): DeployedProbe {
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
  return { ...own, ...timing, ...(command && { command }) } as DeployedProbe
}

function resolveSize(size: Size, override: SizeOverride | undefined, what: string, resolver: Resolver) {
  const amounts = (name: 'cpu' | 'memory' | 'ephemeral', unit: 'cores' | 'bytes'): Amounts | undefined => {
    const demand: { request: Law; limit: Law } | undefined = size[name]
    if (!demand) return undefined
    const chosen = name === 'ephemeral' ? undefined : override?.[name]
    const one = (side: 'request' | 'limit'): number | undefined => {
      const given = chosen?.[side]
      if (given === undefined) return undefined
      const parsed = parseQuantity(String(given), unit)
      if ('value' in parsed) return parsed.value
      resolver.problems.push(problem('WB1005', ['sizes', what.split('/')[1]!, name, side], { text: String(given), ...parsed }))
      return 0
    }
    const limit = one('limit') ?? resolver.law(demand.limit, `The ${name} limit of ${what.split('/')[1]}`)
    const request = one('request') ?? Math.min(limit, resolver.law(demand.request, `The ${name} request of ${what.split('/')[1]}`))
    if (request > limit) {
      const shown = { request: formatQuantity(request, unit), limit: formatQuantity(limit, unit) }
      resolver.problems.push(problem('WB1313', ['sizes', what.split('/')[1]!, name], { what: `${name} of ${what.split('/')[1]}`, ...shown }))
    }
    return { request, limit }
  }
  return { cpu: amounts('cpu', 'cores')!, memory: amounts('memory', 'bytes')!, ephemeral: amounts('ephemeral', 'bytes') }
}

function checkOverride(service: Service, override: SizeOverride | undefined, problems: Problem[]): void {
  const replicas = override?.replicas
  if (replicas === undefined) return
  const path = ['sizes', service.id, 'replicas']
  if (service.singleton && replicas > 1) problems.push(problem('WB2023', path, { what: `"${service.id}" can only run once` }))
  if (service.kind === 'stateful' && replicas > 1) problems.push(problem('WB2023', path, { what: `"${service.id}" has one set of data` }))
  if (service.kind === 'daemon' || service.kind === 'job' || service.kind === 'cron') {
    problems.push(problem('WB2023', path, { what: `"${service.id}" is a ${service.kind} and has no replicas` }))
  }
}

/** The proxy in front of the published ports. */
export function resolveEdgeProxy(edge: Edge, resolver: Resolver): EdgeProxy {
  const { cpu, memory } = resolveSize(edge.size, undefined, `edge/${edge.id}`, resolver)
  return {
    id: edge.id,
    proxy: edge.proxy,
    area: edge.area,
    image: mirrored(edge.image.reference, resolver.instance.site?.registry),
    prober: edge.prober.map((word) => resolver.value(word) ?? ''),
    cpu,
    memory,
    user: edge.security?.user ?? defaultUser,
  }
}
