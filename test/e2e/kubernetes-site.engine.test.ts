import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { type Server as PlainServer, createServer as createPlainServer } from 'node:http'
import { type Server, createServer } from 'node:https'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ForwardProxy, startForwardProxy } from './forward-proxy.ts'
import { startIngress } from './ingress.ts'
import { imagesIn, mirrorImage } from './mirror.ts'
import { type Parcel, type Shop, ask, askJson, photo } from './parcels.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, registry, render, temporaryFolder } from './rendering.ts'

const id = 'site-parcels'
const hostSeenByPods = '10.88.0.1'
const proxyPort = 18128
const mirror = 'site-mirror'
/** What OpenShift gives a namespace: a high user nobody knows, the group of root, a group for its volumes. */
const platformUser = 1000730000

const instance = `schema: 1
id: ${id}
product: parcels
load: { users: 100 }
settings: { site: { host: parcels.test } }
features: { photos: true, tracing: true }
dependencies:
  collector: { mode: external, host: collector.test, port: 4318 }
site:
  registry: ${registry}/${mirror}
  ingress: { kind: ingress, tls: { secret: wildcard } }
  proxy: { http: 'http://${hostSeenByPods}:${proxyPort}', https: 'http://${hostSeenByPods}:${proxyPort}' }
  certificateAuthority: { configMap: company-ca }
  users: platform
  serviceAccount: { annotations: { example.com/role: parcels } }
  labels: { cost-centre: a1 }
`

const patch = (kind: string) => `  - target: { kind: ${kind} }
    patch: |-
      - { op: add, path: /spec/template/spec/securityContext/runAsUser, value: ${platformUser} }
      - { op: add, path: /spec/template/spec/securityContext/fsGroup, value: ${platformUser} }
`
/** Does what the platform does when it admits a pod. */
const asPlatform = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base
patches:
${['Deployment', 'StatefulSet', 'Job'].map(patch).join('')}`

describe('Parcels on Kubernetes at a site with a mirror, a proxy, authorities, a certificate and users of its own', () => {
  const shop: Shop = { address: '127.0.0.1', port: 19445 }
  let folder: string
  let output: string
  let proxy: ForwardProxy | undefined
  let ingress: Server | undefined
  let secure: Server | undefined
  let outside: PlainServer | undefined
  let parcel: Parcel
  const kubectl = (...args: string[]) => mustRun('kubectl', ['--namespace', id, ...args])
  const everybodyReady = async () => {
    await kubectl('rollout', 'status', 'deployment', '--selector', 'waybill.dev/product=parcels', '--timeout', '300s')
    for (const set of (await kubectl('get', 'statefulset', '--output', 'name')).split('\n').filter(Boolean)) {
      await kubectl('rollout', 'status', set, '--timeout', '300s')
    }
  }
  const openDoor = async () => {
    ingress?.close()
    ingress?.closeAllConnections()
    ingress = await startIngress(id, shop.port)
  }
  const openssl = (...args: string[]) => mustRun('openssl', args, { cwd: folder })
  /** A certificate of the company for a host. */
  const certify = async (name: string, host: string) => {
    await openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${host}`,
    )
    await writeFile(join(folder, `${name}.ext`), `subjectAltName=DNS:${host}\n`)
    await openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-days',
      '2',
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
    )
    const [cert, key] = await Promise.all(['crt', 'key'].map((end) => readFile(join(folder, `${name}.${end}`))))
    return { cert: cert!, key: key! }
  }
  /** Asks an address from inside of a pod, with what its environment says about proxies and authorities. */
  const askFrom = (service: string, url: string) =>
    kubectl(
      'exec',
      `deployment/${service}`,
      `--container=${service}`,
      '--',
      'env',
      'NODE_USE_ENV_PROXY=1',
      'node',
      '-e',
      `fetch(${JSON.stringify(url)}).then(async (a) => console.log(a.status, await a.text()))`,
    )

  beforeAll(async () => {
    folder = await temporaryFolder()
    process.env['KUBECONFIG'] = process.env['WAYBILL_TEST_KUBECONFIG']
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      '2',
      '-subj',
      '/CN=Company',
    )
    const credentials = await certify('secure', 'secure.test')
    outside = createPlainServer((_, answer) => answer.end('outside'))
    secure = createServer(credentials, (_, answer) => answer.end('secure'))
    for (const server of [outside, secure]) await once(server.listen(0, '127.0.0.1'), 'listening')
    const at = (server: PlainServer | Server) => {
      const address = server.address()
      return { host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 }
    }
    proxy = await startForwardProxy(proxyPort, { 'outside.test': at(outside), 'secure.test': at(secure) })
    output = await render(parcelsDefinition, instance, 'kubernetes', join(folder, 'out'))
    await writeFile(join(output, 'custom/kustomization.yaml'), asPlatform)
    for (const image of await imagesIn(join(output, 'base'), `${registry}/${mirror}`)) {
      await mirrorImage(registry, mirror, image)
    }
    await certify('edge', 'parcels.test')
    await mustRun('kubectl', ['create', 'namespace', id])
    await mustRun('kubectl', ['label', 'namespace', id, 'pod-security.kubernetes.io/enforce=restricted'])
    await kubectl('create', 'configmap', 'company-ca', `--from-file=ca.crt=${join(folder, 'ca.crt')}`)
    await kubectl(
      'create',
      'secret',
      'tls',
      'wildcard',
      `--cert=${join(folder, 'edge.crt')}`,
      `--key=${join(folder, 'edge.key')}`,
    )
  })

  afterAll(async () => {
    for (const server of [ingress, secure, outside]) {
      server?.close()
      server?.closeAllConnections()
    }
    proxy?.close()
    await run('kubectl', ['delete', 'namespace', id, '--wait=true', '--timeout=120s'])
    await rm(folder, { recursive: true, force: true })
  })

  it('makes its secrets, without a certificate, and is admitted under the restricted level', async () => {
    await mustRun('sh', ['base/secrets.sh'], { cwd: output })
    expect(await kubectl('get', 'secret', '--output', 'name')).not.toContain('edge-tls')
    const { code, err } = await run('kubectl', ['apply', '-k', output])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it('becomes ready with images of the mirror, under the user of the platform', async () => {
    await everybodyReady()
    await kubectl('wait', '--for=condition=complete', 'job', '--all', '--timeout=120s')
    const pods = await kubectl(
      'get',
      'pod',
      '--output',
      'jsonpath={range .items[*]}{.spec.containers[*].image}{"\\n"}{end}',
    )
    for (const image of pods.split(/\s/).filter(Boolean)) expect(image).toContain(`${registry}/${mirror}/`)
    expect((await kubectl('exec', 'deployment/api', '--container', 'api', '--', 'id', '-u')).trim()).toBe(
      String(platformUser),
    )
    expect(
      await kubectl('get', 'deployment/api', '--output', 'jsonpath={.spec.template.spec.serviceAccountName}'),
    ).toBe('parcels')
  })

  it('takes a parcel through the edge, which shows the certificate of the site', async () => {
    await openDoor()
    parcel = await until(60, () =>
      askJson<Parcel>(shop, 201, '/v1/parcels', { recipient: 'Ada', contents: 'books', photo }),
    )
    const socket = connect({
      host: shop.address,
      port: shop.port,
      servername: 'parcels.test',
      rejectUnauthorized: false,
    })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerCertificate()
    socket.destroy()
    expect(fingerprint256).toBe(new X509Certificate(await readFile(join(folder, 'edge.crt'))).fingerprint256)
  })

  it('goes out through the proxy, trusts the authority of the site, and stays inside for what is inside', async () => {
    expect(await askFrom('api', 'http://outside.test/hello')).toBe('200 outside\n')
    expect(await askFrom('api', 'https://secure.test/')).toBe('200 secure\n')
    expect(await askFrom('api', 'http://store-0.store:7000/ready')).toMatch(/^200 /)
    // exports of traces fail at any time, because nothing of the name answers
    const hosts = (proxy?.asked ?? []).map((each) => /[a-z0-9-]+(?:\.[a-z0-9-]+)+/.exec(each)?.[0])
    expect(hosts.filter((host) => host !== 'collector.test')).toEqual(['outside.test', 'secure.test'])
  })

  it('keeps the data of every volume when every pod is made anew', async () => {
    const pods = async () =>
      (await kubectl('get', 'pod', '--output', 'jsonpath={range .items[*]}{.metadata.uid} {end}')).split(' ')
    const before = new Set((await pods()).filter(Boolean))
    await kubectl('delete', 'pod', '--selector', 'cost-centre=a1', '--wait=false')
    await until(300, async () => {
      const left = (await pods()).filter((uid) => before.has(uid))
      if (left.length > 0) throw new Error(`still there: ${await kubectl('get', 'pod', '--output', 'wide')}`)
    })
    await everybodyReady()
    await openDoor()
    await until(60, () => askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`))
    expect((await ask(shop, `/v1/parcels/${parcel.id}/photo`)).status).toBe(200)
  })

  it('leaves what the site has, and the data', async () => {
    await mustRun('kubectl', ['delete', '-k', output, '--wait=true', '--timeout=180s'])
    await until(90, async () => {
      const kinds = 'all,configmap,networkpolicy,pdb,ingress,serviceaccount'
      const left = await kubectl('get', kinds, '--selector', 'waybill.dev/product=parcels', '--output', 'name')
      if (left.trim() !== '') throw new Error(`left: ${left}`)
    })
    expect(await kubectl('get', 'secret/wildcard', 'configmap/company-ca', '--output', 'name')).toBe(
      'secret/wildcard\nconfigmap/company-ca\n',
    )
    expect((await kubectl('get', 'pvc', '--output', 'name')).split('\n').filter(Boolean).length).toBe(5)
  })
})
