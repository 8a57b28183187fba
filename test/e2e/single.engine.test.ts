import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExternalPostgres, startExternalPostgres } from './external-postgres.ts'
import { type Parcel, type Shop, ask, askJson, photo } from './parcels.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, parcelsInstance, render, temporaryFolder } from './rendering.ts'

const lines = (text: string): string[] => text.split('\n').filter(Boolean)

describe.each([
  { mode: 'bundled', id: 'single-e2e', port: 18451, database: 15451 },
  { mode: 'external', id: 'single-e2e-ext', port: 18452, database: 15452 },
])('Parcels in one container with $mode Postgres', ({ mode, id, port, database: databasePort }) => {
  const shop: Shop = { address: '127.0.0.1', port }
  const container = `${id}-single`
  const site = [`publish: { address: 127.0.0.1, http: 0, https: ${port} }`]
  const env: NodeJS.ProcessEnv = { ...process.env }
  const type = (command: string) => mustRun('sh', ['-c', command], { cwd: output, env })
  const inspect = async (format: string) =>
    (await mustRun('docker', ['container', 'inspect', '--format', format, container])).trim()
  const volumes = async () =>
    lines(await mustRun('docker', ['volume', 'ls', '--quiet', '--filter', `label=waybill.dev/instance=${id}`]))
  let folder: string
  let output: string
  let instance: string
  let compose: string | undefined
  let database: ExternalPostgres | undefined
  let parcel: Parcel

  beforeAll(async () => {
    folder = await temporaryFolder()
    env['WAYBILL_SECRETS'] = join(folder, 'secrets')
    if (mode === 'external') database = await startExternalPostgres(folder, databasePort)
    const externalDatabase = database && { externalDatabase: { host: '172.17.0.1', port: database.port } }
    instance = parcelsInstance({ id, site, ...externalDatabase })
    output = await render(parcelsDefinition, instance, 'single', join(folder, 'out'))
  })

  afterAll(async () => {
    if (output) {
      await run('sh', ['base/down.sh', '--volumes'], { cwd: output, env })
      if (compose) await run('docker', ['compose', 'down', '--volumes', '--timeout', '5'], { cwd: compose, env })
    }
    await database?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('finds a missing secret before anything is built or started', async () => {
    const { code, err } = await run('sh', ['base/up.sh'], { cwd: output, env })
    expect(code).toBe(1)
    expect(err).toContain('secrets.sh')
    expect(await mustRun('docker', ['ps', '--all', '--quiet', '--filter', `name=${container}`])).toBe('')
    expect(await volumes()).toEqual([])
  })

  it('is built, comes up and says that it is a demo', async () => {
    const bring: string[] = []
    if (database) {
      const file = join(folder, 'brought')
      await writeFile(file, database.password)
      bring.push('--from', `db-password=${file}`)
    }
    await mustRun('sh', ['base/secrets.sh', ...bring], { cwd: output, env })
    expect(await type('sh base/up.sh')).toContain('for demos only')
    expect(await inspect('{{.State.Health.Status}}')).toBe('healthy')
    expect(await mustRun('docker', ['logs', container])).toContain('for demos only')
    const page = await ask(shop, '/waybill-demo')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Move to Compose')
  })

  it('has no secret in the image', async () => {
    const image = await inspect('{{.Image}}')
    const secrets = lines(await mustRun('sh', ['-c', 'cat "$WAYBILL_SECRETS"/*-v1/value'], { env }))
    expect(secrets.length).toBeGreaterThan(0)
    const search = ['run', '--rm', '--network', 'none', '--entrypoint', 'grep', image]
    const patterns = secrets.flatMap((secret) => ['--regexp', secret])
    const { code, out } = await run('docker', [
      ...search,
      '-rlF',
      ...patterns,
      '/waybill',
      '/services/edge/etc',
      '/run',
    ])
    expect({ code, out }).toEqual({ code: 1, out: '' })
  })

  it('runs every service as its own user without rights', async () => {
    const script = `for each in /proc/[0-9]*/status; do awk '/^Name|^Uid|^CapEff|^NoNewPrivs/ { printf "%s ", $2 } END { print "" }' "$each"; done`
    const processes = lines(await mustRun('docker', ['exec', container, 'sh', '-c', script])).map((line) =>
      line.split(' '),
    )
    const services = processes.filter(([, uid]) => uid !== '0')
    expect(services.length).toBeGreaterThanOrEqual(7)
    for (const [, , rights, noNew] of services) expect([Number.parseInt(rights ?? '', 16), noNew]).toEqual([0, '1'])
  })

  it('takes a parcel with a photo through the edge and gives it back', async () => {
    parcel = await askJson<Parcel>(shop, 201, '/v1/parcels', { recipient: 'Ada', contents: 'books', photo })
    await askJson(shop, 201, `/v1/parcels/${parcel.id}/scans`, { place: 'Utrecht' })
    await until(30, async () => {
      const found = await askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`)
      if (!JSON.stringify(found).includes('Utrecht')) throw new Error(`no scan in ${JSON.stringify(found)}`)
    })
    expect((await ask(shop, `/v1/parcels/${parcel.id}/photo`)).status).toBe(200)
    expect((await ask(shop, '/')).text).toContain('<html')
  })

  it('changes nothing on a second up', async () => {
    const before = await inspect('{{.Id}}')
    await type('sh base/up.sh')
    expect(await inspect('{{.Id}}')).toBe(before)
  })

  it('ends in order when it is stopped, and keeps its data', async () => {
    await mustRun('docker', ['stop', container])
    expect(await inspect('{{.State.ExitCode}} {{.State.OOMKilled}}')).toBe('0 false')
    const log = await mustRun('docker', ['logs', container])
    for (const service of ['api', 'worker', 'store']) {
      expect(log).toMatch(new RegExp(`"service":"${service}".*"msg":"ended"`))
    }
    if (!database) expect(log.slice(log.lastIndexOf('"msg":"ended"'))).toContain('database system is shut down')
    await mustRun('docker', ['start', container])
    await keepsTheParcel(120)
  })

  it('starts what ends again', async () => {
    const search = `for each in /proc/[0-9]*; do
      case $(tr '\\0' ' ' 2>/dev/null <"$each/cmdline") in 'node src/web.ts'*) echo "\${each#/proc/}" ;; esac
    done`
    const pid = async () => (await mustRun('docker', ['exec', container, 'sh', '-c', search])).trim()
    const before = await until(60, async () => {
      const now = await pid()
      if (!/^\d+$/.test(now)) throw new Error('web does not run')
      return now
    })
    await mustRun('docker', ['exec', container, 'sh', '-c', `kill -KILL ${before}`])
    await until(60, async () => {
      const now = await pid()
      if (now === '' || now === before) throw new Error('web does not run again')
    })
    await until(60, async () => expect((await ask(shop, '/')).text).toContain('<html'))
  })

  it('moves to Compose with its data and secrets', async () => {
    compose = await render(parcelsDefinition, instance, 'compose', join(folder, 'out'))
    await type('sh base/down.sh')
    await mustRun('sh', ['base/secrets.sh'], { cwd: compose, env })
    const up = await run('docker', ['compose', 'up', '--detach', '--wait', '--quiet-pull'], { cwd: compose, env })
    expect({ code: up.code, warned: /.*already exists.*/.exec(up.err)?.[0] }).toEqual({ code: 0, warned: undefined })
    await keepsTheParcel(60)
    await mustRun('docker', ['compose', 'down', '--timeout', '5'], { cwd: compose, env })
  })

  it('leaves nothing behind', async () => {
    expect((await volumes()).length).toBeGreaterThan(3)
    await type('sh base/down.sh --volumes')
    expect(await volumes()).toEqual([])
    const filter = `label=waybill.dev/instance=${id}`
    for (const kind of ['container', 'network', 'image']) {
      const all = kind === 'container' ? ['--all'] : []
      expect(await mustRun('docker', [kind, 'ls', ...all, '--quiet', '--filter', filter])).toBe('')
    }
  })

  async function keepsTheParcel(seconds: number): Promise<void> {
    await until(seconds, async () => {
      const found = await askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`)
      expect(JSON.stringify(found)).toContain('Utrecht')
      expect((await ask(shop, `/v1/parcels/${parcel.id}/photo`)).status).toBe(200)
    })
  }
})
