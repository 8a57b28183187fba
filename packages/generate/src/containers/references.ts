import type { DeployedService, Deployment, Json } from '@waybill/model'

/** Turns names of an output back into what they stand for. */
export interface References {
  /** `http://store-0:7000/x` → `http://ref:store/0.rpc/x`, for names that the output itself makes known. */
  readonly neutral: (text: string) => string
  /** Name of a unit → id of the service; undefined for a step of ours. */
  readonly service: (name: string) => string | undefined
  /** Name of a volume → id of the volume. */
  readonly volume: (name: string) => string
}

interface NamedUnit {
  readonly name: string
  readonly unit: Readonly<Record<string, Json>>
}

export function referencesOf(deployment: Deployment, units: readonly NamedUnit[]): References {
  const byId = new Map(deployment.services.map((service) => [service.id, service]))
  const owner = new Map(units.map(({ name, unit }) => [name, ownerOf(unit)]))
  const hosts = hostsOf(units, byId)
  const volumes = volumeIds(deployment)
  return {
    neutral: (text) =>
      text.replace(place, (found, host: string, port?: string) => referenceTo(hosts.get(host), port) ?? found),
    service: (name) => owner.get(name),
    volume: (name) => volumes.get(name) ?? name,
  }
}

/** What may be a host name, with its port where one follows. */
const place = /(?<![\w.-])([a-z][a-z0-9-]*)(?::(\d+))?(?![\w-]|\.\w)/g

interface Host {
  readonly service: DeployedService
  readonly shard?: number
}

/** A host alone is only sure to be one when it is a shard's: ids of services are words that may stand for themselves. */
function referenceTo(host: Host | undefined, port: string | undefined): string | undefined {
  if (!host) return undefined
  const { service, shard } = host
  const name = shard === undefined ? service.id : `${service.id}/${shard}`
  if (port === undefined) return shard === undefined ? undefined : `ref:${name}`
  const known = service.ports.find(({ number }) => number === Number(port))
  return known && `ref:${name}.${known.id}`
}

/** The names that containers find one another by: those of the units, and aliases in networks. */
function hostsOf(units: readonly NamedUnit[], byId: ReadonlyMap<string, DeployedService>): Map<string, Host> {
  const hosts = new Map<string, Host>()
  for (const { name, unit } of units) {
    const id = ownerOf(unit)
    const service = id === undefined ? undefined : byId.get(id)
    if (!service || service.ports.length === 0) continue
    const shard = service.kind === 'sharded' ? Number(name.slice(service.id.length + 1)) : undefined
    hosts.set(name, { service, ...(shard !== undefined && { shard }) })
    for (const alias of aliasesOf(unit)) hosts.set(alias, { service })
  }
  return hosts
}

function ownerOf(unit: NamedUnit['unit']): string | undefined {
  const labels = unit['labels']
  if (typeof labels !== 'object' || labels === null || !('waybill.dev/service' in labels)) return undefined
  const id = labels['waybill.dev/service']
  return typeof id === 'string' ? id : undefined
}

function aliasesOf(unit: NamedUnit['unit']): string[] {
  const networks = Object.values(unit['networks'] ?? {}) as Json[]
  return networks.flatMap((network) => {
    if (typeof network !== 'object' || network === null || !('aliases' in network)) return []
    return Array.isArray(network.aliases) ? network.aliases.map(String) : []
  })
}

function volumeIds({ volumes, services }: Deployment): Map<string, string> {
  const ids = new Map(volumes.map(({ id }) => [id, id]))
  for (const { kind, replicas, mounts } of services) {
    if (kind !== 'sharded') continue
    for (const { volume } of mounts)
      for (let shard = 0; shard < replicas; shard++) ids.set(`${volume}-${shard}`, volume)
  }
  return ids
}
