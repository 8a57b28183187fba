import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Deployment } from '@waybill/model'
import { deployment, parcels, service } from '../../containers/fixtures/parcels.ts'
import type { OutputFile, Rendered } from '../../target.ts'
import { docker } from './index.ts'

const textOf = (file: OutputFile | undefined): string => (file && 'text' in file.content ? file.content.text : '')
const fileOf = ({ files }: Rendered, path: string): string => textOf(files.find((file) => file.path === path))
const serviceFile = (rendered: Rendered, name: string): string => fileOf(rendered, `base/services/${name}.sh`)
const only = (one: Parameters<typeof service>[1], more: Parameters<typeof deployment>[0] = {}) =>
  docker.render(deployment({ services: [service('api', one)], ...more }), {})
const lossesOf = ({ losses }: Rendered) => losses.map(({ loss, at, severity }) => `${severity} ${loss} ${at}`)

describe('the output for one of everything', () => {
  const rendered = docker.render(parcels, {})
  // what this script is made of is tested where it is made
  const golden = rendered.files
    .filter(({ path }) => path !== 'base/secrets.sh')
    .map((file) => [file.path, file] as const)

  test.each(golden)('%s', async (path, file) => {
    await expect(textOf(file)).toMatchFileSnapshot(`fixtures/parcels/${path}`)
  })

  test('loses what plain Docker cannot do', async () => {
    await expect(`${JSON.stringify(rendered.losses, null, 2)}\n`).toMatchFileSnapshot('fixtures/parcels/losses.json')
    expect(rendered.problems).toEqual([])
  })

  test('reads back as neutral facts', async () => {
    const observed = docker.observe(rendered, parcels)
    await expect(`${JSON.stringify(observed, null, 2)}\n`).toMatchFileSnapshot('fixtures/parcels/observation.json')
  })

  test('comes out the same again', () => {
    expect(docker.render(structuredClone(parcels), {})).toEqual(rendered)
  })

  test('labels every container with its instance, and as one of ours', () => {
    for (const file of rendered.files.filter(({ path }) => path.startsWith('base/services/'))) {
      const blocks = textOf(file).match(/^(?:container|job|task) /gm) ?? []
      for (const label of [
        'waybill.dev/instance=parcels-one',
        'waybill.dev/product=parcels',
        'waybill.dev/target=docker',
      ])
        expect(textOf(file).split(`--label=${label} \\\n`).length - 1).toBe(blocks.length)
    }
  })
})

describe('the scripts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'docker-target-'))
  const products = { parcels, nobody: only({ replicas: 0 }), many: only({ replicas: 3 }) }
  const outputs = Object.entries(products).map(([name, product]) => ({
    name,
    files: ('files' in product ? product : docker.render(product, {})).files,
  }))

  beforeAll(() => {
    for (const { name, files } of outputs) {
      for (const file of files) {
        const path = join(folder, name, file.path)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, textOf(file))
      }
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const scriptsOf = (files: readonly OutputFile[]) =>
    files.map(({ path }) => path).filter((path) => path.endsWith('.sh'))

  test.for(outputs)('have nothing that shellcheck finds: $name', ({ name, files }, { skip }) => {
    skip(spawnSync('shellcheck', ['--version']).status !== 0, 'shellcheck is not installed')
    const { stdout, stderr, status } = spawnSync('shellcheck', scriptsOf(files), {
      cwd: join(folder, name),
      encoding: 'utf8',
    })
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 })
  })

  test.for([['dash'], ['bash', '--posix'], ['busybox', 'sh']])('are read by %j', ([shell = '', ...words], { skip }) => {
    skip(spawnSync(shell, [...words, '-c', ':']).status !== 0, `${shell} is not installed`)
    for (const script of outputs.flatMap(({ name, files }) => scriptsOf(files).map((path) => join(name, path)))) {
      const { stderr, status } = spawnSync(shell, [...words, '-n', script], { cwd: folder, encoding: 'utf8' })
      expect({ script, stderr, status }).toEqual({ script, stderr: '', status: 0 })
    }
  })

  test.each(['up.sh', 'down.sh'])('%s tells how it is used, and what it does not know', (script) => {
    const cwd = join(folder, 'parcels')
    expect(spawnSync('sh', [script, '--help'], { cwd, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(script),
    })
    expect(spawnSync('sh', [script, '--hlep'], { cwd, encoding: 'utf8' })).toMatchObject({
      status: 2,
      stderr: `${script}: "--hlep" is not an option. See --help.\n`,
    })
  })
})

describe('the library', () => {
  const volumes = [
    { id: 'data', holds: 'x', data: 'disposable', size: 1, shared: false, class: 'standard' },
  ] satisfies Deployment['volumes']
  const claimed = docker.render(
    deployment({
      services: [service('api', { mounts: [{ path: '/data', volume: 'data', readOnly: false }] })],
      volumes,
      site: { claims: { data: 'theirs' } },
    }),
    {},
  )
  const library = (rendered: Rendered) =>
    `${fileOf(rendered, 'base/library.sh')}\n${fileOf(rendered, 'base/instance.sh')}`
  const shell = (rendered: Rendered, script: string) =>
    spawnSync('sh', ['-euc', `${library(rendered)}\n${script}`], {
      encoding: 'utf8',
    })

  test('names volumes of the site that are not there, before anything starts', () => {
    const check =
      'program=up.sh mode=check unclaimed=""\ndocker() { [ "$3" != theirs ]; }\ndeclare_volumes\nprintf %s "$unclaimed"'
    expect(shell(claimed, check)).toMatchObject({ stdout: '\n  theirs', stderr: '', status: 0 })
    expect(shell(claimed, check.replace('!=', '='))).toMatchObject({ stdout: '', stderr: '', status: 0 })
  })

  test.each([
    ['127.0.0.2:18143:143/tcp', '[127.0.0.1]:18143 143/tcp /other other', ''],
    ['127.0.0.1:18143:143/tcp', '[127.0.0.1]:18143 143/tcp /other other', 'other'],
    ['127.0.0.1:18143:143/tcp', '[127.0.0.1]:18143 143/tcp /mine parcels-one', ''],
    ['127.0.0.1:18143:143/tcp', '[127.0.0.1]:18143 143/udp /other other', ''],
    ['127.0.0.1:18143:143/tcp', '[127.0.0.1]:18144 143/tcp /other other', ''],
    ['127.0.0.2:18143:143/tcp', '[0.0.0.0]:18143 143/tcp /other', 'other'],
    ['127.0.0.2:18143:143/tcp', '[::]:18143 143/tcp /other other', 'other'],
    ['[::1]:18143:143/tcp', '[::1]:18143 143/tcp /other other', 'other'],
    ['18143:143/tcp', '[127.0.0.1]:18143 143/tcp /other other', 'other'],
    ['0.0.0.0:18143:143/tcp', '[127.0.0.1]:18143 143/tcp /other other', 'other'],
  ])('holds %s against a container at %s', (ours, theirs, holder) => {
    const check = `taken='' unit=api
docker() { case $1 in ps) echo 1 ;; *) echo '${theirs}' ;; esac; }
check_port ${ours}
printf %s "$taken"`
    expect(shell(claimed, check)).toMatchObject({
      stdout: holder && `\n  18143 (for api) belongs to the container ${holder}`,
      stderr: '',
      status: 0,
    })
  })

  test('asks for the folder of the secrets where nobody has a home', () => {
    expect(
      spawnSync('sh', ['-euc', `unset HOME\n${library(claimed)}\nbegin up.sh`], {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] },
      }),
    ).toMatchObject({
      stderr: 'up.sh: HOME is not set: say where the secrets are with WAYBILL_SECRETS=FOLDER\n',
      status: 1,
    })
  })

  test('lets containers read a configuration file that was copied under a strict umask', () => {
    const folder = mkdtempSync(join(tmpdir(), 'docker-strict-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'strict')
    writeFileSync(file, 'x', { mode: 0o600 })
    expect(
      shell(claimed, `base=${folder} secrets=/s unit=api\ncheck_file "$base/strict"\nls -l "$base/strict"`).stdout,
    ).toMatch(/^-rw-r--r--/)
  })

  test('finds the file of a mount whose path inside has a quote', () => {
    const files = [{ path: '/a "b" c', content: 'x' }]
    const rendered = only({ files })
    const seen = `mode=check base=/b secrets=/s images='' containers=''
check_file() { printf '%s\\n' "$1"; }
${fileOf(rendered, 'base/services/api.sh')}`
    expect(shell(rendered, seen)).toMatchObject({
      stdout: expect.stringMatching(/^\/b\/files\/api\/[0-9a-f]+-a__b__c\n$/),
      status: 0,
    })
  })
})

describe('a container', () => {
  test('has its first word as the entry point', () => {
    const api = serviceFile(only({ command: ['serve', '$X'], args: ['y'] }), 'api')
    expect(api).toContain(
      "  --entrypoint=serve \\\n  -- registry.example:5000/lab/debian:bookworm \\\n  '$X' \\\n  y\n",
    )
  })

  test('keeps the entry point of the image when only arguments are given', () => {
    expect(serviceFile(only({ args: ['serve'] }), 'api')).not.toContain('--entrypoint')
    expect(lossesOf(only({ args: [] }))).toEqual(['degraded args.empty services/api/args'])
  })

  test('is one of several with the same definition, or one by one where each is told which it is', () => {
    expect(serviceFile(only({ replicas: 3 }), 'api')).toContain(
      'for replica in 1 2 3; do\n  container api "${replica}" \\\n',
    )
    const env = (['replicaName', 'replicaIndex'] as const).map((fact) => ({
      name: fact,
      value: { op: 'runtime', fact } as const,
    }))
    const told = only({ replicas: 2, env, files: [{ path: '/me', content: { op: 'runtime', fact: 'replicaName' } }] })
    const blocks = serviceFile(told, 'api').split('\ncontainer ').slice(1)
    expect(blocks.map((block) => block.match(/--env=.*(?= \\)/g))).toEqual([
      ['--env=replicaIndex=0', '--env=replicaName=api-1'],
      ['--env=replicaIndex=1', '--env=replicaName=api-2'],
    ])
    for (const [i, block] of blocks.entries()) {
      const [, path = ''] = /source=\$\{base\}(\/.*),target=\/me/.exec(block) ?? []
      expect(fileOf(told, `base${path}`)).toBe(`api-${i + 1}`)
    }
    expect(told.losses).toEqual([])
  })

  test.each([
    ['writable-root', undefined, /^(?![^]*--read-only)/],
    ['capability', 'CAP_NET_ADMIN', /--cap-drop=ALL \\\n {2}--cap-add=NET_ADMIN /],
    ['privileged', undefined, /^(?![^]*--cap-drop)[^]*--privileged /],
    ['host-network', undefined, /^attach host$/m],
    ['host-path', '/a,b:/c', /--mount='type=bind,"source=\/a,b",target=\/c,readonly'/],
  ] as const)('is relaxed by %s', (what, value, expected) => {
    const relax = [{ what, reason: 'for a test', ...(value !== undefined && { value }) }]
    expect(serviceFile(only({ relax }), 'api')).toMatch(expected)
  })

  test('waits for its one-shots only where it needs them', () => {
    const rendered = docker.render(deployment({ services: [service('seed', { kind: 'job' }), service('api')] }), {})
    expect(serviceFile(rendered, 'api')).not.toContain('needs')
    expect(lossesOf(rendered)).toEqual([])
  })

  test('runs at times only when somebody starts it', () => {
    const rendered = only({ kind: 'cron', schedule: '15 3 * * *' })
    expect(serviceFile(rendered, 'api')).toMatch(/^task api /m)
    expect(fileOf(rendered, 'base/instance.sh')).toMatch(/^start_order=''\n[^]*^tasks='api'$/m)
    expect(rendered.losses).toMatchObject([
      { loss: 'schedules', workaround: expect.stringContaining('15 3 * * * cd FOLDER && sh run.sh api') },
    ])
  })

  test('is given the time that its health check needs, and some', () => {
    const ready = { probe: 'exec', every: 2500, timeout: 1000, failures: 4, within: 30_000, command: ['ok'] } as const
    const rendered = only({ health: { ready } })
    expect(serviceFile(rendered, 'api')).toContain('--label=waybill.dev/healthy-within=49 ')
    expect(serviceFile(rendered, 'api')).toContain("--health-cmd='exec ok' ")
    expect(lossesOf(rendered)).toEqual(['note health.shell health/shell'])
  })
})

describe('secrets', () => {
  test('lie where the site says, unless the shell says otherwise', () => {
    const rendered = docker.render({ ...parcels, site: { secretsFolder: '/srv/$x' } }, {})
    expect(fileOf(rendered, 'base/instance.sh')).toContain("usual_secrets='/srv/$x'\n")
    expect(serviceFile(rendered, 'db')).toContain('source=${secrets}/db-password-v1/value,')
  })
})

describe('observe', () => {
  const rendered = docker.render(parcels, {})
  const edited = (name: string, edit: (text: string) => string): Rendered => ({
    ...rendered,
    files: rendered.files.map((file) => {
      if (file.path !== `base/services/${name}.sh`) return file
      const text = edit(textOf(file))
      expect(text).not.toBe(textOf(file))
      return { ...file, content: { text } }
    }),
  })
  const seen = (name: string, edit: (text: string) => string) => docker.observe(edited(name, edit), parcels)

  test('misses a connection without a network', () => {
    expect(docker.observe(rendered, parcels).connections).toContain('web>api:http')
    const without = seen('web', (text) => text.replace('attach to-api to-web', 'attach to-web'))
    expect(without.connections).not.toContain('web>api:http')
  })

  test('misses secret variables without their file', () => {
    const without = seen('api', (text) => text.replace(/ {2}--env-file=.*\n/, ''))
    expect(docker.observe(rendered, parcels).services['api']?.env['SESSION_KEY']).toBe('secret:session-key-v2/value')
    expect(without.services['api']?.env['SESSION_KEY']).toBeUndefined()
  })

  test('reads what the shell would read, not what was meant', () => {
    const other = seen('api', (text) => text.replace('--env=PORT=8080', "--env=PORT='80'80\\ 1"))
    expect(other.services['api']?.env['PORT']).toBe('8080 1')
  })

  test('tells another health check from the declared one', () => {
    const other = seen('web', (text) => text.replace(/--health-cmd=.* \\/g, "--health-cmd='exec true' \\"))
    expect(other.services['web']?.health).toBe('exec true')
  })

  test('counts the containers', () => {
    const fewer = seen('web', (text) => text.slice(0, text.indexOf('container web 2')))
    expect(fewer.services['web']?.replicas).toBe(1)
  })
})
