import type { Deployment } from '@waybill/model'
import { describe, expect, test } from 'vitest'
import { kindsOf, lossesOf, objectOf } from '../fixtures/objects.ts'
import { deployment, render, service } from '../fixtures/parts.ts'
import { at, listAt } from '../observe/read.ts'

type Site = Deployment['site']
type Front = NonNullable<Site['ingress']>
const http = { id: 'http', number: 8080, protocol: 'http' } as const
const certificate = 'edge-tls'
const published = (ingress: Front | undefined, env: Deployment['services'][number]['env'] = []) =>
  deployment(
    [
      service('web', { ports: [http], exposures: [{ port: 'http', host: 'a.example', path: '/', certificate }], env }),
      service('api', { ports: [http], exposures: [{ port: 'http', host: 'a.example', path: '/v1', certificate }] }),
      service('ssh', {
        ports: [{ id: 'ssh', number: 22, protocol: 'tcp' }],
        exposures: [{ port: 'ssh', host: 'a.example', path: '/' }],
      }),
    ],
    {
      ...(ingress && { site: { ingress } }),
      secrets: [
        {
          id: certificate,
          version: 3,
          kind: 'certificate',
          title: 'x',
          length: 32,
          hosts: [],
          brought: false,
          parts: ['tls.crt', 'tls.key'],
        },
      ],
    },
  )
const scriptOf = (what: Deployment): string =>
  render(what)
    .files.flatMap(({ path, content }) => (path === 'base/secrets.sh' && 'text' in content ? [content.text] : []))
    .join('')

describe('the certificate of an Ingress', () => {
  test.each<[string, Front, string, object | undefined]>([
    ['is made by secrets.sh', { kind: 'ingress' }, 'edge-tls-v3', undefined],
    ['is there already', { kind: 'ingress', tls: { secret: 'wildcard' } }, 'wildcard', undefined],
    [
      'comes from an issuer',
      { kind: 'ingress', tls: { issuer: 'corp' } },
      'edge-tls-issued',
      { 'cert-manager.io/issuer': 'corp' },
    ],
    [
      'comes from an issuer of the cluster',
      { kind: 'ingress', annotations: { a: 'b' }, tls: { issuer: 'corp', kind: 'ClusterIssuer' } },
      'edge-tls-issued',
      { a: 'b', 'cert-manager.io/cluster-issuer': 'corp' },
    ],
  ])('%s', (_, front, secretName, annotations) => {
    const what = published(front)
    const ingress = objectOf(what, 'Ingress')
    expect(at(ingress, 'spec', 'tls')).toEqual([{ hosts: ['a.example'], secretName }])
    expect(at(ingress, 'metadata', 'annotations')).toEqual(annotations)
    expect(scriptOf(what).includes("certificate 'edge-tls-v3'")).toBe(secretName === 'edge-tls-v3')
  })

  test('is made all the same where a service reads it', () => {
    const env = [{ name: 'CERT', value: { op: 'secret', id: certificate, part: 'tls.crt' } }] as const
    expect(scriptOf(published({ kind: 'ingress', tls: { secret: 'x' } }, env))).toContain("certificate 'edge-tls-v3'")
  })
})

describe('in front of published ports', () => {
  test('a Gateway gets routes with the annotations of the site', () => {
    const what = published({ kind: 'gateway', name: 'edge', annotations: { a: 'b' } })
    expect(objectOf(what, 'HTTPRoute', 'web-http')).toMatchObject({ metadata: { annotations: { a: 'b' } } })
    expect(lossesOf(what)).toContain('note exposure.certificate services/web/expose')
    expect(scriptOf(what)).not.toContain("certificate 'edge-tls-v3'")
  })

  test.each(['NodePort', 'LoadBalancer'] as const)('Services of type %s end no TLS and know no paths', (type) => {
    const what = published({ kind: 'service', type, annotations: { a: 'b' } })
    for (const name of ['web-public', 'api-public', 'ssh-public']) {
      expect(objectOf(what, 'Service', name)).toMatchObject({ metadata: { annotations: { a: 'b' } }, spec: { type } })
    }
    expect(kindsOf(what)).not.toContain('Ingress')
    expect(lossesOf(what)).toEqual(
      expect.arrayContaining([
        'degraded exposure.tls services/web/expose',
        'degraded exposure.route services/web/expose',
        'degraded exposure.tls services/api/expose',
        'degraded exposure.route services/api/expose',
      ]),
    )
    expect(lossesOf(what).filter((each) => each.includes('services/ssh'))).toEqual([
      'note network.ingressSource services/ssh/expose',
    ])
  })

  test('stands nothing when the site says so', () => {
    const what = published({ kind: 'none' })
    expect(kindsOf(what).filter((kind) => kind === 'Ingress' || kind === 'HTTPRoute')).toEqual([])
    expect(() => objectOf(what, 'Service', 'ssh-public')).toThrow('no Service')
    expect(listAt(objectOf(what, 'NetworkPolicy', 'web'), 'spec', 'ingress')).toEqual([])
  })
})

describe('the policy of a published port', () => {
  const rulesOf = (front: Front | undefined, name: string) =>
    listAt(objectOf(published(front), 'NetworkPolicy', name), 'spec', 'ingress')
  const from = { namespace: { 'kubernetes.io/metadata.name': 'ingress' }, pods: { app: 'nginx' } }
  const peer = {
    namespaceSelector: { matchLabels: from.namespace },
    podSelector: { matchLabels: from.pods },
  }

  test.each<[string, Front]>([
    ['an ingress controller', { kind: 'ingress', from }],
    ['a Gateway', { kind: 'gateway', name: 'edge', from }],
  ])('lets %s in and nobody else', (_, front) => {
    expect(rulesOf(front, 'web')).toEqual([{ from: [peer], ports: [{ protocol: 'TCP', port: 8080 }] }])
    expect(lossesOf(published(front)).filter((each) => each.includes('ingressSource'))).toEqual([
      'note network.ingressSource services/ssh/expose',
    ])
  })

  test('lets everybody in where the site does not say who comes, and where clients come themselves', () => {
    expect(rulesOf(undefined, 'web')).toEqual([{ ports: [{ protocol: 'TCP', port: 8080 }] }])
    expect(rulesOf({ kind: 'ingress', from }, 'ssh')).toEqual([{ ports: [{ protocol: 'TCP', port: 22 }] }])
  })

  test('reads a selector without a namespace as pods beside ours', () => {
    expect(rulesOf({ kind: 'ingress', from: { pods: { app: 'nginx' } } }, 'web')).toEqual([
      { from: [{ podSelector: { matchLabels: { app: 'nginx' } } }], ports: [{ protocol: 'TCP', port: 8080 }] },
    ])
  })
})
