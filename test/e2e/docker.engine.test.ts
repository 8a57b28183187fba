import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { MiB, area, canonicalJson, constant, cores, cron, estimated, product } from '@waybill/model'
import { docker } from '@waybill/generate/targets'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExternalPostgres, startExternalPostgres } from './external-postgres.ts'
import { type Parcel, type Shop, ask, askJson, photo } from './parcels.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, parcelsInstance, registry, render, temporaryFolder } from './rendering.ts'

const hostSeenByContainers = '172.17.0.1'

describe.each([
  { mode: 'bundled', id: 'dockr-e2e', port: 18453 },
  { mode: 'external', id: 'dockr-e2e-ext', port: 18454 },
])('Parcels on Docker alone with $mode Postgres', ({ mode, id, port }) => {
  const shop: Shop = { address: '127.0.0.1', port }
  let folder: string
  let output: string
  let database: ExternalPostgres | undefined
  let parcel: Parcel
  const env: NodeJS.ProcessEnv = { ...process.env }
  const script = (...words: string[]) => run('dash', words, { cwd: output, env })
  const mustScript = (...words: string[]) => mustRun('dash', words, { cwd: output, env })
  const labelled = ['--filter', `label=waybill.dev/instance=${id}`]
  const lines = async (...words: string[]) => (await mustRun('docker', words)).split('\n').filter(Boolean).sort()
  const containers = () => lines('ps', '--all', '--no-trunc', '--format', '{{.Names}} {{.ID}} {{.State}}', ...labelled)
  const names = async () => (await containers()).map((line) => line.split(' ')[0])

  const renderFor = (users: number) => {
    const externalDatabase = database && { externalDatabase: { host: hostSeenByContainers, port: database.port } }
    const site = ['publish: { address: 127.0.0.1, http: 0, https: ' + String(port) + ' }']
    const instance = parcelsInstance({ id, site, ...externalDatabase }).replace('users: 100', `users: ${users}`)
    return render(parcelsDefinition, instance, 'docker', join(folder, 'out'))
  }

  beforeAll(async () => {
    folder = await temporaryFolder()
    env['WAYBILL_SECRETS'] = join(folder, 'secrets')
    if (mode === 'external') database = await startExternalPostgres(folder, 15433)
    output = await renderFor(100)
  })

  afterAll(async () => {
    if (output) await script('down.sh', '--volumes', '--yes')
    await database?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('finds every missing secret before anything starts', async () => {
    const { code, err } = await script('up.sh')
    expect(code).toBe(1)
    expect(err).toMatch(/secrets are missing:\n(?: {2}\/.* \(for .*\)\n)+Make them with: sh base\/secrets\.sh/)
    expect(await containers()).toEqual([])
    expect(await lines('volume', 'ls', '--quiet', ...labelled)).toEqual([])
  })

  it('makes its secrets', async () => {
    const bring: string[] = []
    if (database) {
      const file = join(folder, 'brought')
      await writeFile(file, database.password)
      bring.push('--from', `db-password=${file}`)
    }
    await mustScript('base/secrets.sh', ...bring)
  })

  it.each(['network to-web: made', 'volume scans-0: made', 'cache 1: made', 'migrate 1: made', 'api 1: made'])(
    'takes over the lock of a run that is killed at: %s',
    async (line) => {
      const first = spawn('dash', ['up.sh'], { cwd: output, env, stdio: ['ignore', 'pipe', 'ignore'] })
      await new Promise<void>((resolve, reject) => {
        let said = ''
        first.stdout.on('data', (text: Buffer) => {
          said += text.toString()
          if (said.includes(line)) resolve()
        })
        first.on('close', () => reject(new Error(`ended before it said "${line}":\n${said}`)))
      })
      first.kill('SIGKILL')
      expect(await names()).toContain(`${id}-lock`)
    },
  )

  it('comes up in the end', async () => {
    expect(await mustScript('up.sh')).toContain('Everything runs.')
    const ended = (await containers()).filter((line) => !line.endsWith(' running')).map((line) => line.split(' ')[0])
    expect(ended).toEqual([`${id}-migrate-1`, `${id}-pictures-data-owner-1`])
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
    expect(await mustScript('up.sh')).toBe('Everything runs; nothing was changed.\n')
    expect(await containers()).toEqual(before)
  })

  it('starts what was stopped, and leaves the rest alone', async () => {
    const before = await containers()
    await mustRun('docker', ['stop', `${id}-web-1`])
    expect(await mustScript('up.sh')).toContain('web 1: started again')
    expect(await containers()).toEqual(before)
  })

  it('scales up and down again, and leaves no orphan but the volumes', async () => {
    const before = await names()
    output = await renderFor(2000)
    await mustScript('up.sh')
    const more = await names()
    expect(more).toEqual(expect.arrayContaining([...before, `${id}-api-2`, `${id}-store-2-1`]))
    output = await renderFor(100)
    expect((await script('up.sh')).err).toContain(`${id}-api-2: removed, because it is no longer declared`)
    expect(await names()).toEqual(before)
    expect(await lines('volume', 'ls', '--quiet', ...labelled)).toContain(`${id}_scans-2`)
  })

  it('adds the arguments of the customer, to one service only', async () => {
    const before = await containers()
    const custom = join(output, 'custom/arguments.sh')
    const written = await readFile(custom, 'utf8')
    const value = `it's "two"\n$lines `
    await writeFile(custom, `${written}\ncontainer_arguments() { [ "$1" != web ] || add "--env=CUSTOM=$custom"; }\n`)
    await mustRun('dash', ['up.sh'], { cwd: output, env: { ...env, custom: value } })
    const format = '{{range .Config.Env}}{{json .}}{{"\\n"}}{{end}}'
    const variables = await lines('container', 'inspect', '--format', format, `${id}-web-1`)
    expect(variables.map((line) => JSON.parse(line) as string)).toContain(`CUSTOM=${value}`)
    const rest = (all: readonly string[]) => all.filter((line) => !line.startsWith(`${id}-web-`))
    expect(rest(await containers())).toEqual(rest(before))
    await writeFile(custom, written)
    await mustScript('up.sh')
  })

  it('checks the exit code of a one-shot, and shows what it said', async () => {
    const custom = join(output, 'custom/arguments.sh')
    const written = await readFile(custom, 'utf8')
    await writeFile(custom, `container_arguments() { [ "$1" != migrate ] || add --entrypoint=ls; }\n`)
    const { code, err } = await script('up.sh')
    expect(code).toBe(1)
    expect(err).toMatch(/-migrate-1 has ended: exited [12]\. Its last lines:\n(?: {2}\| .*\n)* {2}\| .*No such file/)
    await writeFile(custom, written)
    expect(await mustScript('up.sh')).toContain('migrate 1: made anew')
  })

  it('names every image that is neither here nor in its registry, before anything is changed', async () => {
    const before = await containers()
    const file = join(output, 'base/services/web.sh')
    const written = await readFile(file, 'utf8')
    await writeFile(file, written.replace(/^( {2}-- \S+):\S+/m, '$1:none-such'))
    const { code, err } = await script('up.sh')
    expect(code).toBe(1)
    expect(err).toMatch(/neither here nor can be pulled:\n {2}\S+\/parcels\/web:none-such\n/)
    expect(await containers()).toEqual(before)
    await writeFile(file, written)
  })

  it('shows why a service does not become healthy', async () => {
    const file = join(output, 'base/services/web.sh')
    const written = await readFile(file, 'utf8')
    const ill = written
      .replace(/--health-start-period=\w+/, '--health-start-period=1s')
      .replace(/--health-interval=\w+/, '--health-interval=1s')
      .replace(/--label=waybill\.dev\/healthy-within=\d+/, '--label=waybill.dev/healthy-within=5')
      .replace(/--health-cmd=.*/, `--health-cmd='echo it is ill; exit 1' \\`)
    await writeFile(file, ill)
    const { code, err } = await script('up.sh')
    expect(code).toBe(1)
    expect(err).toContain(`${id}-web-1 is not healthy after 5 seconds`)
    expect(err).toContain('it is ill')
    await writeFile(file, written)
    await mustScript('up.sh')
  })

  it('keeps the data when every container is made anew, and refuses a second run meanwhile', async () => {
    const before = await containers()
    const recreating = spawn('dash', ['up.sh', '--recreate'], {
      cwd: output,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(recreating, 'close')
    await once(recreating.stdout, 'data')
    const second = await script('up.sh')
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('another run is under way') })
    recreating.stdout.resume()
    expect(await ended).toEqual([0, null])
    const after = await containers()
    expect(after.map((line) => line.split(' ')[0])).toEqual(before.map((line) => line.split(' ')[0]))
    expect(after.filter((line) => before.includes(line))).toEqual([])
    const read = await until(30, () => askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`))
    expect(JSON.stringify(read)).toContain('Utrecht')
    expect((await ask(shop, `/v1/parcels/${parcel.id}/photo`)).status).toBe(200)
  })

  it('goes over to Compose and back with its data', async () => {
    await mustScript('down.sh')
    expect(await containers()).toEqual([])
    const instance = await readFile(join(folder, 'out/instance.yaml'), 'utf8')
    const other = await render(parcelsDefinition, instance, 'compose', join(folder, 'out'))
    const compose = (...words: string[]) => run('docker', ['compose', ...words], { cwd: other, env })
    try {
      const up = await compose('up', '--detach', '--wait', '--quiet-pull')
      expect(up).toMatchObject({ code: 0, err: expect.not.stringContaining('was not created by Docker Compose') })
      const read = await until(30, () => askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`))
      expect(JSON.stringify(read)).toContain('Utrecht')
      expect(await script('up.sh')).toMatchObject({
        code: 1,
        err: expect.stringContaining('runs under Docker Compose'),
      })
    } finally {
      await compose('down', '--timeout', '5')
    }
    await mustScript('up.sh')
    const read = await until(30, () => askJson<Parcel>(shop, 200, `/v1/parcels/${parcel.id}`))
    expect(JSON.stringify(read)).toContain('Utrecht')
  })

  it('says which port is taken by a program beside Docker', async () => {
    await mustScript('down.sh')
    const holder = createServer().listen(port, '127.0.0.1')
    await once(holder, 'listening')
    const { code, err } = await script('up.sh')
    holder.close()
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('A port that it publishes is taken') })
  })

  it('says what is lost, and leaves nothing behind', async () => {
    const { code, err } = await script('down.sh', '--volumes')
    expect(code).toBe(0)
    expect(err).toContain(`  ${id}_scans-0 (`)
    expect(await containers()).toEqual([])
    expect(await lines('volume', 'ls', '--quiet', ...labelled)).toEqual([])
    expect(await lines('network', 'ls', '--quiet', ...labelled)).toEqual([])
  })
})

describe('a service that runs at times', () => {
  const id = 'dockr-e2e-cron'
  const core = area('core', 'Core')
  const guess = estimated('a test')
  const nightly = cron('nightly', { does: 'Says what it was told', area: core })
  const awkward = `it's "$HOME"\n%s`
  const definition = product('tasks', {
    version: '1.0.0',
    title: 'Tasks',
    services: [
      nightly.runs({
        image: 'parcels/api:1.0.0',
        schedule: '15 3 * * *',
        command: ['node', '-e', 'console.log(JSON.stringify(process.env.TOLD)); process.exit(7)'],
        env: { TOLD: awkward },
        size: { cpu: constant(cores(0.5), guess), memory: constant(MiB(128), guess) },
      }),
    ],
    targets: [docker()],
  })
  let folder: string
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('is left alone by up, runs when it is told to, and ends with its exit code and nothing left', async () => {
    folder = await temporaryFolder()
    await writeFile(join(folder, 'product.json'), canonicalJson(definition))
    const instance = `schema: 1\nid: ${id}\nproduct: tasks\nsite: { registry: '${registry}' }\n`
    const cwd = await render(join(folder, 'product.json'), instance, 'docker', join(folder, 'out'))
    const env = { ...process.env, WAYBILL_SECRETS: join(folder, 'secrets') }
    const left = () => mustRun('docker', ['ps', '--all', '--quiet', '--filter', `label=waybill.dev/instance=${id}`])
    expect(await mustRun('dash', ['up.sh'], { cwd, env })).toBe('Everything runs; nothing was changed.\n')
    expect(await left()).toBe('')
    expect(await run('dash', ['run.sh', 'nightly'], { cwd, env })).toEqual({
      code: 7,
      out: `${JSON.stringify(awkward)}\n`,
      err: '',
    })
    expect(await left()).toBe('')
    expect((await run('dash', ['run.sh', 'nightyl'], { cwd, env })).err).toBe('run.sh: which task? One of: nightly\n')
  })
})
