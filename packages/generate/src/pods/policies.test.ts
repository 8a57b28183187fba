import type { Deployment } from '@waybill/model'
import { describe, expect, test } from 'vitest'
import { address, deployment, httpProbe, render, service, sidecarOf } from './fixtures/parts.ts'
import { kubernetes } from '../targets/kubernetes/index.ts'
import { listAt, textAt } from './observe/read.ts'
import { addressBlock } from './site/ranges.ts'

const port = { id: 'http', number: 8080, protocol: 'http' } as const
const prober = ['ask', { op: 'probe', part: 'url' }] as const

/** The rules of a service's policy: `in|out <peer or range or any>: <ports>`, without DNS. */
function rulesOf(what: Deployment, name: string): string[] {
  const documents = render(what).files.flatMap(({ content }) => ('documents' in content ? content.documents : []))
  const policy = documents.find(
    (each) => textAt(each, 'kind') === 'NetworkPolicy' && textAt(each, 'metadata', 'name') === name,
  )
  const rules = (direction: string, side: string, word: string) =>
    listAt(policy, 'spec', direction).map((rule) => {
      const peer = textAt(rule, side, 0, 'podSelector', 'matchLabels', 'waybill.dev/service')
      const range = textAt(rule, side, 0, 'ipBlock', 'cidr')
      const ports = listAt(rule, 'ports').map((each) => `${textAt(each, 'port')}/${textAt(each, 'protocol')}`)
      return `${word} ${peer || range || 'any'}: ${ports.join(' ')}`
    })
  const [dns, ...egress] = rules('egress', 'to', 'out')
  expect(dns).toBe('out any: 53/UDP 53/TCP')
  return [...rules('ingress', 'from', 'in'), ...egress]
}

const pair = [
  service('a', { ports: [port] }),
  service('b', {
    ports: [port, { id: 'admin', number: 9000, protocol: 'tcp' }, { id: 'log', number: 9000, protocol: 'udp' }],
  }),
]

describe('network policies', () => {
  test('without edges allow names only', () => {
    expect(rulesOf(deployment(pair), 'a')).toEqual([])
  })

  test('merge the ports of a peer', () => {
    const edges = ['http', 'log', 'admin'].map((id) => ({ from: 'a', to: 'b', port: id }))
    expect(rulesOf(deployment(pair, { edges }), 'a')).toEqual(['out b: 8080/TCP 9000/TCP 9000/UDP'])
    expect(rulesOf(deployment(pair, { edges }), 'b')).toEqual(['in a: 8080/TCP 9000/TCP 9000/UDP'])
  })

  test('are those of the pod for a sidecar', () => {
    const services = [
      ...pair,
      service('side', { ports: [{ id: 'metrics', number: 9100, protocol: 'http' }], shape: sidecarOf('b') }),
    ]
    const edges = [
      { from: 'side', to: 'a', port: 'http' },
      { from: 'a', to: 'side', port: 'metrics' },
    ]
    expect(rulesOf(deployment(services, { edges }), 'b')).toEqual(['in a: 9100/TCP', 'out a: 8080/TCP'])
  })

  test('let replicas of a service reach each other where it names itself', () => {
    const self = service('a', {
      kind: 'sharded',
      replicas: 2,
      ports: [port],
      env: [{ name: 'PEERS', value: address({ service: 'a', port: 'http', shard: 0 }) }],
    })
    expect(rulesOf(deployment([self]), 'a')).toEqual(['in a: 8080/TCP', 'out a: 8080/TCP'])
  })

  test('let waits ask', () => {
    const b = service('b', { ports: [port], health: { ready: httpProbe({ command: prober }) } })
    const what = deployment([b, service('a', { needs: [{ on: 'b', state: 'healthy' }] })])
    expect(rulesOf(what, 'a')).toEqual(['out b: 8080/TCP'])
    expect(rulesOf(what, 'b')).toEqual(['in a: 8080/TCP'])
    expect(kubernetes.observe(render(what), what).connections).toEqual([])
  })

  test('let whoever waits for a job reach what the job reaches', () => {
    const job = service('job', { kind: 'job', completed: ['done'] })
    const what = deployment([...pair, job, service('c', { needs: [{ on: 'job', state: 'completed' }] })], {
      edges: [{ from: 'job', to: 'b', port: 'http' }],
      external: [{ id: 'db', kind: 'postgres', host: '192.0.2.7', port: 5432, usedBy: ['job'] }],
    })
    expect(rulesOf(what, 'c')).toEqual(['out b: 8080/TCP', 'out 192.0.2.7/32: 5432/TCP'])
    expect(kubernetes.observe(render(what), what).connections).toEqual(['job>b:http'])
  })

  test('lead to the pods that an operator of the cluster makes, and past the proxy', () => {
    const pods = { 'cnpg.io/cluster': 'orders' }
    const orders = { id: 'db', kind: 'postgres', host: 'orders-rw', port: 5432, usedBy: ['a', 'b'] }
    const egress = [{ to: '192.0.2.1', port: 443, reason: 'x' }]
    const proxy = { https: 'http://192.0.2.9:3128' }
    const services = [service('a'), service('b', { egress })]
    const policyOf = (site: Deployment['site']) => {
      const rendered = render(deployment(services, { external: [{ ...orders, operator: { pods } }], site }))
      const documents = rendered.files.flatMap(({ content }) => ('documents' in content ? content.documents : []))
      const find = (kind: string, name: string) =>
        documents.find((each) => textAt(each, 'kind') === kind && textAt(each, 'metadata', 'name') === name)
      return { losses: rendered.losses.filter(({ loss }) => loss === 'network.externalRange'), find }
    }
    const peer = { podSelector: { matchLabels: pods } }
    const toPods = { to: [peer], ports: [{ port: 5432, protocol: 'TCP' }] }
    const { losses, find } = policyOf({ proxy })
    expect(losses).toEqual([])
    expect(listAt(find('NetworkPolicy', 'a'), 'spec', 'egress').slice(1)).toEqual([toPods])
    expect(listAt(find('NetworkPolicy', 'b'), 'spec', 'egress').slice(1)).toEqual([
      toPods,
      { to: [{ ipBlock: { cidr: '192.0.2.1/32' } }], ports: [{ port: 443, protocol: 'TCP' }] },
      { to: [{ ipBlock: { cidr: '192.0.2.9/32' } }], ports: [{ port: 3128, protocol: 'TCP' }] },
    ])
    const container = ['spec', 'template', 'spec', 'containers', 0, 'env'] as const
    expect(listAt(find('Deployment', 'a'), ...container)).toEqual([])
    const proxied = listAt(find('Deployment', 'b'), ...container)
    const except = proxied.find((each) => textAt(each, 'name') === 'NO_PROXY')
    expect(textAt(except, 'value').split(',')).toContain('orders-rw')

    const elsewhere = policyOf({ ranges: { db: ['198.51.100.0/24'] } })
    expect(listAt(elsewhere.find('NetworkPolicy', 'a'), 'spec', 'egress').slice(1)).toEqual([
      { ...toPods, to: [peer, { ipBlock: { cidr: '198.51.100.0/24' } }] },
    ])
  })

  test('narrow what is outside where the address is known', () => {
    const egress = [
      { to: '2001:db8::1', port: 443, reason: 'x' },
      { to: 'mail.example', port: 25, reason: 'x' },
    ]
    const what = deployment([service('a', { egress })])
    expect(rulesOf(what, 'a')).toEqual(['out 2001:db8::1/128: 443/TCP', 'out any: 25/TCP'])
    expect(render(what).losses.map(({ loss, at }) => `${loss} ${at}`)).toEqual([
      'network.externalRange services/a/egress/mail.example',
    ])
  })

  test('let no scraper in, and say so for each service with metrics', () => {
    const metrics = { port: 'http', path: '/metrics' }
    const machine = { what: 'host-network', reason: 'has to' } as const
    const what = deployment([
      service('a', { ports: [port], metrics }),
      service('side', { ports: [{ ...port, number: 9100 }], metrics, shape: sidecarOf('a') }),
      service('b', { ports: [port] }),
      service('c', { ports: [port], metrics, relax: [machine] }),
    ])
    expect(rulesOf(what, 'a')).toEqual([])
    const { losses } = render(what)
    expect(losses.map(({ severity, loss, at }) => `${severity} ${loss} ${at}`)).toEqual([
      'note network.metrics services/a/metrics',
      'note network.metrics services/side/metrics',
      'degraded network.hostNetwork services/c/relax',
    ])
    expect(losses[1]?.reason).toContain('port 9100')
    expect(losses[1]?.workaround).toContain('site.monitoring.from')
  })

  test.each([
    ['ingress', { kind: 'ingress' }, ['in any: 8080/TCP']],
    ['a gateway', { kind: 'gateway', name: 'edge' }, ['in any: 8080/TCP']],
    ['nothing', { kind: 'none' }, []],
  ] as const)('open published ports behind %s', (_, ingress, rules) => {
    const web = service('a', { ports: [port], exposures: [{ port: 'http', host: 'a.example', path: '/' }] })
    expect(rulesOf(deployment([web], { site: { ingress } }), 'a')).toEqual(rules)
  })
})

test('policies that refuse a declared edge are seen', () => {
  const what = deployment(pair, { edges: [{ from: 'a', to: 'b', port: 'http' }] })
  const rendered = render(what)
  const files = rendered.files.filter(({ path }) => path !== 'base/b.yaml')
  expect(kubernetes.observe(rendered, what).connections).toEqual(['a>b:http'])
  expect(kubernetes.observe({ ...rendered, files }, what).connections).toEqual([])
})

test.each([
  ['192.0.2.1', '192.0.2.1/32'],
  ['192.0.2.0/24', '192.0.2.0/24'],
  ['[2001:db8::1]', '2001:db8::1/128'],
  ['db.example', undefined],
  ['cafe', undefined],
])('the range of %s', (host, range) => expect(addressBlock(host)).toBe(range))
