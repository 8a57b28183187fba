import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compose, docker, kubernetes } from '@waybill/generate/targets'
import {
  MiB,
  area,
  canonicalJson,
  constant,
  cores,
  estimated,
  job,
  json,
  percentEncode,
  percentEncoded,
  product,
  scratch,
  secret,
  text,
} from '@waybill/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mustRun, run, until } from './program.ts'
import { registry, render, temporaryFolder } from './rendering.ts'

const password = `p@ss/:%$'"\\ \`id\` $(id) \${HOME} é日本`
const token = 'plain'

/** Prints the hashes of what arrived, so that no log holds a value. */
const echo = `
const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex')
const names = ['EXACT', 'DSN', 'SETTINGS', 'WHOLE']
const paths = ['/run/exact', '/etc/app/app.conf']
console.log('ECHO ' + JSON.stringify([...names.map((name) => hash(process.env[name] ?? '')), ...paths.map((path) => hash(readFileSync(path)))]))
`
const hash = (text: string) => createHash('sha256').update(text).digest('hex')

/** What has to arrive; `whole` is composed unless the site has it as it is. */
const expected = (whole = `token ${token}`) =>
  [
    password,
    `postgres://app:${percentEncode(password)}@db:5432/app`,
    JSON.stringify({ list: [token, 1], password }),
    whole,
    password,
    `user = app\npassword = ${password}\n\n`,
  ].map(hash)

/** Two one-shots with different users, because files have to be readable for both. */
function definition() {
  const core = area('core', 'Core')
  const mine = secret.brought('password', { title: 'The password' })
  const theirs = secret.brought('token', { title: 'The token' })
  const size = { cpu: constant(cores(0.5), estimated('a test')), memory: constant(MiB(128), estimated('a test')) }
  const body = {
    image: 'parcels/api:1.0.0',
    command: ['node', '/echo.cjs'],
    env: {
      EXACT: mine,
      DSN: text`postgres://app:${percentEncoded(mine)}@db:5432/app`,
      SETTINGS: json({ list: [theirs, 1], password: mine }),
      WHOLE: text`token ${theirs}`,
    },
    files: { '/echo.cjs': echo },
    secretFiles: { '/run/exact': mine, '/etc/app/app.conf': text`user = app\npassword = ${mine}\n\n` },
    scratch: { '/tmp': scratch(MiB(16)) },
    completed: ['true'],
    size,
  }
  return product('sec', {
    version: '1.0.0',
    title: 'Secrets that arrive',
    services: [
      job('first', { does: 'Prints what it was given', area: core }).runs(body),
      job('second', { does: 'The same for another user', area: core }).runs({
        ...body,
        user: { uid: 2345, gid: 2345 },
      }),
    ],
    targets: [kubernetes({ versions: '1.29-1.35' }), compose(), docker()],
  })
}

const services = ['first', 'second']
const echoed = (log: string): string[] => {
  const line = log.split('\n').find((each) => each.includes('ECHO '))
  if (line === undefined) throw new Error(`no echo in: ${log.slice(0, 500)}`)
  return JSON.parse(line.slice(line.indexOf('ECHO ') + 5)) as string[]
}

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
  await writeFile(join(folder, 'product.json'), canonicalJson(definition()))
  await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 })
  await writeFile(join(folder, 'token'), token, { mode: 0o600 })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const instance = (id: string, secrets: string) =>
  `schema: 1\nid: ${id}\nproduct: sec\nsite: { registry: '${registry}' }\nsecrets: ${secrets}\n`
const bring = () => ['--from', `password=${join(folder, 'password')}`, '--from', `token=${join(folder, 'token')}`]

describe('on Kubernetes', () => {
  const env = { ...process.env, KUBECONFIG: process.env['WAYBILL_TEST_KUBECONFIG'] }
  const kubectl = (id: string, ...args: string[]) => mustRun('kubectl', ['--namespace', id, ...args], { env })
  const script = (output: string, ...args: string[]) => run('dash', ['base/secrets.sh', ...args], { cwd: output, env })

  async function inNamespace(id: string, secrets: string, act: (output: string) => Promise<void>): Promise<void> {
    const output = await render(join(folder, 'product.json'), instance(id, secrets), 'kubernetes', join(folder, 'out'))
    await mustRun('kubectl', ['create', 'namespace', id], { env })
    await mustRun('kubectl', ['label', 'namespace', id, 'pod-security.kubernetes.io/enforce=restricted'], { env })
    try {
      await act(output)
    } finally {
      await run('kubectl', ['delete', 'namespace', id, '--timeout=120s'], { env })
    }
  }

  async function arrive(id: string, output: string, values: readonly string[]): Promise<void> {
    await mustRun('kubectl', ['apply', '-k', output], { env })
    await kubectl(id, 'wait', '--for=condition=complete', 'job', '--all', '--timeout=180s')
    for (const service of services) {
      const log = () => kubectl(id, 'logs', '--selector', `waybill.dev/service=${service}`, '--tail=-1')
      expect(echoed(await until(30, log))).toEqual(values)
    }
  }

  it('precreated values arrive, and a missing one is told before', () =>
    inNamespace('sec-precreated', '{ source: precreated }', async (output) => {
      expect(await script(output, '--check')).toMatchObject({
        code: 1,
        out: expect.stringContaining('missing   password-v1'),
      })
      expect(await script(output, ...bring())).toMatchObject({ code: 0, err: '' })
      expect(await script(output, '--check')).toMatchObject({ code: 0 })
      await arrive('sec-precreated', output, expected())
    }))

  it('existing Secrets are referred to, a whole value too, and the rest is composed from them', () => {
    const id = 'sec-existing'
    const source = `
  source: existing
  existing:
    password: { name: corp-db, key: pass.word }
    token: { name: corp-tokens, key: t }
    first/WHOLE: { name: corp-whole, key: line }
    second/WHOLE: { name: corp-whole, key: line }`
    return inNamespace(id, source, async (output) => {
      const secretOf = (name: string, ...from: string[]) => kubectl(id, 'create', 'secret', 'generic', name, ...from)
      await writeFile(join(folder, 'exact'), password)
      await secretOf('corp-db', `--from-file=other=${join(folder, 'exact')}`)
      await secretOf('corp-tokens', '--from-literal=t=')
      const { code, err } = await script(output)
      expect(code).toBe(1)
      expect(err).toContain('password: the Secret corp-db has no key "pass.word"; its keys: "other"')
      expect(err).toContain('token: "t" of the Secret corp-tokens is empty')
      expect(err).toContain('first/WHOLE: the Secret corp-whole is missing in the namespace sec-existing')
      expect(await kubectl(id, 'get', 'secret', '--output', 'name')).toBe('secret/corp-db\nsecret/corp-tokens\n')

      await kubectl(id, 'delete', 'secret', 'corp-db', 'corp-tokens')
      await secretOf('corp-db', `--from-file=pass.word=${join(folder, 'exact')}`)
      await secretOf('corp-tokens', `--from-literal=t=${token}`)
      await secretOf('corp-whole', '--from-literal=line=as it is')
      expect(await script(output)).toMatchObject({ code: 0, err: '' })
      await arrive(id, output, expected('as it is'))
    })
  })

  it('a Job makes them where nobody runs the script, and the product starts with it', () => {
    const id = 'sec-made'
    return inNamespace(id, '{ source: job, job: { image: "lab/secrets-job:1" } }', async (output) => {
      // what only people can bring is there first, made by hand
      await writeFile(join(folder, 'exact'), password)
      await kubectl(id, 'create', 'secret', 'generic', 'password-v1', `--from-file=value=${join(folder, 'exact')}`)
      await kubectl(id, 'create', 'secret', 'generic', 'token-v1', `--from-literal=value=${token}`)
      await arrive(id, output, expected())
      expect(await script(output, '--check')).toMatchObject({ code: 0 })
      const again = await mustRun('kubectl', ['apply', '-k', output], { env })
      expect(again.split('\n').filter((line) => line !== '' && !line.endsWith(' unchanged'))).toEqual([])
      const may = (...what: string[]) =>
        run(
          'kubectl',
          ['auth', 'can-i', ...what, '--namespace', id, `--as=system:serviceaccount:${id}:waybill-secrets`],
          { env },
        )
      expect((await may('get', 'secret/password-v1')).out).toBe('yes\n')
      for (const what of [
        ['list', 'secrets'],
        ['get', 'secret/other'],
        ['update', 'secret/password-v1'],
        ['delete', 'secret/password-v1'],
      ]) {
        expect((await may(...what)).out).toBe('no\n')
      }
    })
  })
})

describe.each(['compose', 'docker'])('on a Docker host with %s', (target) => {
  const id = `sec-${target}`
  const env: NodeJS.ProcessEnv = { ...process.env }
  const up = () =>
    target === 'compose'
      ? run('docker', ['compose', 'up', '--quiet-pull'], { cwd: join(folder, 'out/compose'), env })
      : run('dash', ['up.sh'], { cwd: join(folder, 'out/docker'), env })
  const down = () =>
    target === 'compose'
      ? run('docker', ['compose', 'down', '--volumes'], { cwd: join(folder, 'out/compose'), env })
      : run('dash', ['down.sh', '--volumes', '--yes'], { cwd: join(folder, 'out/docker'), env })
  const containers = () => mustRun('docker', ['ps', '--all', '--quiet', '--filter', `label=waybill.dev/instance=${id}`])

  async function arrive(): Promise<void> {
    try {
      await up()
      for (const service of services) {
        const { out, err } = await run('docker', ['logs', `${id}-${service}-1`])
        expect(echoed(out + err)).toEqual(expected())
      }
    } finally {
      await down()
    }
  }

  beforeEach(() => {
    env['WAYBILL_SECRETS'] = join(folder, 'secrets')
  })

  it('precreated values arrive, for every user; nothing starts without them', async () => {
    const output = await render(
      join(folder, 'product.json'),
      instance(id, '{ source: precreated }'),
      target,
      join(folder, 'out'),
    )
    expect((await up()).code).not.toBe(0)
    expect(await mustRun('docker', ['ps', '--quiet', '--filter', `label=waybill.dev/instance=${id}`])).toBe('')
    await down()
    await mustRun('dash', ['base/secrets.sh', ...bring()], { cwd: output, env })
    await arrive()
    expect(await containers()).toBe('')
  })

  it('existing files are copied, and a new value is a new version', async () => {
    await mkdir(join(folder, 'site'))
    const file = (name: string) => join(folder, 'site', name)
    const source = (version: number) => `
  source: existing
  versions: { token: ${version} }
  existing: { password: { file: "${file('password')}" }, token: { file: "${file('token')}" } }`
    const script = (...args: string[]) =>
      run('dash', [join(folder, 'out', target, 'base/secrets.sh'), ...args], { env })
    const output = join(folder, 'out')
    await render(join(folder, 'product.json'), instance(id, source(1)), target, output)
    await writeFile(file('token'), token, { mode: 0o600 })
    const lacking = await script()
    expect(lacking).toMatchObject({
      code: 1,
      err: expect.stringContaining(`password: ${file('password')} is missing (secrets.existing`),
    })

    await writeFile(file('password'), await readFile(join(folder, 'password')), { mode: 0o600 })
    expect(await script()).toMatchObject({ code: 0, err: '' })
    await arrive()

    await writeFile(file('token'), 'another')
    expect(await script('--check')).toMatchObject({
      code: 1,
      err: expect.stringContaining('raise secrets.versions.token to 2'),
    })
    await render(join(folder, 'product.json'), instance(id, source(2)), target, output)
    expect(await script()).toMatchObject({ code: 0, err: '' })
    expect(await readFile(join(folder, 'secrets/token-v2/value'), 'utf8')).toBe('another')
    expect(await readFile(join(folder, 'secrets/token-v1/value'), 'utf8')).toBe(token)
  })
})
