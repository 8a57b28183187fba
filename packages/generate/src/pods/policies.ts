import { both, either } from '@waybill/model'
import { guardItems, listMember } from '../late/guards.ts'
import { type Connection, connectionsOf, reachesOf } from './connections.ts'
import type { Context, Pod } from './context.ts'
import { manifest, selectorOf } from './labels.ts'
import type { Block, Manifest } from './manifest.ts'
import { metricsOf, policyPorts, publishedOf } from './ports.ts'
import type { Reach } from './reach.ts'
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
  const { deployment, site } = context
  const { id } = pod.main
  if (usesHostNetwork(pod)) {
    context.lose({
      loss: 'network.hostNetwork',
      at: `services/${id}/relax`,
      severity: 'degraded',
      reason: 'Network policies do not apply to pods in the network of their machine.',
      workaround: 'Guard the ports of the machine.',
    })
  }
  // figures behind no policy need no rule that opens them
  const scrapes = usesHostNetwork(pod) ? [] : site.metricsRules(metricsOf(pod), pod)
  const ingress = [...peerRules(incoming, 'from', pod, context), ...site.publishedRules(publishedOf(pod)), ...scrapes]
  const egress = [dns, ...peerRules(outgoing, 'to', pod, context), ...site.outsideRules(reaches)]
  return manifest(
    context,
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: id, service: id },
    {
      spec: {
        podSelector: { matchLabels: selectorOf(deployment, id) },
        policyTypes: ['Ingress', 'Egress'],
        ...listMember('ingress', ingress),
        egress,
      },
    },
  )
}

/** Names are asked of whatever answers the port: where the cluster's DNS runs differs. */
const dns: Block = {
  ports: [
    { protocol: 'UDP', port: 53 },
    { protocol: 'TCP', port: 53 },
  ],
}

/** One rule for each peer, with all of its ports; sorted, because what is there does not change the order of the rest. */
function peerRules(
  connections: readonly Connection[],
  side: 'from' | 'to',
  pod: Pod,
  { deployment, stage }: Context,
): Block[] {
  const given = pod.main.when
  const byPeer = Map.groupBy(connections, (each) => each[side])
  const peers = [...byPeer].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return peers.flatMap(([peer, list]) => {
    const when = stage.under(either(...list.map((each) => each.when)), given)
    const ports = policyPorts(list, (each) => stage.under(each, both(given, when)))
    return guardItems(when, [{ [side]: [{ podSelector: { matchLabels: selectorOf(deployment, peer) } }], ports }])
  })
}
