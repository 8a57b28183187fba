import type { DeployedService, Deployment } from '@waybill/model'
import { describe, expect, test } from 'vitest'
import { address, deployment, httpProbe, render, service, sidecarOf } from './fixtures/parts.ts'
import { kubernetes } from '../targets/kubernetes/index.ts'
import { textAt } from './observe/read.ts'
import type { KubernetesOptions } from './options.ts'

function objectsOf(what: Deployment, options: Partial<KubernetesOptions> = {}) {
  const documents = render(what, options).files.flatMap(({ content }) =>
    'documents' in content ? content.documents : [],
  )
  return (kind: string, name?: string) =>
    documents.filter(
      (each) => textAt(each, 'kind') === kind && (name === undefined || textAt(each, 'metadata', 'name') === name),
    )
}
const lossesOf = (what: Deployment, options: Partial<KubernetesOptions> = {}) =>
  render(what, options).losses.map(({ severity, loss }) => `${severity} ${loss}`)
const one = (given: Partial<DeployedService>) => deployment([service('app', given)])
const port = { id: 'http', number: 8080, protocol: 'http' } as const

describe('configuration files', () => {
  const file = (size: number, path = '/etc/app.conf') => ({ path, content: 'x'.repeat(size) })

  test('above 1 MiB are a problem', () => {
    expect(render(one({ files: [file(2 ** 20)] })).problems).toEqual([])
    expect(render(one({ files: [file(2 ** 20 + 1)] })).problems.map(({ code }) => code)).toEqual(['WB5001'])
  })

  test('that kubectl cannot apply on the client are a loss', () => {
    expect(lossesOf(one({ files: [file(100_000)] }))).toEqual([])
    expect(lossesOf(one({ files: [file(300_000)] }))).toEqual(['degraded files.apply'])
  })

  test('are spread over several objects', () => {
    const files = [file(90_000, '/a'), file(90_000, '/b'), file(90_000, '/c')]
    expect(objectsOf(one({ files }))('ConfigMap')).toHaveLength(2)
  })

  test('change the name of their object, and with it the pods, when they change', () => {
    const nameOf = (content: string) =>
      textAt(objectsOf(one({ files: [{ path: '/a', content }] }))('ConfigMap')[0], 'metadata', 'name')
    expect(nameOf('1')).toMatch(/^app-files-[0-9a-f]{8}$/)
    expect(nameOf('2')).not.toBe(nameOf('1'))
  })

  test('keep characters that kubectl cannot carry in a text', () => {
    const what = one({ files: [{ path: '/a', content: 'é\u0085' }] })
    expect(objectsOf(what)('ConfigMap')[0]).toMatchObject({
      binaryData: { a: Buffer.from('é\u0085').toString('base64') },
    })
    expect(kubernetes.observe(render(what), what).services['app']?.files).toEqual({ '/a': 'é\u0085' })
  })

  test('of paths that look alike do not overwrite each other', () => {
    const what = one({
      files: [
        { path: '/a/b', content: '1' },
        { path: '/a_b', content: '2' },
      ],
    })
    expect(kubernetes.observe(render(what), what).services['app']?.files).toEqual({ '/a/b': '1', '/a_b': '2' })
  })
})

describe('variables', () => {
  test('of a fact inside of a text come before it', () => {
    const name = { op: 'runtime', fact: 'replicaName' } as const
    const what = one({
      command: ['run', { op: 'concat', parts: ['--name=', name] }],
      env: [{ name: 'TARGET', value: { op: 'runtime', fact: 'target' } }],
    })
    expect(objectsOf(what)('Deployment')[0]).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                command: ['run', '--name=$(WAYBILL_REPLICA_NAME)'],
                env: [
                  { name: 'WAYBILL_REPLICA_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                  { name: 'TARGET', value: 'kubernetes' },
                ],
              },
            ],
          },
        },
      },
    })
  })

  test('keep characters that kubectl cannot carry in a text', () => {
    const what = one({ env: [{ name: 'A', value: 'x\u0085' }] })
    expect(objectsOf(what)('Secret', 'control-characters')).toMatchObject([
      { data: { 85: Buffer.from('\u0085').toString('base64') } },
    ])
    expect(kubernetes.observe(render(what), what).services['app']?.env).toEqual({ A: 'x\u0085' })
  })
})

describe('addresses', () => {
  test("of a sidecar's shard are below the Service of its host", () => {
    const side = service('side', {
      kind: 'sharded',
      replicas: 2,
      ports: [{ id: 'metrics', number: 9100, protocol: 'http' }],
      shape: sidecarOf('app'),
    })
    const reader = service('reader', {
      env: [{ name: 'AT', value: address({ service: 'side', port: 'metrics', shard: 1 }) }],
    })
    const what = deployment([service('app', { kind: 'sharded', replicas: 2, ports: [port] }), side, reader])
    expect(objectsOf(what)('Deployment', 'reader')[0]).toMatchObject({
      spec: { template: { spec: { containers: [{ env: [{ name: 'AT', value: 'app-1.app:9100' }] }] } } },
    })
    expect(kubernetes.observe(render(what), what).services['reader']?.env).toEqual({ AT: 'ref:side/1.metrics' })
  })

  test('of two ports of one name in a pod are told apart by number', () => {
    const side = service('side', { ports: [{ ...port, number: 9090 }], shape: sidecarOf('app') })
    const objects = objectsOf(deployment([service('app', { ports: [port] }), side]))
    expect(objects('Service', 'app')[0]).toMatchObject({ spec: { ports: [{ port: 8080, targetPort: 'http' }] } })
    expect(objects('Service', 'side')[0]).toMatchObject({ spec: { ports: [{ port: 9090, targetPort: 9090 }] } })
  })
})

describe('updates', () => {
  test.each<[string, Partial<DeployedService>, object]>([
    ['rolling', {}, { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }],
    ['recreate', { update: { strategy: 'recreate' } }, { type: 'Recreate' }],
    ['of a singleton', { singleton: true }, { type: 'Recreate' }],
    [
      'that could never move',
      { update: { strategy: 'rolling', surge: 0, unavailable: 0 } },
      { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    ],
  ])('%s', (_, given, strategy) => {
    expect(objectsOf(one(given))('Deployment')[0]).toMatchObject({ spec: { strategy } })
  })

  test('with a volume of one machine cannot roll', () => {
    const volume = {
      id: 'data',
      holds: 'x',
      data: 'disposable',
      size: 1,
      shared: false,
      class: 'standard',
      owner: { uid: 1, gid: 1 },
    } as const
    const what = deployment([service('app', { mounts: [{ path: '/data', volume: 'data', readOnly: false }] })], {
      volumes: [volume],
    })
    expect(objectsOf(what)('Deployment')[0]).toMatchObject({ spec: { strategy: { type: 'Recreate' } } })
    expect(lossesOf(what)).toEqual(['degraded update.rolling'])
  })
})

describe('a shared volume', () => {
  const pictures = {
    id: 'pictures',
    holds: 'x',
    data: 'disposable',
    size: 1,
    shared: true,
    class: 'fast',
    owner: { uid: 1, gid: 1 },
  } as const
  const mounts = [{ path: '/data', volume: 'pictures', readOnly: false }]
  const sharedBy = (volume: Deployment['volumes'][number], site: Deployment['site']) =>
    deployment([service('a', { mounts }), service('b', { kind: 'stateful', mounts })], { volumes: [volume], site })

  test.each<[string, Deployment['site'], string]>([
    ['of the cluster', {}, 'the default storage class of many clusters does not offer'],
    ['of the site', { storageClass: { fast: 'ssd' } }, 'the storage class "ssd" may not offer'],
  ])('needs a storage class %s that many machines can mount', (_, site, reason) => {
    const { losses } = render(sharedBy(pictures, site))
    expect(losses).toMatchObject([{ loss: 'volume.shared', at: 'volumes/pictures/shared', severity: 'note' }])
    expect(losses[0]?.reason).toContain(reason)
    expect(losses[0]?.workaround).toContain('site.storageClass.volumes.pictures')
  })

  test('is not what one machine mounts', () => {
    expect(lossesOf(sharedBy({ ...pictures, shared: false }, {}))).toEqual(['degraded update.rolling'])
  })
})

describe('runs that fail', () => {
  test('are tried for hours where they happen once', () => {
    expect(objectsOf(one({ kind: 'job' }))('Job')[0]).toMatchObject({ spec: { backoffLimit: 100 } })
  })

  test('give way to the next schedule', () => {
    expect(objectsOf(one({ kind: 'cron', schedule: '* * * * *' }))('CronJob')[0]).toMatchObject({
      spec: {
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 3600,
        jobTemplate: { spec: { backoffLimit: 3 } },
      },
    })
  })
})

describe('the end of a pod', () => {
  const draining = one({ shutdown: { signal: 'SIGTERM', grace: 10_000, drain: 1500 } })

  test('is drained where every version can', () => {
    const [object] = objectsOf(draining, { versions: '1.30-1.35' })('Deployment')
    expect(object).toMatchObject({
      spec: {
        template: {
          spec: {
            terminationGracePeriodSeconds: 12,
            containers: [{ lifecycle: { preStop: { sleep: { seconds: 2 } } } }],
          },
        },
      },
    })
    expect(lossesOf(draining, { versions: '1.30-1.35' })).toEqual([])
  })

  test('is not drained where one cannot', () => {
    expect(lossesOf(draining, { versions: '1.29-1.35' })).toEqual(['degraded shutdown.drain'])
  })
})

describe('a slow start', () => {
  test.each([
    [
      'is not killed',
      { ready: httpProbe({ within: 300_000 }), live: httpProbe({ every: 7000 }) },
      { failureThreshold: 43, periodSeconds: 7 },
    ],
    [
      'has a check of its own',
      { startup: httpProbe({ path: '/start', within: 60_001 }), ready: httpProbe() },
      { httpGet: { path: '/start' }, failureThreshold: 7 },
    ],
    ['needs none without liveness', { ready: httpProbe() }, undefined],
  ])('%s', (_, health, startupProbe) => {
    const [object] = objectsOf(one({ ports: [port], health }))('Deployment')
    const expected = startupProbe ? { startupProbe } : { readinessProbe: {} }
    expect(object).toMatchObject({ spec: { template: { spec: { containers: [expected] } } } })
    if (!startupProbe) expect(JSON.stringify(object)).not.toContain('startupProbe')
  })
})

describe('relaxed security', () => {
  test.each<[DeployedService['relax'][number]['what'], string | undefined, object]>([
    ['root', undefined, { runAsNonRoot: false }],
    ['writable-root', undefined, { readOnlyRootFilesystem: false }],
    ['privileged', undefined, { privileged: true, allowPrivilegeEscalation: true }],
    ['capability', 'CAP_NET_ADMIN', { capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } }],
  ])('%s', (what, value, securityContext) => {
    const relax = [{ what, reason: 'has to', ...(value !== undefined && { value }) }]
    expect(objectsOf(one({ relax }))('Deployment')[0]).toMatchObject({
      spec: { template: { spec: { containers: [{ securityContext }] } } },
    })
  })
})

test.each([
  ['/var/log:/host/log', '/var/log', '/host/log'],
  ['/sys', '/sys', '/sys'],
])('the host path %s can only be read', (value, path, mountPath) => {
  const what = one({ relax: [{ what: 'host-path', value, reason: 'has to' }] })
  const name = expect.stringMatching(/^host-/)
  expect(objectsOf(what)('Deployment')[0]).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [{ volumeMounts: [{ name, mountPath, readOnly: true }] }],
          volumes: [{ name, hostPath: { path } }],
        },
      },
    },
  })
})

describe('published ports', () => {
  const published = (site: Deployment['site'], protocol: 'http' | 'grpc' = 'http') =>
    deployment(
      [
        service('app', {
          ports: [{ ...port, protocol }],
          exposures: [
            { port: 'http', host: 'a.example', path: '/' },
            { port: 'http', host: 'b.example', path: '/b' },
          ],
        }),
      ],
      { site },
    )

  test('have a route for each host behind a Gateway', () => {
    const routes = objectsOf(
      published({ ingress: { kind: 'gateway', name: 'edge', namespace: 'net', section: 'https' } }),
    )('HTTPRoute')
    expect(routes).toHaveLength(2)
    expect(routes[1]).toMatchObject({
      spec: {
        parentRefs: [{ name: 'edge', namespace: 'net', sectionName: 'https' }],
        hostnames: ['b.example'],
        rules: [
          { matches: [{ path: { type: 'PathPrefix', value: '/b' } }], backendRefs: [{ name: 'app', port: 8080 }] },
        ],
      },
    })
  })

  test('have nothing in front when the site says so', () => {
    const objects = objectsOf(published({ ingress: { kind: 'none' } }))
    expect([...objects('Ingress'), ...objects('HTTPRoute')]).toEqual([])
  })

  test('are lost when no Gateway is named', () => {
    expect(lossesOf(published({}), { gateway: 'gateway' })).toContain('unsupported exposure.gateway')
  })

  test('that speak gRPC need a word to the controller', () => {
    expect(lossesOf(published({}, 'grpc'))).toContain('note exposure.protocol')
  })
})

test('a service may be called like one of our files', () => {
  const what = deployment([
    service('kustomization'),
    service('edge', {
      ports: [{ id: 'ssh', number: 22, protocol: 'tcp' }],
      exposures: [{ port: 'ssh', host: 'x', path: '/' }],
    }),
  ])
  expect(render(what).problems).toEqual([])
  expect(objectsOf(what)('Deployment')).toHaveLength(2)
})

test('the same deployment gives the same output', () => {
  const what = one({ files: [{ path: '/a', content: 'x' }] })
  expect(render(what)).toEqual(render(structuredClone(what)))
})
