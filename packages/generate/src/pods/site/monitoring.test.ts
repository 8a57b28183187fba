import type { Deployment } from '@waybill/model'
import { describe, expect, test } from 'vitest'
import { kindsOf, lossesOf, objectOf } from '../fixtures/objects.ts'
import { deployment, service, sidecarOf } from '../fixtures/parts.ts'
import { at, listAt } from '../observe/read.ts'

type Monitoring = NonNullable<Deployment['site']['monitoring']>
const port = (number: number) => ({ id: 'metrics', number, protocol: 'http' }) as const
const metrics = { port: 'metrics', path: '/metrics' }
const watched = (monitoring: Monitoring) =>
  deployment(
    [
      service('app', { ports: [port(9090)], metrics }),
      service('side', { ports: [port(9100)], metrics: { ...metrics, path: '/figures' }, shape: sidecarOf('app') }),
      service('silent'),
    ],
    { site: { monitoring } },
  )
const selector = { 'waybill.dev/product': 'shop', 'waybill.dev/instance': 'acme', 'waybill.dev/service': 'app' }
const from = { namespace: { name: 'monitoring' } }

describe('the operator of Prometheus', () => {
  const what = watched({ mode: 'operator', labels: { release: 'prometheus', 'waybill.dev/service': 'x' }, from })

  test('finds each service by a PodMonitor with the labels of the site', () => {
    expect(objectOf(what, 'PodMonitor', 'app')).toMatchObject({
      apiVersion: 'monitoring.coreos.com/v1',
      metadata: { labels: { release: 'prometheus', 'waybill.dev/service': 'app' } },
      spec: { selector: { matchLabels: selector }, podMetricsEndpoints: [{ port: 'metrics', path: '/metrics' }] },
    })
    expect(kindsOf(what).filter((kind) => kind === 'PodMonitor')).toHaveLength(2)
  })

  test('is given the number of a port whose name another container has', () => {
    expect(at(objectOf(what, 'PodMonitor', 'side'), 'spec')).toEqual({
      selector: { matchLabels: selector },
      podMetricsEndpoints: [{ portNumber: 9100, path: '/figures' }],
    })
  })
})

describe('annotations', () => {
  const what = watched({ mode: 'annotations', from })
  const annotationsOf = (name: string) =>
    at(objectOf(what, 'Deployment', name), 'spec', 'template', 'metadata', 'annotations')

  test('name the port of the main container, and that of a sidecar is lost', () => {
    expect(annotationsOf('app')).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9090',
      'prometheus.io/path': '/metrics',
    })
    expect(lossesOf(what)).toEqual(['degraded monitoring.annotations services/side/metrics'])
  })

  test('are only on pods with metrics', () => expect(annotationsOf('silent')).toBeUndefined())
})

describe('the scraper', () => {
  test.each(['operator', 'annotations', 'none'] as const)(
    'comes in with the mode %s where the site names it',
    (mode) => {
      expect(listAt(objectOf(watched({ mode, from }), 'NetworkPolicy', 'app'), 'spec', 'ingress')).toEqual([
        {
          from: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
          ports: [
            { protocol: 'TCP', port: 9090 },
            { protocol: 'TCP', port: 9100 },
          ],
        },
      ])
      expect(lossesOf(watched({ mode, from })).filter((each) => each.includes('network.metrics'))).toEqual([])
    },
  )

  test('stays outside where the site does not', () => {
    expect(listAt(objectOf(watched({ mode: 'operator' }), 'NetworkPolicy', 'app'), 'spec', 'ingress')).toEqual([])
    expect(lossesOf(watched({ mode: 'operator' }))).toEqual([
      'note network.metrics services/app/metrics',
      'note network.metrics services/side/metrics',
    ])
  })
})

test('without a word nothing is added', () => {
  expect(kindsOf(watched({}))).not.toContain('PodMonitor')
  expect(JSON.stringify(objectOf(watched({}), 'Deployment', 'app'))).not.toContain('prometheus.io')
})
