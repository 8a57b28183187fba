import type { DeployedService, DeployedVolume, Deployment, Problem } from '@waybill/model'
import { type SecretPlan, planSecrets } from '../secrets/plan.ts'
import { sourceProblems } from '../secrets/sources.ts'
import { addressBook } from './addresses.ts'
import type { Dialect } from './dialect.ts'
import type { Interpolated } from './draft.ts'
import { directlyPublished, proxied } from './exposures.ts'
import { type Health, healthOf } from './health.ts'
import { type Lost, lost } from './losses.ts'
import { type NetworkPlan, planNetworks } from './networks.ts'
import { type StartOrder, planOrder } from './order.ts'
import { siteProblems } from './site.ts'
import type { Attachment } from './specification.ts'
import { type Texts, factLosses, nodeHost, textsOf } from './texts.ts'
import { type Unit, isRelaxed, unitsOf } from './units.ts'

/** A unit with the text that its container gets. */
export interface SpelledUnit extends Unit {
  readonly texts: Texts
}

/** Everything that is decided over the deployment as a whole, before single services are written. */
export interface Plan {
  readonly deployment: Deployment
  readonly dialect: Dialect
  readonly units: readonly SpelledUnit[]
  readonly unitNames: ReadonlyMap<string, readonly string[]>
  readonly volumes: ReadonlyMap<string, DeployedVolume>
  readonly health: ReadonlyMap<string, Health>
  readonly secrets: SecretPlan
  readonly secretsFolder: Interpolated
  readonly networks: NetworkPlan
  readonly order: StartOrder
  /** Service → names that its containers know the machine by. */
  readonly hosts: ReadonlyMap<string, readonly string[]>
  readonly losses: readonly Lost[]
  readonly problems: readonly Problem[]
}

export function planContainers(deployment: Deployment, dialect: Dialect): Plan {
  const address = addressBook(deployment)
  const running = deployment.services.filter(({ shape }) => shape.containers.shape !== 'absent')
  const units = running.flatMap(unitsOf).map((unit) => ({ ...unit, texts: textsOf(unit, address, dialect) }))
  const health = new Map(running.map((service) => [service.id, healthOf(service, address, dialect)]))
  const checked = new Set(running.flatMap(({ id }) => (health.get(id)!.checked ? [id] : [])))
  const order = planOrder(running, checked, dialect)
  const onMachine = new Set(running.flatMap((service) => (isRelaxed(service, 'host-network') ? [service.id] : [])))
  const hosts = hostsOf(deployment, running, units, onMachine)
  const networks = planNetworks(connectionsOf(deployment, running, hosts))
  const secrets = planSecrets(deployment, address, 'containers')
  return {
    deployment,
    dialect,
    units,
    unitNames: groupNames(units),
    volumes: new Map(deployment.volumes.map((volume) => [volume.id, volume])),
    health,
    secrets,
    secretsFolder: dialect.secretsFolder(deployment),
    networks,
    order,
    hosts,
    losses: [
      ...[...health.values()].flatMap(({ losses }) => losses),
      ...firstUnits(units).flatMap((unit) => factLosses(unit, unit.texts.facts, dialect)),
      ...order.losses,
      ...networks.losses,
      ...hostLosses(deployment, onMachine, dialect),
    ],
    problems: [
      ...sourceProblems(deployment, secrets, { target: dialect.target, family: 'containers' }),
      ...[...health.values()].flatMap(({ problems }) => problems),
      ...siteProblems(deployment),
    ],
  }
}

const firstUnits = (units: readonly SpelledUnit[]): SpelledUnit[] => units.filter(({ shard = 0 }) => shard === 0)

function groupNames(units: readonly Unit[]): Map<string, string[]> {
  const names = new Map<string, string[]>()
  for (const { name, service } of units) {
    const known = names.get(service.id)
    if (known) known.push(name)
    else names.set(service.id, [name])
  }
  return names
}

/** Names that lead to the machine: of the machine itself, and of services that use its network. */
function hostsOf(
  { edges, edgeProxy }: Deployment,
  running: readonly DeployedService[],
  units: readonly SpelledUnit[],
  onMachine: ReadonlySet<string>,
): Map<string, string[]> {
  const hosts = new Map<string, string[]>()
  const add = (id: string, host: string) => {
    if (id === host) return
    const known = hosts.get(id)
    if (!known) hosts.set(id, [host])
    else if (!known.includes(host)) known.push(host)
  }
  for (const { service, texts } of units) if (texts.facts.has('nodeAddress')) add(service.id, nodeHost)
  if (onMachine.size === 0) return hosts
  for (const { from, to } of edges) if (onMachine.has(to)) add(from, to)
  if (edgeProxy)
    for (const { service } of proxied(running)) if (onMachine.has(service.id)) add(edgeProxy.id, service.id)
  return hosts
}

/** Containers have names in their own networks only. */
const hostLosses = ({ edges }: Deployment, onMachine: ReadonlySet<string>, { custom }: Dialect): Lost[] =>
  edges
    .filter(({ from, to }) => onMachine.has(from) && !onMachine.has(to))
    .map(({ from, to }) =>
      lost(
        'network.host',
        `services/${from}/reaches/${to}`,
        'unsupported',
        `"${from}" has the network of the machine, where the name "${to}" leads nowhere.`,
        `In ${custom}, publish the port of "${to}" on 127.0.0.1 from a network that is not internal, and give "${from}" the host entry ${to}:127.0.0.1.`,
      ),
    )

function connectionsOf(
  deployment: Deployment,
  running: readonly DeployedService[],
  hosts: ReadonlyMap<string, readonly string[]>,
): Parameters<typeof planNetworks>[0] {
  const { edges, edgeProxy, external } = deployment
  const joining = new Map(
    running.filter((service) => !isRelaxed(service, 'host-network')).map((service) => [service.id, service]),
  )
  const proxyEdges = edgeProxy ? proxied(running).map(({ service }) => ({ from: edgeProxy.id, to: service.id })) : []
  const members = new Set([...joining.keys(), ...(edgeProxy ? [edgeProxy.id] : [])])
  const outside = [
    ...external.flatMap(({ usedBy }) => usedBy),
    ...[...joining.values()].filter(({ egress }) => egress.length > 0).map(({ id }) => id),
    ...hosts.keys(),
  ]
  return {
    edges: [...edges, ...proxyEdges].filter(({ from, to }) => members.has(from) && members.has(to)),
    stateful: new Set([...joining.values()].filter(({ mounts }) => mounts.length > 0).map(({ id }) => id)),
    outside: new Set(outside.filter((id) => joining.has(id))),
    published: new Set([
      ...(edgeProxy ? [edgeProxy.id] : []),
      ...[...joining.values()].filter((service) => directlyPublished(service).length > 0).map(({ id }) => id),
    ]),
  }
}

/** What a container is attached to. */
export function networkKeys(plan: Plan, id: string, aliases: readonly string[]): Attachment {
  const names = plan.networks.of.get(id)
  // who connects to nothing has no network at all: the strictest there is, and it takes no addresses
  if (!names) return { network_mode: 'none' }
  return { networks: Object.fromEntries(names.map((name) => [name, aliases.length === 0 ? {} : { aliases }])) }
}
