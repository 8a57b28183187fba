import type { Reach } from '../reach.ts'
import type { Block } from '../manifest.ts'
import { policyPorts, transport } from '../ports.ts'
import type { MetricsPort, Published } from './fields.ts'
import { isWeb } from './front.ts'
import { frontOf } from './front-kind.ts'
import type { SiteInput } from './input.ts'
import { proxyReaches } from './proxy.ts'
import { addressBlock } from './ranges.ts'

type From = NonNullable<NonNullable<SiteInput['wishes']['monitoring']>['from']>

/** Without labels of a namespace, pods of our own namespace are meant: so Kubernetes reads it. */
const peerOf = ({ namespace, pods }: From): Block => ({
  ...(namespace && { namespaceSelector: { matchLabels: namespace } }),
  ...(pods && { podSelector: { matchLabels: pods } }),
})

const portsOf = (list: readonly { readonly port: Published['port'] }[]): Block[] =>
  policyPorts(list.map(({ port }) => ({ port: port.number, protocol: transport(port.protocol) })))

/** What speaks HTTP comes from the controller; what does not, and what has no controller before it, from anywhere. */
export function publishedRules(published: readonly Published[], input: SiteInput): Block[] {
  const front = frontOf(input)
  if (front.kind === 'none' || published.length === 0) return []
  const from = 'from' in front ? front.from : undefined
  const behind = from === undefined ? [] : published.filter(isWeb)
  const open = published.filter((each) => !behind.includes(each))
  for (const each of open) loseSource(each, input)
  return [
    ...(from !== undefined && behind.length > 0 ? [{ from: [peerOf(from)], ports: portsOf(behind) }] : []),
    ...(open.length > 0 ? [{ ports: portsOf(open) }] : []),
  ]
}

function loseSource(published: Published, input: SiteInput): void {
  const controlled = frontOf(input).kind !== 'service' && isWeb(published)
  input.lose({
    loss: 'network.ingressSource',
    at: `services/${published.service.id}/expose`,
    severity: 'note',
    reason: controlled
      ? 'The site does not say which pods its ingress controller has, so published ports are open to all.'
      : `Port ${published.port.number} is reached from outside of the cluster, so it is open to all.`,
    workaround: controlled
      ? 'Name the pods of the controller in site.ingress.from.'
      : 'Narrow the source with a patch in custom/.',
  })
}

export function metricsRules(metrics: readonly MetricsPort[], { wishes, lose }: SiteInput): Block[] {
  const from = wishes.monitoring?.from
  if (metrics.length === 0) return []
  if (from) return [{ from: [peerOf(from)], ports: portsOf(metrics) }]
  for (const { service, port } of metrics) {
    lose({
      loss: 'network.metrics',
      at: `services/${service.id}/metrics`,
      severity: 'note',
      reason: `The site does not say who scrapes, so no policy opens port ${port.number} to a scraper.`,
      workaround: 'Name the pods of your scraper in site.monitoring.from.',
    })
  }
  return []
}

/** Rules for everybody outside: narrowed to pods and addresses where they are known, to the port otherwise. */
export function outsideRules(reaches: readonly Reach[], input: SiteInput): Block[] {
  const all = [...reaches, ...proxyReaches(reaches, input)].map((reach) => ({ reach, to: peersOf(reach, input) }))
  const rules = Map.groupBy(all, ({ to }) => JSON.stringify(to))
  return [...rules.values()].map((list) => {
    const ports = policyPorts(list.map(({ reach: { port } }) => ({ port, protocol: 'TCP' })))
    const to = list[0]?.to ?? []
    if (to.length > 0) return { to, ports }
    for (const { reach } of list) loseRange(reach, input)
    return { ports }
  })
}

/** Pods that an operator makes run in our namespace, as what asks for them does. */
function peersOf({ host, range, operator }: Reach, { wishes }: SiteInput): Block[] {
  const address = addressBlock(host)
  const ranges = wishes.ranges?.[range] ?? wishes.ranges?.[host] ?? (address === undefined ? [] : [address])
  const pods = operator?.pods ? [{ podSelector: { matchLabels: operator.pods } }] : []
  return [...pods, ...ranges.map((cidr) => ({ ipBlock: { cidr } }))]
}

function loseRange({ host, at, range }: Reach, { lose }: SiteInput): void {
  lose({
    loss: 'network.externalRange',
    at,
    severity: 'note',
    reason: `Network policies know addresses, not names, so ${host} is allowed by its port alone.`,
    workaround: `Give its addresses in site.ranges, under "${range}".`,
  })
}
