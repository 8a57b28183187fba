import { readFile, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startIngress } from './ingress.ts'
import { type Parcel, type Shop, ask, askJson, photo } from './parcels.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, parcelsInstance, render, temporaryFolder } from './rendering.ts'

const id = 'helmt-parcels'

describe('Parcels by Helm', () => {
  const shop: Shop = { address: '127.0.0.1', port: 19446 }
  let folder: string
  let output: string
  let ingress: Server | undefined
  let parcel: Parcel
  const kubectl = (...args: string[]) => mustRun('kubectl', ['--namespace', id, ...args])
  const install = () => mustRun('sh', ['base/install.sh', '--wait', '--timeout', '300s'], { cwd: output })
  const openDoor = async () => {
    ingress?.close()
    ingress?.closeAllConnections()
    ingress = await startIngress(id, shop.port)
  }

  beforeAll(async () => {
    folder = await temporaryFolder()
    process.env['KUBECONFIG'] = process.env['WAYBILL_TEST_KUBECONFIG']
    output = await render(parcelsDefinition, parcelsInstance({ id }), 'helm', join(folder, 'out'))
    await mustRun('kubectl', ['create', 'namespace', id])
    await mustRun('kubectl', ['label', 'namespace', id, 'pod-security.kubernetes.io/enforce=restricted'])
  })

  afterAll(async () => {
    ingress?.close()
    ingress?.closeAllConnections()
    await run('kubectl', ['delete', 'namespace', id, '--wait=true', '--timeout=120s'])
    await rm(folder, { recursive: true, force: true })
  })

  it('is taken by the API server as it is', async () => {
    const { instance, chart } = { instance: id, chart: join(output, 'base/chart') }
    const values = ['--values', join(output, 'base/values.yaml')]
    const objects = await mustRun('helm', ['template', instance, chart, '--namespace', id, ...values])
    const file = join(folder, 'objects.yaml')
    await writeFile(file, objects)
    const { code, err } = await run('kubectl', ['apply', '--dry-run=server', '--filename', file])
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  it('makes its secrets, is installed and becomes ready under the restricted level', async () => {
    await mustRun('sh', ['base/secrets.sh'], { cwd: output })
    await install()
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

  it('is upgraded with a value of the customer, and keeps the data', async () => {
    const file = join(output, 'custom/values.yaml')
    await writeFile(
      file,
      `${(await readFile(file, 'utf8')).replace('{}', '')}settings: { site: { logLevel: debug } }\n`,
    )
    await install()
    const level = await kubectl(
      'get',
      'deployment',
      'api',
      '--output',
      'jsonpath={.spec.template.spec.containers[0].env[?(@.name=="LOG_LEVEL")].value}',
    )
    expect(level).toBe('debug')
    await openDoor()
    const read = await until(60, () => askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`))
    expect(JSON.stringify(read)).toContain('Utrecht')
  })

  it('refuses values that the product refuses, and changes nothing', async () => {
    const { code, err } = await run('sh', ['base/install.sh', '--set', 'settings.site.logLevel=loud'], { cwd: output })
    expect(code).not.toBe(0)
    expect(err).toContain('logLevel')
    const history = JSON.parse(
      await mustRun('helm', ['history', id, '--namespace', id, '--output', 'json']),
    ) as object[]
    expect(history.length).toBe(2)
  })

  it('leaves nothing behind but the data and the secrets', async () => {
    await mustRun('sh', ['base/uninstall.sh', '--wait'], { cwd: output })
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
    expect(claims.length).toBe(5)
  })
})
