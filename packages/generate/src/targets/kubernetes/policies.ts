import { transport } from './containers.ts'
import { type Connection, type Reach, connectionsOf, publishedPorts, reachesOf } from './connections.ts'
import { type Context, type Pod, membersOf } from './context.ts'
import { isPublished } from './edge.ts'
import { manifest, selectorOf } from './labels.ts'
import type { Block, Manifest } from './manifest.ts'
import { usesHostNetwork } from './security.ts'

/** The network policies of all pods, by the service that each pod is named after. */
export function policiesOf(context: Context): ReadonlyMap<string, Manifest> {
  const connections = connectionsOf(context)
  const incoming = Map.groupBy(connections, ({ to }) => to)
  const outgoing = Map.groupBy(connections, ({ from }) => from)
  const reaches = Map.groupBy(reachesOf(context), ({ from }) => from)
  const trafficOf = (id: string): Traffic => ({
    incoming: incoming.get(id) ?? [],
    outgoing: outgoing.get(id) ?? [],
    reaches: reaches.get(id) ?? [],
  })
  return new Map(context.pods.map((pod) => [pod.main.id, policyOf(pod, trafficOf(pod.main.id), context)]))
}

/** What goes into and out of the pods of one service. */
interface Traffic {
  readonly incoming: readonly Connection[]
  readonly outgoing: readonly Connection[]
  readonly reaches: readonly Reach[]
}

function policyOf(pod: Pod, { incoming, outgoing, reaches }: Traffic, context: Context): Manifest {
  const { deployment } = context
  const { id } = pod.main
  if (usesHostNetwork(pod)) {
    context.lose({
      loss: 'network.hostNetwork',
      at: `services/${id}/relax`,
      severity: 'degraded',
      reason: 'Network policies do not apply to pods in the network of their machine.',
      workaround: 'Guard the ports of the machine.',
    })
  } else loseMetrics(pod, context)
  const ingress = [...peerRules(incoming, 'from', context), ...publishedRules(pod, context)]
  const egress = [dns, ...peerRules(outgoing, 'to', context), ...outsideRules(reaches, context)]
  return manifest(
    deployment,
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: id, service: id },
    {
      spec: {
        podSelector: { matchLabels: selectorOf(deployment, id) },
        policyTypes: ['Ingress', 'Egress'],
        ...(ingress.length > 0 && { ingress }),
        egress,
      },
    },
  )
}

function loseMetrics(pod: Pod, { lose }: Context): void {
  for (const { id, metrics, ports } of membersOf(pod)) {
    if (!metrics) continue
    const number = ports.find((port) => port.id === metrics.port)?.number ?? metrics.port
    lose({
      loss: 'network.metrics',
      at: `services/${id}/metrics`,
      severity: 'note',
      reason: 'The site does not say who scrapes, so no policy opens the metrics to a scraper.',
      workaround: `Add a NetworkPolicy to custom/ that lets your scraper in to port ${number} of the pods of "${pod.main.id}".`,
    })
  }
}

/** Names are asked of whatever answers the port: where the cluster's DNS runs differs. */
const dns: Block = {
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
}

/** One rule for each peer, with all of its ports. */
function peerRules(connections: readonly Connection[], side: 'from' | 'to', { deployment }: Context): Block[] {
  const byPeer = Map.groupBy(connections, (each) => each[side])
  return [...byPeer].map(([peer, list]) => ({
    [side]: [{ podSelector: { matchLabels: selectorOf(deployment, peer) } }],
    ports: portsOf(list),
  }))
}

interface PortAndProtocol {
  readonly port: number
  readonly protocol: string
}

function portsOf(list: readonly PortAndProtocol[]): Block[] {
  const unique = new Map(list.map(({ port, protocol }) => [`${port}/${protocol}`, { protocol, port }]))
  return [...unique.values()].toSorted((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1))
}

function publishedRules(pod: Pod, context: Context): Block[] {
  const ports = publishedPorts(pod).filter(({ port }) => isPublished(port, context))
  if (ports.length === 0) return []
  for (const { service } of ports) {
    context.lose({
      loss: 'network.ingressSource',
      at: `services/${service.id}/expose`,
      severity: 'note',
      reason: 'The site does not say which pods its ingress controller has, so published ports are open to all.',
      workaround: 'Narrow the source with a patch in custom/.',
    })
  }
  return [{ ports: portsOf(ports.map(({ port }) => ({ port: port.number, protocol: transport(port.protocol) }))) }]
}

/** Rules for everybody outside: narrowed to an address where one is known, to the port otherwise. */
function outsideRules(reaches: readonly Reach[], context: Context): Block[] {
  const rules = Map.groupBy(reaches, ({ host }) => addressBlock(host))
  return [...rules].map(([cidr, list]) => {
    const ports = portsOf(list.map(({ port }) => ({ port, protocol: 'TCP' })))
    if (cidr !== undefined) return { to: [{ ipBlock: { cidr } }], ports }
    for (const { host, at } of list) {
      context.lose({
        loss: 'network.externalRange',
        at,
        severity: 'note',
        reason: `Network policies know addresses, not names, so ${host} is allowed by its port alone.`,
        workaround: 'Give the address instead of the name, or narrow the rule with a patch in custom/.',
      })
    }
    return { ports }
  })
}

/** The range of addresses that a literal address or range stands for; undefined for a name. */
export function addressBlock(host: string): string | undefined {
  const [address = '', bits] = host.replace(/^\[(.*)\]$/, '$1').split('/')
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return `${address}/${bits ?? 32}`
  return /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address) ? `${address}/${bits ?? 128}` : undefined
}
