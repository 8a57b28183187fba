import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { kubernetes } from '@waybill/generate/targets'
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
  secret,
  text,
} from '@waybill/model'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { awkwardTexts } from './awkward-texts.ts'
import { mustRun, run } from './program.ts'
import { parcelsDefinition, parcelsInstance, render, temporaryFolder } from './rendering.ts'

// The operator itself cannot run here: its images cannot be pulled. What it is asked is admitted by a real API server against
// its shape, and its templates are evaluated by the engine and functions that it uses itself.

const program = fileURLToPath(new URL('eso-template', import.meta.url))
const seed = Number(process.env['WAYBILL_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const values = [
  `p@ss/:%$'"\\`,
  'a\u0008b\u000cc\\u2028\\\\u0008\\',
  ...awkwardTexts,
  ...fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), { seed, numRuns: 125 }),
].filter((each) => each !== '' && each.isWellFormed() && !each.includes('\0'))

/** Literals that stand around secrets, one of them in each variable. */
const literals = [
  '{',
  '{{',
  '{{{',
  '}}',
  '{{ .x }}',
  '{{/* x */}}',
  '{{- "',
  '\u0085{',
  '{\u2028',
  'a\r\nb{\n',
  '"\\',
  '%',
]

function definition() {
  const core = area('core', 'Core')
  const mine = secret.brought('password', { title: 'The password' })
  const keys = secret.keyPair('signing')
  const size = { cpu: constant(cores(0.5), estimated('a test')), memory: constant(MiB(128), estimated('a test')) }
  const files = {
    dsn: text`postgres://app:${percentEncoded(mine)}@db:5432/app`,
    json: json({ password: mine, list: [mine, 1, null], key: keys.privateKey }),
    query: text`https://x/?state=${percentEncoded(json({ p: mine }))}`,
    nested: json({ inner: json({ p: mine }) }),
    exact: text`<${mine}>`,
    ...Object.fromEntries(
      literals.map((literal, i) => [`literal${i}`, text`${literal}${mine}${literal}${mine}${literal}`]),
    ),
  }
  return product('eso', {
    version: '1.0.0',
    title: 'Templates',
    services: [
      job('app', { does: 'Reads secrets', area: core }).runs({
        image: 'example/app:1',
        secretFiles: Object.fromEntries(Object.entries(files).map(([name, value]) => [`/run/${name}`, value])),
        command: ['true'],
        completed: ['true'],
        size,
      }),
    ],
    targets: [kubernetes({ versions: '1.29-1.35' })],
  })
}

const expected = (password: string, key: string): Record<string, string> => ({
  run_dsn: `postgres://app:${percentEncode(password)}@db:5432/app`,
  run_json: JSON.stringify({ key, list: [password, 1, null], password }),
  run_query: `https://x/?state=${percentEncode(JSON.stringify({ p: password }))}`,
  run_nested: JSON.stringify({ inner: JSON.stringify({ p: password }) }),
  run_exact: `<${password}>`,
  ...Object.fromEntries(
    literals.map((literal, i) => [`run_literal${i}`, [literal, password, literal, password, literal].join('')]),
  ),
})

describe(`the templates of ${values.length} values (WAYBILL_SEED=${seed})`, () => {
  let folder: string
  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('give the bytes that secrets.sh composes', async () => {
    await writeFile(join(folder, 'product.json'), canonicalJson(definition()))
    const instance = 'schema: 1\nid: eso\nproduct: eso\nsecrets: { source: externalSecrets, store: { name: vault } }\n'
    const output = await render(join(folder, 'product.json'), instance, 'kubernetes', join(folder, 'out'))
    const objects = parseAllDocuments(await readFile(join(output, 'base/external-secrets.yaml'), 'utf8'))
    const composed = objects.map((each) => each.toJS()).find(({ metadata }) => metadata.name.startsWith('app-secrets-'))
    const templates = Object.entries<string>(composed.spec.target.template.data)
    const key = '-----BEGIN PRIVATE KEY-----\n/+=\n-----END PRIVATE KEY-----\n'
    const names = composed.spec.data.map(({ secretKey }: { secretKey: string }) => secretKey).toSorted()
    expect(names).toEqual(['password', 'signing_private_pem'])
    const base64 = (value: string) => Buffer.from(value).toString('base64')
    const jobs = values.flatMap((password) =>
      templates.map(([name, template]) => ({
        template,
        data: { password: base64(password), signing_private_pem: base64(key) },
        expected: expected(password, key)[name],
      })),
    )
    expect(jobs.length).toBe(values.length * (5 + literals.length))
    const out = await mustRun('go', ['run', '.'], { cwd: program, input: JSON.stringify(jobs) })
    const results = (JSON.parse(out) as string[]).map((each) => Buffer.from(each, 'base64').toString())
    expect(results).toEqual(jobs.map((each) => each.expected))
  })
})

describe('on a cluster that knows ExternalSecrets', () => {
  const id = 'sec-eso'
  const env = { ...process.env, KUBECONFIG: process.env['WAYBILL_TEST_KUBECONFIG'] }
  const crd = join(program, 'external-secret.crd.yaml')
  let folder: string
  let output: string
  const script = (...args: string[]) =>
    run('dash', ['base/secrets.sh', ...args], { cwd: output, env: { ...env, WAYBILL_WAIT: '1' } })

  beforeAll(async () => {
    folder = await temporaryFolder()
    const secrets = 'secrets: { source: externalSecrets, store: { name: vault, prefix: corp/, property: value } }\n'
    output = await render(parcelsDefinition, `${parcelsInstance({ id })}${secrets}`, 'kubernetes', join(folder, 'out'))
    await mustRun('kubectl', ['create', 'namespace', id], { env })
  })
  afterAll(async () => {
    await run('kubectl', ['delete', 'namespace', id, '--timeout=120s'], { env })
    await run('kubectl', ['delete', '-f', crd, '--timeout=60s'], { env })
    await rm(folder, { recursive: true, force: true })
  })

  it('is told when the operator is not installed', async () => {
    expect(await script()).toMatchObject({ code: 1, err: expect.stringContaining('Is it installed in this cluster?') })
  })

  it('admits what we ask, and the script tells what the operator has not made', async () => {
    await mustRun('kubectl', ['apply', '-f', crd], { env })
    await mustRun('kubectl', ['wait', '--for=condition=Established', '-f', crd, '--timeout=60s'], { env })
    const dry = ['--dry-run=server', '--validate=strict', '-f', join(output, 'base/external-secrets.yaml')]
    expect(await run('kubectl', ['create', ...dry], { env })).toMatchObject({ code: 0, err: '' })
    const asked = await script()
    expect(asked.code).toBe(1)
    expect(asked.err).toContain('db-password-v1 is not there yet; the operator says: nothing.')
    const names = await mustRun('kubectl', ['--namespace', id, 'get', 'externalsecrets', '--output', 'name'], { env })
    expect(names).toContain('externalsecret.external-secrets.io/db-password-v1')
    const condition = {
      type: 'Ready',
      status: 'False',
      reason: 'SecretSyncedError',
      message: 'no such key in the store',
    }
    const patch = [
      '--subresource=status',
      '--type=merge',
      '--patch',
      JSON.stringify({ status: { conditions: [condition] } }),
    ]
    await mustRun('kubectl', ['--namespace', id, 'patch', 'externalsecret', 'db-password-v1', ...patch], { env })
    expect((await script('--check')).err).toContain('the operator says: no such key in the store')
  })

  it('takes what the operator would make', async () => {
    const objects = parseAllDocuments(await readFile(join(output, 'base/external-secrets.yaml'), 'utf8'))
    for (const each of objects) {
      const { metadata, spec } = each.toJS()
      const keys: string[] = spec.target.template.data
        ? Object.keys(spec.target.template.data)
        : spec.data.map(({ secretKey }: { secretKey: string }) => secretKey)
      const data = keys.map((key) => `--from-literal=${key}=x`)
      const type = `--type=${String(spec.target.template.type)}`
      await mustRun('kubectl', ['--namespace', id, 'create', 'secret', 'generic', metadata.name, type, ...data], {
        env,
      })
    }
    expect(await script('--check')).toMatchObject({ code: 0, err: '' })
  })
})
