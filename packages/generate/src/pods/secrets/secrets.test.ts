import type { Deployment, DeployedSecret, Json } from '@waybill/model'
import { describe, expect, it } from 'vitest'
import { deployment, render, service } from '../fixtures/parts.ts'

const secret = (id: string, kind: DeployedSecret['kind'], given: Partial<DeployedSecret> = {}): DeployedSecret => ({
  id,
  version: 2,
  kind,
  title: id,
  length: 32,
  hosts: ['shop.test'],
  brought: kind === 'brought',
  parts: kind === 'certificate' ? ['tls.crt', 'tls.key'] : ['value'],
  ...given,
})
const read = (id: string) => ({ op: 'secret', id }) as const

const shop = (given: Partial<Deployment>): Deployment =>
  deployment(
    [
      service('api', {
        ports: [{ id: 'http', number: 8080, protocol: 'http' }],
        exposures: [{ port: 'http', host: 'shop.test', path: '/', certificate: 'edge-tls' }],
        env: [
          { name: 'KEY', value: read('api-key') },
          {
            name: 'URL',
            value: { op: 'concat', parts: ['redis://:', { op: 'percentEncode', value: read('cache') }, '@cache'] },
          },
        ],
      }),
    ],
    {
      secrets: [secret('edge-tls', 'certificate'), secret('api-key', 'brought'), secret('cache', 'password')],
      ...given,
    },
  )

type Document = { readonly [member: string]: Json } & {
  readonly kind: string
  readonly metadata: { readonly name: string }
}

const documentsOf = (given: Deployment): Document[] =>
  render(given).files.flatMap(({ content }) => ('documents' in content ? (content.documents as Document[]) : []))
const named = (documents: readonly Document[], kind: string, name: string | RegExp): Document =>
  documents.find((each) => each.kind === kind && each.metadata.name.match(name))!
const policyOf = (given: Deployment) => named(documentsOf(given), 'NetworkPolicy', 'waybill-secrets')

describe('the Job that makes secrets', () => {
  const withJob = shop({ secretSource: { source: 'job', image: 'tools:1' } })
  const documents = documentsOf(withJob)
  const job = named(documents, 'Job', /^waybill-secrets-/)

  it('may read the Secrets of the instance and make new ones, in its namespace', () => {
    const composed = named(documents, 'Role', 'waybill-secrets')
    expect(composed['rules']).toEqual([
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      {
        apiGroups: [''],
        resources: ['secrets'],
        verbs: ['get'],
        resourceNames: ['api-key-v2', expect.stringMatching(/^api-secrets-/), 'cache-v2', 'edge-tls-v2'],
      },
    ])
    expect(documents.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([])
  })

  it('runs the script of the instance, at the restricted level', () => {
    const spec = job['spec'] as never as { template: { spec: { containers: Json[] } } }
    expect(spec.template.spec).toMatchObject({
      serviceAccountName: 'waybill-secrets',
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          image: 'tools:1',
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    })
    const script = named(documents, 'ConfigMap', /^waybill-secrets-/)
    expect(render(withJob).files.find(({ path }) => path === 'base/secrets.sh')!.content).toEqual({
      text: (script['data'] as { 'secrets.sh': string })['secrets.sh'],
    })
  })

  it('is another one for another version of a secret or another image', () => {
    const names = [
      withJob,
      { ...withJob, secrets: withJob.secrets.map((each) => ({ ...each, version: 3 })) },
      shop({ secretSource: { source: 'job', image: 'tools:2' } }),
    ].map((given) => named(documentsOf(given), 'Job', /^waybill-secrets-/).metadata.name)
    expect(new Set(names).size).toBe(3)
  })

  it('reaches the API server alone: at its addresses where the site names them', () => {
    const ports = [443, 6443].map((port) => ({ protocol: 'TCP', port }))
    expect(policyOf(withJob)['spec']).toMatchObject({ policyTypes: ['Ingress', 'Egress'], egress: [{ ports }] })
    expect(render(withJob).losses).toContainEqual(
      expect.objectContaining({ loss: 'network.externalRange', at: 'secrets/job' }),
    )
    const known = { ...withJob, site: { ranges: { kubernetes: ['10.0.0.1/32'] } } }
    expect(policyOf(known)['spec']).toMatchObject({ egress: [{ to: [{ ipBlock: { cidr: '10.0.0.1/32' } }], ports }] })
    expect(render(known).losses.filter(({ at }) => at === 'secrets/job')).toEqual([])
  })

  it('cannot make what has to be brought, and says so', () => {
    expect(
      render(withJob)
        .losses.filter(({ loss }) => loss === 'secrets.job')
        .map(({ at }) => at),
    ).toEqual(['secrets/api-key'])
  })

  it('is there only where the instance wants it', () => {
    expect(documentsOf(shop({})).filter((each) => JSON.stringify(each).includes('waybill-secrets'))).toEqual([])
  })
})

describe('what the External Secrets Operator is asked for', () => {
  const store = { name: 'vault', kind: 'ClusterSecretStore', prefix: 'corp/' }
  const documents = documentsOf(shop({ secretSource: { source: 'externalSecrets', store } }))

  it('is each secret under the name that pods refer to, once, by its version in the store', () => {
    expect(named(documents, 'ExternalSecret', 'edge-tls-v2')['spec']).toEqual({
      refreshPolicy: 'CreatedOnce',
      secretStoreRef: { kind: 'ClusterSecretStore', name: 'vault' },
      target: {
        name: 'edge-tls-v2',
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        immutable: true,
        template: {
          engineVersion: 'v2',
          type: 'kubernetes.io/tls',
          metadata: {
            labels: {
              'app.kubernetes.io/managed-by': 'waybill',
              'waybill.dev/product': 'shop',
              'waybill.dev/instance': 'acme',
            },
          },
        },
      },
      data: ['tls.crt', 'tls.key'].map((part) => ({
        secretKey: part,
        remoteRef: { key: 'corp/edge-tls-v2', property: part },
      })),
    })
    expect(named(documents, 'ExternalSecret', 'cache-v2')['spec']).toMatchObject({
      data: [{ secretKey: 'value', remoteRef: { key: 'corp/cache-v2' } }],
    })
  })

  it('is each composed value, as a template', () => {
    expect(named(documents, 'ExternalSecret', /^api-secrets-/)['spec']).toMatchObject({
      target: { template: { data: { URL: 'redis://:{{ .cache | urlquery | replace "+" "%20" }}@cache' } } },
      data: [{ secretKey: 'cache', remoteRef: { key: 'corp/cache-v2' } }],
    })
  })

  it('names the property of single values for stores that hold maps', () => {
    const maps = documentsOf(
      shop({ secretSource: { source: 'externalSecrets', store: { ...store, property: 'value' } } }),
    )
    expect(named(maps, 'ExternalSecret', 'cache-v2')['spec']).toMatchObject({
      data: [{ remoteRef: { key: 'corp/cache-v2', property: 'value' } }],
    })
  })

  it('leaves what is in the cluster only to secrets.sh', () => {
    const secrets = [
      secret('edge-tls', 'certificate'),
      secret('api-key', 'brought'),
      secret('cache', 'password', { existing: { value: { name: 'redis-auth', key: 'pw' } } }),
    ]
    const mixed = shop({ secrets, secretSource: { source: 'externalSecrets', store } })
    const asked = documentsOf(mixed).filter(({ kind }) => kind === 'ExternalSecret')
    expect(asked.map(({ metadata }) => metadata.name)).toEqual(['edge-tls-v2', 'api-key-v2'])
    expect(render(mixed).losses.map(({ loss, at }) => `${loss} ${at}`)).toContain('secrets.composed services/api/env')
    const { content } = render(mixed).files.find(({ path }) => path === 'base/secrets.sh')!
    expect('text' in content && content.text).toMatch(/^existing 'cache' 'redis-auth' 'pw' .*\ncompose 'api-secrets-/m)
  })
})

it('an Ingress takes the certificate that the site has', () => {
  const certificate = {
    'tls.crt': { name: 'corp-tls', key: 'tls.crt' },
    'tls.key': { name: 'corp-tls', key: 'tls.key' },
  }
  const secrets = [
    secret('edge-tls', 'certificate', { existing: certificate }),
    secret('api-key', 'brought', { existing: { value: { name: 'corp', key: 'api' } } }),
    secret('cache', 'password', { existing: { value: { name: 'corp', key: 'cache' } } }),
  ]
  const rendered = shop({ secrets, secretSource: { source: 'existing', values: [] } })
  expect(render(rendered).problems).toEqual([])
  expect(named(documentsOf(rendered), 'Ingress', 'edge-tls')['spec']).toMatchObject({
    tls: [{ hosts: ['shop.test'], secretName: 'corp-tls' }],
  })
})
