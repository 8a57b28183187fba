import { randomBytes } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startIngress } from './ingress.ts'
import { type Parcel, type Shop, askJson, photo } from './parcels.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, parcelsInstance, registry, render, temporaryFolder } from './rendering.ts'

// CloudNativePG itself cannot run here: its images cannot be pulled. The test does what its documentation says of it: a
// Secret <name>-app, pods with the label cnpg.io/cluster, a Service <name>-rw that speaks TLS, and a status.

const id = 'parcels-operator'
const crd = 'clusters.postgresql.cnpg.io'

/** As much of the operator's definition as the API server needs to know the kind. */
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: crd },
  spec: {
    group: 'postgresql.cnpg.io',
    names: { kind: 'Cluster', plural: 'clusters', singular: 'cluster' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

interface Cluster {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> }
  readonly spec: {
    readonly instances: number
    readonly storage: { readonly size: string; readonly storageClass?: string }
    readonly bootstrap: { readonly initdb: { readonly database: string; readonly owner: string } }
  }
}

/** What an operator makes of a Cluster; a single server, and no disk. */
function madeFrom({ metadata: { name }, spec }: Cluster, password: string): object[] {
  const { database, owner } = spec.bootstrap.initdb
  const labels = { 'cnpg.io/cluster': name, role: 'primary' }
  const tls = { name: 'tls', mountPath: '/tls' }
  return [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: `${name}-app` }, stringData: { username: owner, password } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${name}-rw` },
      spec: { selector: labels, ports: [{ port: 5432 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-1`, labels },
      spec: {
        terminationGracePeriodSeconds: 1,
        automountServiceAccountToken: false,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 999,
          runAsGroup: 999,
          fsGroup: 999,
          seccompProfile: { type: 'RuntimeDefault' },
        },
        containers: [
          {
            name: 'postgres',
            image: `${registry}/library/postgres:16`,
            args: ['postgres', '-c', 'ssl=on', '-c', 'ssl_cert_file=/tls/tls.crt', '-c', 'ssl_key_file=/tls/tls.key'],
            env: [
              { name: 'POSTGRES_USER', value: owner },
              { name: 'POSTGRES_DB', value: database },
              { name: 'POSTGRES_PASSWORD', valueFrom: { secretKeyRef: { name: `${name}-app`, key: 'password' } } },
              { name: 'PGDATA', value: '/data/pg' },
            ],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            volumeMounts: [
              tls,
              { name: 'data', mountPath: '/data' },
              { name: 'run', mountPath: '/var/run/postgresql' },
            ],
            readinessProbe: {
              exec: { command: ['pg_isready', '-h', '127.0.0.1', '-U', owner] },
              periodSeconds: 1,
            },
          },
        ],
        volumes: [
          { name: 'tls', secret: { secretName: `${name}-server`, defaultMode: 0o640 } },
          { name: 'data', emptyDir: {} },
          { name: 'run', emptyDir: {} },
        ],
      },
    },
  ]
}

describe('Parcels with a Postgres that an operator of the cluster runs', () => {
  const shop: Shop = { address: '127.0.0.1', port: 19451 }
  const password = `p@ss/:%$'"${randomBytes(6).toString('hex')}`
  let folder: string
  let output: string
  let ingress: Server | undefined
  const kubectl = (...args: string[]) => mustRun('kubectl', ['--namespace', id, ...args])
  const script = (env: Readonly<Record<string, string>>, ...args: string[]) =>
    run('dash', ['base/secrets.sh', ...args], { cwd: output, env: { ...process.env, ...env } })

  /** Once: makes what the Cluster asks for, when it is there. */
  async function operate(): Promise<Cluster> {
    const cluster = JSON.parse(
      await until(60, () => kubectl('get', 'clusters.postgresql.cnpg.io', 'db', '-o', 'json')),
    ) as Cluster
    const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
    const subject = ['-subj', '/CN=db-rw', '-days', '1']
    await mustRun('openssl', [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      ...subject,
    ])
    await kubectl('create', 'secret', 'tls', 'db-server', '--cert', certificate, '--key', key)
    const file = join(folder, 'operator.json')
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: madeFrom(cluster, password) }))
    await kubectl('apply', '-f', file)
    await kubectl('wait', '--for=condition=Ready', 'pod', '--selector', 'cnpg.io/cluster=db', '--timeout=120s')
    const status = JSON.stringify({ status: { phase: 'Cluster in healthy state' } })
    await kubectl(
      'patch',
      'clusters.postgresql.cnpg.io',
      'db',
      '--subresource=status',
      '--type=merge',
      '--patch',
      status,
    )
    return cluster
  }

  beforeAll(async () => {
    folder = await temporaryFolder()
    process.env['KUBECONFIG'] = process.env['WAYBILL_TEST_KUBECONFIG']
    const instance = `${parcelsInstance({ id })}dependencies:\n  db: { mode: operator }\n`
    output = await render(parcelsDefinition, instance, 'kubernetes', join(folder, 'out'))
    await mustRun('kubectl', ['create', 'namespace', id])
    await mustRun('kubectl', ['label', 'namespace', id, 'pod-security.kubernetes.io/enforce=restricted'])
  })

  afterAll(async () => {
    ingress?.close()
    ingress?.closeAllConnections()
    await run('kubectl', ['delete', 'namespace', id, '--timeout=120s'])
    await run('kubectl', ['delete', 'crd', crd, '--timeout=60s'])
    await rm(folder, { recursive: true, force: true })
  })

  it('is told when the operator is not installed', async () => {
    expect(await script({})).toMatchObject({ code: 1, err: expect.stringContaining('Are they installed?') })
  })

  it('is told when the operator does nothing', async () => {
    await mustRun('kubectl', ['apply', '-f', '-'], { input: JSON.stringify(definition) })
    await mustRun('kubectl', ['wait', '--for=condition=established', `crd/${crd}`, '--timeout=60s'])
    const { code, err } = await script({ WAYBILL_WAIT: '1' })
    expect(code).toBe(1)
    expect(err).toContain('the Secret db-app is missing')
    expect(err).toContain('an operator of the cluster makes it')
  })

  it('waits for the Secret of the operator and composes from it', async () => {
    await kubectl('delete', 'clusters.postgresql.cnpg.io', 'db')
    // what an admin changes in custom/ is in what is asked at first: some of it cannot change later
    const patch = [{ op: 'add', path: '/spec/storage/storageClass', value: 'fast' }]
    const target = { group: 'postgresql.cnpg.io', kind: 'Cluster', name: 'db' }
    const custom = join(output, 'custom/kustomization.yaml')
    const patches = `patches: ${JSON.stringify([{ target, patch: JSON.stringify(patch) }])}\n`
    await writeFile(custom, `${(await readFile(custom, 'utf8')).replace(/^patches:.*\n/m, '')}${patches}`)
    const [made, cluster] = await Promise.all([script({}), operate()])
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(made.out + made.err).not.toContain(password)
    expect(cluster.spec).toMatchObject({ instances: 2, storage: { size: '10Gi', storageClass: 'fast' } })
    expect(cluster.metadata.labels).toMatchObject({ 'waybill.dev/instance': id, 'waybill.dev/dependency': 'db' })
    expect(await script({}, '--check')).toMatchObject({ code: 0, err: '' })
  })

  it('comes up, and a parcel is kept in it', async () => {
    expect(await run('kubectl', ['apply', '-k', output])).toMatchObject({ code: 0, err: '' })
    await kubectl('rollout', 'status', 'deployment', '--selector', 'waybill.dev/product=parcels', '--timeout', '300s')
    ingress = await startIngress(id, shop.port)
    const body = { recipient: 'Ada', contents: 'books', photo }
    const parcel = await until(60, () => askJson<Parcel>(shop, 201, '/v1/parcels', body))
    const query =
      'select count(*) from pg_stat_ssl join pg_stat_activity using (pid) where ssl and usename = current_user'
    const ask = (sql: string) => kubectl('exec', 'db-1', '--', 'psql', '-U', 'app', '-d', 'app', '-Atc', sql)
    expect((await ask(`select count(*) from parcels where id::text = '${parcel.id}'`)).trim()).toBe('1')
    expect(Number(await ask(query))).toBeGreaterThan(0)
  })

  it.each(['api', 'worker', 'migrate'])(
    'lets %s reach the pods that the operator made, and no other address',
    async (name) => {
      const policy = JSON.parse(await kubectl('get', 'networkpolicy', name, '-o', 'json')) as {
        spec: {
          egress: { to?: { podSelector?: { matchLabels: Record<string, string> } }[]; ports: { port: number }[] }[]
        }
      }
      const [rule, ...more] = policy.spec.egress.filter(({ ports }) => ports.some(({ port }) => port === 5432))
      expect(more).toEqual([])
      const [labels] = Object.entries(rule?.to?.[0]?.podSelector?.matchLabels ?? {})
      expect(rule?.to).toHaveLength(1)
      const selected = await kubectl('get', 'pods', '--selector', labels?.join('=') ?? '', '--output', 'name')
      expect(selected.trim()).toBe('pod/db-1')
    },
  )
})
