import { rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Watcher, watchConnections } from './connections.ts'
import { type ExternalPostgres, startExternalPostgres } from './external-postgres.ts'
import { startIngress } from './ingress.ts'
import { type Parcel, type Shop, ask, askJson, photo } from './parcels.ts'
import { declaredConnections, parcelsDeployment, permittedConnections, possibleConnections } from './policies.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, parcelsInstance, render, temporaryFolder } from './rendering.ts'

const hostSeenByPods = '10.88.0.1'
const bridge = 'lab0'

/** Declared connections that a run of these tests never opens, each with its reason. */
const neverSeen: Readonly<Record<string, string>> = {}

describe.each([
  { mode: 'bundled', id: 'parcels-k8s', port: 19443 },
  { mode: 'external', id: 'parcels-k8s-ext', port: 19444 },
])('Parcels on Kubernetes with $mode Postgres', ({ mode, id, port }) => {
  const shop: Shop = { address: '127.0.0.1', port }
  let folder: string
  let output: string
  let database: ExternalPostgres | undefined
  let ingress: Server | undefined
  let watcher: Watcher
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
    ingress = await startIngress(id, port)
  }

  beforeAll(async () => {
    folder = await temporaryFolder()
    process.env['KUBECONFIG'] = process.env['WAYBILL_TEST_KUBECONFIG']
    if (mode === 'external') database = await startExternalPostgres(folder, 15433)
    const externalDatabase = database && { externalDatabase: { host: hostSeenByPods, port: database.port } }
    output = await render(
      parcelsDefinition,
      parcelsInstance({ id, ...externalDatabase }),
      'kubernetes',
      join(folder, 'out'),
    )
    await mustRun('kubectl', ['create', 'namespace', id])
    await mustRun('kubectl', ['label', 'namespace', id, 'pod-security.kubernetes.io/enforce=restricted'])
    watcher = watchConnections(id, bridge)
  })

  afterAll(async () => {
    watcher?.stop()
    ingress?.close()
    ingress?.closeAllConnections()
    await run('kubectl', ['delete', 'namespace', id, '--wait=true', '--timeout=120s'])
    await database?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('makes its secrets and is admitted under the restricted level', async () => {
    const bring: string[] = []
    if (database) {
      const file = join(folder, 'brought')
      await writeFile(file, database.password)
      bring.push('--from', `db-password=${file}`)
    }
    await mustRun('sh', ['base/secrets.sh', ...bring], { cwd: output })
    const { code, out, err } = await run('kubectl', ['apply', '-k', output])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('deployment.apps/api created')
  })

  it('becomes ready in the declared order', async () => {
    await everybodyReady()
    await kubectl('wait', '--for=condition=complete', 'job', '--all', '--timeout=120s')
  })

  it('takes a parcel through the edge and gives it back', async () => {
    await openDoor()
    parcel = await until(60, () =>
      askJson<Parcel>(shop, 201, '/v1/parcels', { recipient: 'Ada', contents: 'books', photo }),
    )
    await askJson(shop, 201, `/v1/parcels/${parcel.id}/scans`, { place: 'Utrecht' })
    await until(60, async () => {
      const text = JSON.stringify(await askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`))
      if (!text.includes('Utrecht')) throw new Error(`no scan in ${text}`)
    })
    expect((await ask(shop, '/')).text).toContain('<html')
  })

  it('changes nothing on a second apply', async () => {
    const generations = () =>
      kubectl(
        'get',
        'deploy,sts,job,pdb,ingress,networkpolicy',
        '--output',
        'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.generation}{"\\n"}{end}',
      )
    const before = await generations()
    const out = await mustRun('kubectl', ['apply', '-k', output])
    // kubectl replaces the selector of a disruption budget by itself each time, and says so
    const changed = out
      .split('\n')
      .filter((line) => line !== '' && !line.endsWith(' unchanged') && !line.startsWith('poddisruptionbudget'))
    expect(changed).toEqual([])
    expect(await generations()).toBe(before)
  })

  it('keeps the data of every volume when every pod is made anew', async () => {
    const pods = async () =>
      (await kubectl('get', 'pod', '--output', 'jsonpath={range .items[*]}{.metadata.uid} {end}')).split(' ')
    const before = new Set((await pods()).filter(Boolean))
    // watched by the pods' own ids: a replica of a StatefulSet comes back under the name of the one that goes
    await kubectl('delete', 'pod', '--selector', 'waybill.dev/product=parcels', '--wait=false')
    await until(300, async () => {
      const left = (await pods()).filter((uid) => before.has(uid))
      if (left.length > 0) throw new Error(`still there: ${await kubectl('get', 'pod', '--output', 'wide')}`)
    })
    await everybodyReady()
    await openDoor()
    const read = await until(60, () => askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`))
    expect(JSON.stringify(read)).toContain('Utrecht')
    expect((await ask(shop, `/v1/parcels/${parcel.id}/photo`)).status).toBe(200)
  })

  it('lets through what it declares and nothing else, and that is what really happens', async () => {
    const deployment = await parcelsDeployment(join(folder, 'out/instance.yaml'))
    const { edges, waits } = declaredConnections(deployment)
    const permitted = await permittedConnections(output, deployment, possibleConnections(deployment))
    expect([...permitted].sort()).toEqual([...new Set([...edges, ...waits])].sort())
    const seen = await watcher.seen()
    expect([...seen].filter((connection) => !permitted.has(connection))).toEqual([])
    expect(edges.filter((connection) => !seen.has(connection) && neverSeen[connection] === undefined)).toEqual([])
  })

  it('leaves nothing behind but the data, which goes when the admin says so', async () => {
    await mustRun('kubectl', ['delete', '-k', output, '--wait=true', '--timeout=180s'])
    await until(90, async () => {
      const left = await kubectl(
        'get',
        'all,configmap,networkpolicy,pdb,ingress',
        '--selector',
        'waybill.dev/product=parcels',
        '--output',
        'name',
      )
      if (left.trim() !== '') throw new Error(`left: ${left}`)
    })
    const claims = (await kubectl('get', 'pvc', '--output', 'name')).split('\n').filter(Boolean)
    expect(claims.length).toBe(mode === 'bundled' ? 5 : 4)
    await kubectl('delete', 'pvc', '--all')
    await kubectl('delete', 'secret', '--selector', 'waybill.dev/product=parcels')
    expect((await kubectl('get', 'pvc,secret', '--output', 'name')).trim()).toBe('')
  })
})
