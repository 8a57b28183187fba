import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExternalPostgres, startExternalPostgres } from './external-postgres.ts'
import { type Parcel, type Shop, ask, askJson, photo } from './parcels.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, parcelsInstance, render, temporaryFolder } from './rendering.ts'

const hostSeenByContainers = '172.17.0.1'

describe.each([
  { mode: 'bundled', id: 'parcels-e2e', port: 18443 },
  { mode: 'external', id: 'parcels-e2e-ext', port: 18444 },
])('Parcels on Compose with $mode Postgres', ({ mode, id, port }) => {
  const shop: Shop = { address: '127.0.0.1', port }
  let folder: string
  let output: string
  let database: ExternalPostgres | undefined
  let parcel: Parcel
  const env: NodeJS.ProcessEnv = { ...process.env }
  const compose = (...args: string[]) => mustRun('docker', ['compose', ...args], { cwd: output, env })
  const containers = async () => (await compose('ps', '--all', '--quiet')).split('\n').filter(Boolean).sort()

  beforeAll(async () => {
    folder = await temporaryFolder()
    env['WAYBILL_SECRETS'] = join(folder, 'secrets')
    if (mode === 'external') database = await startExternalPostgres(folder, 15432)
    const externalDatabase = database && { externalDatabase: { host: hostSeenByContainers, port: database.port } }
    const site = ['publish: { address: 127.0.0.1, http: 0, https: ' + String(port) + ' }']
    output = await render(
      parcelsDefinition,
      parcelsInstance({ id, site, ...externalDatabase }),
      'compose',
      join(folder, 'out'),
    )
  })

  afterAll(async () => {
    if (output) await run('docker', ['compose', 'down', '--volumes', '--timeout', '5'], { cwd: output, env })
    await database?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('is a silent configuration', async () => {
    const { code, out, err } = await run('docker', ['compose', 'config', '--quiet'], { cwd: output, env })
    expect({ code, out, err }).toEqual({ code: 0, out: '', err: '' })
  })

  it('finds a missing secret before anything starts', async () => {
    const { code } = await run('docker', ['compose', 'up', '--detach', '--wait'], { cwd: output, env })
    expect(code).not.toBe(0)
    expect(await mustRun('docker', ['ps', '--quiet', '--filter', `label=com.docker.compose.project=${id}`])).toBe('')
    await run('docker', ['compose', 'down', '--volumes'], { cwd: output, env })
  })

  it('makes its secrets and comes up', async () => {
    const bring: string[] = []
    if (database) {
      const file = join(folder, 'brought')
      await writeFile(file, database.password)
      bring.push('--from', `db-password=${file}`)
    }
    await mustRun('sh', ['base/secrets.sh', ...bring], { cwd: output, env })
    await compose('up', '--detach', '--wait', '--quiet-pull')
  })

  it('takes a parcel through the edge and gives it back', async () => {
    parcel = await askJson<Parcel>(shop, 201, '/v1/parcels', { recipient: 'Ada', contents: 'books', photo })
    await askJson(shop, 201, `/v1/parcels/${parcel.id}/scans`, { place: 'Utrecht' })
    const read = await until(30, async () => {
      const found = await askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`)
      if (!JSON.stringify(found).includes('Utrecht')) throw new Error(`no scan in ${JSON.stringify(found)}`)
      return found
    })
    expect(read.recipient).toBe('Ada')
    expect((await ask(shop, '/')).text).toContain('<html')
  })

  it('changes nothing on a second up', async () => {
    const before = await containers()
    const { err } = await run('docker', ['compose', 'up', '--detach'], { cwd: output, env })
    expect(err).not.toMatch(/Recreate|Created/)
    expect(await containers()).toEqual(before)
  })

  it('keeps the data of every volume when every container is made anew', async () => {
    await compose('up', '--detach', '--wait', '--force-recreate')
    const read = await until(30, () => askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`))
    expect(JSON.stringify(read)).toContain('Utrecht')
    const picture = await ask(shop, `/v1/parcels/${parcel.id}/photo`)
    expect(picture.status).toBe(200)
    const volumes = (
      await mustRun('docker', ['volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${id}`])
    )
      .split('\n')
      .filter(Boolean)
    expect(volumes.length).toBeGreaterThanOrEqual(mode === 'bundled' ? 5 : 4)
  })

  it('leaves nothing behind', async () => {
    await compose('down', '--volumes', '--timeout', '5')
    const filter = `label=com.docker.compose.project=${id}`
    expect(await mustRun('docker', ['ps', '--all', '--quiet', '--filter', filter])).toBe('')
    expect(await mustRun('docker', ['volume', 'ls', '--quiet', '--filter', filter])).toBe('')
    expect(await mustRun('docker', ['network', 'ls', '--quiet', '--filter', filter])).toBe('')
  })
})
