import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { MiB, area, constant, cores, estimated, job, product, scratch } from '@waybill/model'
import { compose, docker, kubernetes, single } from '@waybill/generate/targets'
import { canonicalJson } from '@waybill/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { awkwardTexts } from './awkward-texts.ts'
import { mustRun, run, until } from './program.ts'
import { registry, render, temporaryFolder } from './rendering.ts'

const seed = Number(process.env['WAYBILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const amount = process.env['WAYBILL_FULL'] ? 600 : 120
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((each) => each.replaceAll('\0', ''))
const mixed = fc
  .array(fc.oneof(fc.constantFrom(...awkwardTexts), text), { maxLength: 5 })
  .map((parts) => parts.join(''))
const values = [...awkwardTexts, ...fc.sample(mixed, { seed, numRuns: amount })].filter(
  (each) => each.isWellFormed() && !each.includes('\0'),
)

/** Prints what arrived, as one line of JSON with every text in base64. */
const echo = `
const { readFileSync } = require('node:fs')
const base64 = (text) => Buffer.from(text).toString('base64')
const names = Object.keys(process.env).filter((name) => name.startsWith('VALUE_'))
console.log('ECHO ' + JSON.stringify({
  env: Object.fromEntries(names.map((name) => [name, base64(process.env[name])])),
  args: process.argv.slice(2).map(base64),
  files: JSON.parse(process.env.PATHS).map((path) => readFileSync(path).toString('base64')),
}))
`

function definition() {
  const area_ = area('core', 'Core')
  const echoes = job('echo', { does: 'Prints what it was given', area: area_ })
  const size = { cpu: constant(cores(0.5), estimated('a test')), memory: constant(MiB(256), estimated('a test')) }
  const paths = values.map((_, i) => `/values/${i}.txt`)
  return product('values', {
    version: '1.0.0',
    title: 'Values that survive',
    services: [
      echoes.runs({
        image: 'parcels/api:1.0.0',
        command: ['node', '/echo.cjs', ...values],
        env: { ...Object.fromEntries(values.map((value, i) => [`VALUE_${i}`, value])), PATHS: JSON.stringify(paths) },
        files: { '/echo.cjs': echo, ...Object.fromEntries(values.map((value, i) => [paths[i], value])) },
        scratch: { '/tmp': scratch(MiB(16)) },
        completed: ['true'],
        size,
      }),
    ],
    targets: [
      kubernetes({ versions: '1.29-1.35' }),
      compose(),
      docker(),
      single({ supervisor: 'parcels/supervisor:1.0.0' }),
    ],
  })
}

interface Echo {
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly files: readonly string[]
}

function echoed(log: string): Echo {
  const line = log.split('\n').find((each) => each.includes('ECHO '))
  if (line === undefined) throw new Error(`no echo in: ${log.slice(0, 500)}`)
  return JSON.parse(line.slice(line.indexOf('ECHO ') + 5)) as Echo
}

const plain = (base64: string) => Buffer.from(base64, 'base64').toString('utf8')

describe(`${values.length} texts through every layer (WAYBILL_SEED=${seed})`, () => {
  let folder: string
  const id = 'waybill-values'
  const instance = `schema: 1\nid: ${id}\nproduct: values\nsite: { registry: '${registry}' }\n`

  beforeAll(async () => {
    folder = await temporaryFolder()
    await writeFile(join(folder, 'product.json'), canonicalJson(definition()))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const check = (echo: Echo) => {
    expect(echo.args.map(plain)).toEqual(values)
    expect(echo.files.map(plain)).toEqual(values)
    expect(values.map((_, i) => plain(echo.env[`VALUE_${i}`] ?? ''))).toEqual(values)
  }

  it('arrive byte for byte on Compose', async () => {
    await mkdir(join(folder, 'secrets'), { recursive: true })
    const env = { ...process.env, WAYBILL_SECRETS: join(folder, 'secrets') }
    const output = await render(join(folder, 'product.json'), instance, 'compose', join(folder, 'out'))
    try {
      const { out, err } = await run('docker', ['compose', 'up', '--no-log-prefix'], { cwd: output, env })
      check(echoed(out + err))
    } finally {
      await run('docker', ['compose', 'down', '--volumes'], { cwd: output, env })
    }
  })

  it('arrive byte for byte on Docker alone', async () => {
    await mkdir(join(folder, 'secrets'), { recursive: true })
    const env = { ...process.env, WAYBILL_SECRETS: join(folder, 'secrets') }
    const output = await render(join(folder, 'product.json'), instance, 'docker', join(folder, 'out'))
    try {
      await mustRun('dash', ['up.sh'], { cwd: output, env })
      check(echoed(await mustRun('dash', ['logs.sh', 'echo'], { cwd: output, env })))
    } finally {
      await run('dash', ['down.sh', '--volumes', '--yes'], { cwd: output, env })
    }
  })

  it('arrive byte for byte in one container', async () => {
    await mkdir(join(folder, 'secrets'), { recursive: true })
    const env = { ...process.env, WAYBILL_SECRETS: join(folder, 'secrets') }
    const output = await render(join(folder, 'product.json'), instance, 'single', join(folder, 'out'))
    try {
      await mustRun('dash', ['base/up.sh'], { cwd: output, env })
      check(echoed(await mustRun('docker', ['logs', `${id}-single`])))
    } finally {
      await run('dash', ['base/down.sh', '--volumes'], { cwd: output, env })
    }
  })

  it('arrive byte for byte on Kubernetes', async () => {
    const env = { ...process.env, KUBECONFIG: process.env['WAYBILL_TEST_KUBECONFIG'] }
    const output = await render(join(folder, 'product.json'), instance, 'kubernetes', join(folder, 'out'))
    await mustRun('kubectl', ['create', 'namespace', id], { env })
    try {
      await mustRun('kubectl', ['apply', '-k', output], { env })
      await mustRun(
        'kubectl',
        ['--namespace', id, 'wait', '--for=condition=complete', 'job', '--all', '--timeout=180s'],
        { env },
      )
      check(
        echoed(
          await until(30, () =>
            mustRun('kubectl', ['--namespace', id, 'logs', '--selector', 'waybill.dev/service=echo', '--tail=-1'], {
              env,
            }),
          ),
        ),
      )
    } finally {
      await run('kubectl', ['delete', 'namespace', id, '--timeout=120s'], { env })
    }
  })
})
