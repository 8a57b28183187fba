import type { DeployedService, Deployment } from '@waybill/model'
import { describe, expect, test } from 'vitest'
import { documentsOf, kindsOf, lossesOf, objectOf } from '../fixtures/objects.ts'
import { address, deployment, httpProbe, initOf, render, service, sidecarOf } from '../fixtures/parts.ts'
import { at, listAt, membersAt, textAt } from '../observe/read.ts'

type Site = Deployment['site']
const http = { id: 'http', number: 8080, protocol: 'http' } as const
const one = (site: Site, given: Partial<DeployedService> = {}) => deployment([service('app', given)], { site })
const podOf = (what: Deployment, name = 'app', kind = 'Deployment') =>
  membersAt(objectOf(what, kind, name), 'spec', 'template', 'spec')
const variablesOf = (what: Deployment, name = 'app') =>
  Object.fromEntries(
    listAt(podOf(what, name), 'containers', 0, 'env').map((each) => [textAt(each, 'name'), textAt(each, 'value')]),
  )

describe('placement', () => {
  const spread = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } }
  const all = {
    nodeSelector: { pool: 'apps', zone: 'a' },
    tolerations: [{ key: 'apps', operator: 'Exists' as const }],
    affinity: { nodeAffinity: { x: 1 }, ...spread },
    priorityClass: 'normal',
  }

  test('of all is that of each pod', () => {
    expect(podOf(one({ placement: all }))).toMatchObject({
      nodeSelector: { pool: 'apps', zone: 'a' },
      tolerations: [{ key: 'apps', operator: 'Exists' }],
      affinity: all.affinity,
      priorityClassName: 'normal',
    })
  })

  test('of a service is merged into it', () => {
    const own = {
      nodeSelector: { zone: 'b' },
      tolerations: [{ key: 'big' }],
      affinity: { nodeAffinity: { x: 2 } },
      priorityClass: 'high',
    }
    const what = one({ placement: { ...all, services: { app: own } } })
    expect(podOf(what)).toMatchObject({
      nodeSelector: { pool: 'apps', zone: 'b' },
      tolerations: [{ key: 'apps', operator: 'Exists' }, { key: 'big' }],
      affinity: { nodeAffinity: { x: 2 }, ...spread },
      priorityClassName: 'high',
    })
  })

  test('of another service is not', () => {
    const pod = podOf(one({ placement: { services: { other: { nodeSelector: { a: 'b' } } } } }))
    expect(pod).not.toHaveProperty('nodeSelector')
  })
})

describe('labels', () => {
  test('are on objects and pods and in no selector', () => {
    const what = one({ labels: { team: 'one' } }, { ports: [http] })
    const object = objectOf(what, 'Deployment')
    expect(at(object, 'metadata', 'labels', 'team')).toBe('one')
    expect(at(object, 'spec', 'template', 'metadata', 'labels', 'team')).toBe('one')
    const selectors = documentsOf(what).map((each) =>
      JSON.stringify([at(each, 'spec', 'selector'), at(each, 'spec', 'podSelector')]),
    )
    expect(selectors.filter((each) => each.includes('team'))).toEqual([])
  })
})

describe('the service account', () => {
  test('is one for the instance, with the annotations of the site and no token', () => {
    const what = one({ serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:x' } } })
    expect(objectOf(what, 'ServiceAccount')).toMatchObject({
      metadata: { name: 'shop', annotations: { 'eks.amazonaws.com/role-arn': 'arn:x' } },
      automountServiceAccountToken: false,
    })
    expect(podOf(what)).toMatchObject({ serviceAccountName: 'shop', automountServiceAccountToken: false })
  })

  test('is not there without them', () => {
    expect(kindsOf(one({}))).not.toContain('ServiceAccount')
    expect(podOf(one({}))).not.toHaveProperty('serviceAccountName')
  })
})

describe('the proxy', () => {
  const egress = [{ to: 'updates.example.org', port: 443, reason: 'x' }]
  const proxy = { http: 'http://proxy.example:3128', https: 'https://proxy.example', except: ['10.0.0.0/8', '.corp'] }
  const peers = [service('web', { ports: [http] }), service('store', { kind: 'sharded', replicas: 2, ports: [http] })]
  const with_ = (given: Partial<DeployedService>) => deployment([service('app', given), ...peers], { site: { proxy } })
  const inside = 'localhost,127.0.0.1,::1,web,store,.store,.svc,.cluster.local,10.0.0.0/8,.corp'

  test('is told to whoever goes out, in capitals and small letters', () => {
    expect(variablesOf(with_({ egress }))).toEqual({
      HTTP_PROXY: proxy.http,
      http_proxy: proxy.http,
      HTTPS_PROXY: proxy.https,
      https_proxy: proxy.https,
      NO_PROXY: inside,
      no_proxy: inside,
    })
  })

  test('is told to whoever uses a dependency outside', () => {
    const external = [{ id: 's3', kind: 'objectStore', host: 's3.example', port: 443, usedBy: ['app'] }]
    const what = deployment([service('app'), service('other')], { site: { proxy }, external })
    expect(variablesOf(what)).toHaveProperty('HTTPS_PROXY')
    expect(variablesOf(what, 'other')).toEqual({})
  })

  test('gives way to what the service says, in capitals or not', () => {
    const what = with_({ egress, env: [{ name: 'https_proxy', value: 'mine' }] })
    expect(variablesOf(what)).toMatchObject({ HTTP_PROXY: proxy.http, https_proxy: 'mine' })
    expect(variablesOf(what)).not.toHaveProperty('HTTPS_PROXY')
  })

  test('names every host that services reach each other by', () => {
    const side = service('side', { kind: 'sharded', replicas: 2, ports: [http], shape: sidecarOf('store') })
    const reader = service('app', {
      egress,
      env: [
        { name: 'A', value: address({ service: 'web', port: 'http', form: 'host' }) },
        { name: 'B', value: address({ service: 'store', port: 'http', form: 'host', shard: 1 }) },
        { name: 'C', value: address({ service: 'side', port: 'http', form: 'host', shard: 1 }) },
      ],
    })
    const { NO_PROXY: list = '', A, B, C } = variablesOf(deployment([reader, ...peers, side], { site: { proxy } }))
    const excepted = (host: string) =>
      list.split(',').some((each) => (each.startsWith('.') ? host.endsWith(each) : host === each))
    expect([A, B, C].map((host) => [host, excepted(host ?? '')])).toEqual([
      ['web', true],
      ['store-1.store', true],
      ['store-1.store', true],
    ])
  })

  test('is let through by the policy of whoever goes out, by its addresses where they are known', () => {
    const rulesOf = (site: Site, name: string) =>
      listAt(
        objectOf(deployment([service('app', { egress }), ...peers], { site }), 'NetworkPolicy', name),
        'spec',
        'egress',
      ).slice(1)
    expect(rulesOf({ proxy }, 'web')).toEqual([])
    expect(rulesOf({ proxy, ranges: { 'proxy.example': ['192.0.2.0/28'] } }, 'app')).toEqual([
      { ports: [{ protocol: 'TCP', port: 443 }] },
      {
        to: [{ ipBlock: { cidr: '192.0.2.0/28' } }],
        ports: [
          { protocol: 'TCP', port: 443 },
          { protocol: 'TCP', port: 3128 },
        ],
      },
    ])
    expect(lossesOf(with_({ egress }))).toEqual([
      'note network.externalRange services/app/egress/updates.example.org',
      'note network.externalRange site/proxy',
    ])
  })
})

describe('certificates of authorities', () => {
  const authority: Site = { certificateAuthority: { configMap: 'corp-ca', key: 'bundle.pem' } }
  const file = '/etc/site-authorities/ca.crt'

  test('are mounted into each container of the product, with the variables by which programs find them', () => {
    const what = deployment(
      [
        service('app', { needs: [{ on: 'first', state: 'completed' }] }),
        service('side', { shape: sidecarOf('app') }),
        service('first', { kind: 'job', shape: initOf('app') }),
      ],
      { site: authority },
    )
    const pod = podOf(what)
    const containers = [...listAt(pod, 'containers'), ...listAt(pod, 'initContainers')]
    expect(containers.map((each) => textAt(each, 'name'))).toEqual(['app', 'side', 'first'])
    for (const container of containers) {
      expect(container).toMatchObject({
        volumeMounts: [{ name: 'site-authorities', mountPath: '/etc/site-authorities', readOnly: true }],
      })
      const env = listAt(container, 'env').map((each) => `${textAt(each, 'name')}=${textAt(each, 'value')}`)
      for (const name of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'])
        expect(env).toContain(`${name}=${file}`)
    }
    expect(listAt(pod, 'volumes')).toEqual([
      {
        name: 'site-authorities',
        configMap: { name: 'corp-ca', items: [{ key: 'bundle.pem', path: 'ca.crt' }], optional: false },
      },
    ])
  })

  test('come from a Secret, too', () => {
    expect(listAt(podOf(one({ certificateAuthority: { secret: 'ca' } })), 'volumes')).toMatchObject([
      { secret: { secretName: 'ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    ])
  })

  test('are where the service says, if it does', () => {
    const what = one(authority, { env: [{ name: 'SSL_CERT_FILE', value: '/own' }] })
    expect(variablesOf(what)).toMatchObject({ SSL_CERT_FILE: '/own', CURL_CA_BUNDLE: file })
  })

  test('are not given to what only asks another one of the product', () => {
    const probed = service('db', { ports: [http], health: { ready: httpProbe({ command: ['ask'] }) } })
    const what = deployment([probed, service('app', { needs: [{ on: 'db', state: 'healthy' }] })], { site: authority })
    expect(at(podOf(what), 'initContainers', 0)).not.toHaveProperty('volumeMounts')
  })

  test('in a file of a machine are a problem, once', () => {
    const { problems } = render(
      deployment([service('a'), service('b')], { site: { certificateAuthority: { file: '/etc/ca.pem' } } }),
    )
    expect(problems.map(({ code, path }) => `${code} ${path.join('/')}`)).toEqual(['WB5007 site/certificateAuthority'])
    expect(render(one({ certificateAuthority: { file: '/etc/ca.pem', secret: 'ca' } })).problems).toEqual([])
  })
})

describe('users of the platform', () => {
  const guest = service('side', { shape: sidecarOf('app'), user: { uid: 20000, gid: 20000 } })
  const root = service('agent', { kind: 'daemon', relax: [{ what: 'root', reason: 'has to' }] })
  const volume = {
    id: 'data',
    holds: 'x',
    data: 'disposable',
    size: 1,
    shared: false,
    class: 'fast',
    owner: { uid: 5, gid: 6 },
  } as const
  const what = deployment([service('app'), guest, root], { site: { users: 'platform' }, volumes: [volume] })

  test('leave every id to it and all other restrictions as they are', () => {
    expect(JSON.stringify(documentsOf(what))).not.toMatch(/runAsUser|runAsGroup|"fsGroup"/)
    expect(podOf(what)).toMatchObject({
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [{ securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } } }, {}],
    })
  })

  test('overrule what the product says, which is lost', () => {
    expect(lossesOf(what)).toEqual([
      'note users.platform services/app/user',
      'note users.platform services/side/user',
      'degraded users.root services/agent/relax',
      'note users.owner volumes/data/owner',
    ])
    expect(lossesOf({ ...what, site: { users: 'fixed' } })).toEqual([])
  })
})
