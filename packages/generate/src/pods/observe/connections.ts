import type { Json } from '@waybill/model'
import { connectionsOf } from '../connections.ts'
import { type Context, membersOf } from '../context.ts'
import { listAt, textAt } from './read.ts'

/** A connection that both policies of its ends let through: pods by the service that they are named after. */
interface Allowed {
  readonly from: string
  readonly to: string
  readonly port: number
}

/**
 * Connections as the policies let them through, by services. Policies speak of pods, so what a pod may reach is put down
 * to the members that declare it; what only a wait needs, and what replicas of one service say to each other, is left out.
 */
export function observeConnections(documents: readonly Json[], context: Context): string[] {
  const explained = new Set(
    connectionsOf(context)
      .filter(({ wait, from, to }) => wait || from === to)
      .map(key),
  )
  return [
    ...new Set(allowedIn(documents).flatMap((each) => namesOf(each, explained.has(key(each)), context))),
  ].toSorted()
}

const key = ({ from, to, port }: Allowed): string => `${from}>${to}:${port}`

function allowedIn(documents: readonly Json[]): Allowed[] {
  const policies = documents.filter((each) => textAt(each, 'kind') === 'NetworkPolicy')
  const incoming = policies.flatMap((policy) =>
    rulesOf(policy, 'ingress', 'from').map(({ peer, port }) => ({ from: peer, to: podOf(policy), port })),
  )
  const outgoing = new Set(
    policies.flatMap((policy) =>
      rulesOf(policy, 'egress', 'to').map(({ peer, port }) => key({ from: podOf(policy), to: peer, port })),
    ),
  )
  return incoming.filter((each) => outgoing.has(key(each)))
}

const podOf = (policy: Json): string => textAt(policy, 'spec', 'podSelector', 'matchLabels', 'waybill.dev/service')

const rulesOf = (policy: Json, direction: string, side: string): { peer: string; port: number }[] =>
  listAt(policy, 'spec', direction).flatMap((rule) =>
    listAt(rule, side).flatMap((peer) => {
      const service = textAt(peer, 'podSelector', 'matchLabels', 'waybill.dev/service')
      return service === ''
        ? []
        : listAt(rule, 'ports').map((port) => ({ peer: service, port: Number(textAt(port, 'port')) }))
    }),
  )

function namesOf(
  { from, to, port }: Allowed,
  explained: boolean,
  { deployment, services, podOf: hostOf, pods }: Context,
): string[] {
  const numberOf = (service: string, id: string) => services.get(service)?.ports.find((each) => each.id === id)?.number
  const declared = deployment.edges.filter(
    (edge) => hostOf(edge.from) === from && hostOf(edge.to) === to && numberOf(edge.to, edge.port) === port,
  )
  if (declared.length > 0) return declared.map((edge) => `${edge.from}>${edge.to}:${edge.port}`)
  if (explained) return []
  const pod = pods.find(({ main }) => main.id === to)
  const listener = pod && membersOf(pod).find(({ ports }) => ports.some(({ number }) => number === port))
  return [`${from}>${listener?.id ?? to}:${listener?.ports.find(({ number }) => number === port)?.id ?? port}`]
}
