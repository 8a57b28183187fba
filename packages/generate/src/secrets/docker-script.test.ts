import { X509Certificate, createPrivateKey, createPublicKey } from 'node:crypto'
import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { percentEncode } from '@waybill/model'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { envFileName } from './names.ts'
import { planSecrets } from './plan.ts'
import { dockerSecretsScript } from './scripts.ts'
import { hostileLiterals, hostileText, sampleDeployment } from './secrets.fixture.ts'

const path = process.env['PATH'] ?? ''

interface Run {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

const render = (versions: Readonly<Record<string, number>> = {}) => {
  const deployment = sampleDeployment(versions)
  const plan = planSecrets(deployment, () => 'tcp://db:5432', 'containers')
  return { plan, script: dockerSecretsScript(plan, deployment) }
}
const { plan } = render()
const apiEnv = `env/${envFileName('api', plan.env.get('api')!)}`
const webEnv = `env/${envFileName('web', plan.env.get('web')!)}`
const composed = plan.composed[0]!.object

let home = ''
let folder = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'waybill-secrets-test-'))
  folder = join(home, '.waybill/acme/secrets')
  writeFileSync(join(home, 'secrets.sh'), render().script)
  writeFileSync(join(home, 'smtp'), `${hostileText}\n`)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const bring = ['--from', 'smtp-password=smtp']

function run(
  args: readonly string[],
  {
    env = {},
    input = '',
    shell = ['dash'],
  }: { env?: Record<string, string>; input?: string; shell?: readonly string[] } = {},
): Promise<Run> {
  const [program = 'dash', ...options] = shell
  const child: ChildProcess = spawn(program, [...options, 'secrets.sh', ...args], {
    cwd: home,
    env: { PATH: path, HOME: home, ...env },
    detached: true,
  })
  const out = { stdout: '', stderr: '' }
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => (out.stdout += chunk))
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => (out.stderr += chunk))
  child.stdin!.on('error', () => {}).end(input)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, ...out }))
  })
}

const read = (path: string) => readFileSync(join(folder, path), 'utf8')
const mode = (path: string) => (statSync(join(folder, path)).mode & 0o777).toString(8)
const snapshot = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        join(entry.parentPath, entry.name).slice(folder.length + 1),
        readFileSync(join(entry.parentPath, entry.name), 'latin1'),
      ])
      .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  )
const complete = [
  `${composed}/CALLBACK`,
  `${composed}/DATABASE_URL`,
  `${composed}/SETTINGS`,
  `${composed}/SMTP_URL`,
  `${composed}/etc_app_app.conf`,
  'db-password-v1/value',
  'edge-tls-v1/tls.crt',
  'edge-tls-v1/tls.key',
  'session-key-v1/value',
  'signing-v1/private.pem',
  'signing-v1/public.pem',
  'smtp-password-v1/value',
  apiEnv,
  webEnv,
].toSorted()

/** A folder for PATH with every program that the script starts behind a shim that runs `body` first. */
function shims(body: string): string {
  const bin = join(home, 'bin')
  mkdirSync(bin)
  for (const program of [
    'awk',
    'cat',
    'chmod',
    'cmp',
    'dd',
    'ln',
    'mkdir',
    'mv',
    'od',
    'openssl',
    'rm',
    'sed',
    'tail',
    'tr',
    'uname',
    'wc',
  ]) {
    writeFileSync(join(bin, program), `#!/bin/sh\nPATH=${path}\n${body}\nexec ${program} "$@"\n`)
    chmodSync(join(bin, program), 0o755)
  }
  return `${bin}:${path}`
}

describe('what it makes', () => {
  test('every kind, in its form', async () => {
    const done = await run(bring)
    expect(done).toMatchObject({ code: 0, stderr: '' })
    expect(done.stdout).toContain('made      db-password-v1\n')
    expect(done.stdout).toContain('made      smtp-password-v1 (brought)\n')
    expect(done.stdout).toContain(`composed  ${apiEnv}\n`)
    expect(Object.keys(snapshot())).toEqual(complete)
    expect(read('db-password-v1/value')).toMatch(/^[A-Za-z0-9]{24}$/)
    expect(read('session-key-v1/value')).toMatch(/^[0-9a-f]{64}$/)
    const key = createPrivateKey(read('signing-v1/private.pem'))
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(3072)
    expect(createPublicKey(key).export({ type: 'spki', format: 'pem' })).toBe(read('signing-v1/public.pem'))
  })

  test('a certificate for its hosts, 825 days, P-256, that its own key fits', async () => {
    await run(bring)
    const certificate = new X509Certificate(read('edge-tls-v1/tls.crt'))
    const key = createPrivateKey(read('edge-tls-v1/tls.key'))
    expect(certificate.checkPrivateKey(key)).toBe(true)
    expect(certificate.verify(createPublicKey(key))).toBe(true)
    expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
    expect(certificate.checkHost('parcels.example.com')).toBe('parcels.example.com')
    expect(certificate.checkHost('other.example.com')).toBe('*.example.com')
    expect(certificate.checkHost('example.org')).toBeUndefined()
    expect(certificate.checkIP('10.0.0.7')).toBe('10.0.0.7')
    expect(certificate.subjectAltName).toContain('IP Address:0:0:0:0:0:0:0:1')
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000
    expect(days).toBe(825)
  })

  test('nobody else gets into the folder; a container can read a mounted file', async () => {
    await run(bring)
    expect([mode('.'), mode('db-password-v1/value'), mode(apiEnv)]).toEqual(['700', '444', '400'])
  })

  test('a second run keeps every byte', async () => {
    await run(bring)
    const before = snapshot()
    const again = await run([])
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(again.stdout).not.toMatch(/made|composed /)
    expect(snapshot()).toEqual(before)
  })

  test('two versions stand beside each other, and what is composed follows', async () => {
    await run(bring)
    const before = snapshot()
    writeFileSync(join(home, 'secrets.sh'), render({ 'db-password': 2 }).script)
    expect(await run([])).toMatchObject({ code: 0, stderr: '' })
    const after = snapshot()
    expect(after).toMatchObject(before)
    expect(after['db-password-v2/value']).not.toBe(before['db-password-v1/value'])
    expect(Object.keys(after)).toHaveLength(complete.length + 1 + 5 + 1)
  })

  test('in the folder that the admin names', async () => {
    const elsewhere = join(home, 'a folder')
    expect(await run(bring, { env: { WAYBILL_SECRETS: elsewhere } })).toMatchObject({ code: 0 })
    expect(existsSync(join(elsewhere, apiEnv))).toBe(true)
    expect(existsSync(folder)).toBe(false)
  })
})

describe('composed values', () => {
  test('hostile text arrives exactly, encoded where it stands in a URL or in JSON', async () => {
    await run(bring)
    expect(read('smtp-password-v1/value')).toBe(hostileText)
    expect(read(`${composed}/SMTP_URL`)).toBe(`smtp://app:${percentEncode(hostileText)}@mail:25`)
    expect(read(`${composed}/SETTINGS`)).toBe(JSON.stringify({ smtp: [hostileText, null, 1], note: hostileText }))
    expect(read(`${composed}/CALLBACK`)).toBe(`https://x/?state=${percentEncode(JSON.stringify({ p: hostileText }))}`)
    expect(read(`${composed}/etc_app_app.conf`)).toBe(hostileLiterals.before + hostileText + hostileLiterals.after)
    expect(read(apiEnv)).toBe(
      [
        `DB_PASSWORD=${read('db-password-v1/value')}`,
        `DATABASE_URL=postgres://app:${read('db-password-v1/value')}@tcp://db:5432/app`,
        `SMTP_PASSWORD=${hostileText}`,
        `SMTP_URL=${read(`${composed}/SMTP_URL`)}`,
        `SETTINGS=${read(`${composed}/SETTINGS`)}`,
        `CALLBACK=${read(`${composed}/CALLBACK`)}`,
        '',
      ].join('\n'),
    )
  })

  test('what no longer fits its secrets is reported, not replaced', async () => {
    await run(bring)
    rmSync(join(folder, 'db-password-v1'), { recursive: true })
    const before = snapshot()
    const again = await run([])
    expect(again.code).toBe(1)
    expect(again.stderr).toContain(`${composed} does not hold what the secrets that it is made of hold now.`)
    expect(again.stderr).toContain(`rm -r ${folder}/${composed}`)
    expect(snapshot()).toMatchObject(before)
  })
})

describe('values that are brought', () => {
  test('all missing ones are named at once, with the command; the rest is made', async () => {
    const done = await run([])
    expect(done.code).toBe(1)
    expect(done.stderr).toContain('smtp-password: The smtp-password')
    expect(done.stderr).toContain('  sh secrets.sh --from smtp-password=FILE\n')
    expect(done.stdout).toContain(`waits     ${composed} (for smtp-password-v1)`)
    expect(Object.keys(snapshot())).toEqual(
      complete.filter((path) => !path.startsWith(composed) && !path.startsWith('smtp') && path !== apiEnv),
    )
    expect(await run(bring)).toMatchObject({ code: 0, stderr: '' })
    expect(Object.keys(snapshot())).toEqual(complete)
  })

  test.each([
    ['the line end of a single line goes', 'one\n', 'one'],
    ['so does that of Windows', 'one\r\n', 'one'],
    ['no line end stays none', 'one', 'one'],
    ['a space stays', ' one \n', ' one '],
  ])('%s', async (_, given, stored) => {
    expect(await run(['--from', 'smtp-password=-'], { input: given })).toMatchObject({ code: 0 })
    expect(read('smtp-password-v1/value')).toBe(stored)
  })

  test.each([
    ['nothing', '', 'is empty'],
    ['only a line end', '\n', 'is empty'],
    ['two lines', 'a\nb\n', 'holds a line break, which an env file cannot carry (read as SMTP_PASSWORD of api)'],
    ['a NUL byte', 'a\0b', 'holds a NUL byte (read as SMTP_PASSWORD of api)'],
    ['a carriage return at the end', 'a\r', 'ends in a carriage return'],
    ['Latin-1', 'a\xe9', 'is not UTF-8'],
    ['a surrogate', '\xed\xa0\x80', 'is not UTF-8'],
    ['a long form', '\xc0\x80', 'is not UTF-8'],
    ['above U+10FFFF', '\xf4\x90\x80\x80', 'is not UTF-8'],
    ['more than a line of an env file', 'x'.repeat(65_001), 'is longer'],
  ])('%s is refused and nothing of it stored', async (_, given, why) => {
    writeFileSync(join(home, 'smtp'), given, 'latin1')
    const done = await run(bring)
    expect(done.code).toBe(1)
    expect(done.stderr).toContain(`smtp-password: the value ${why}`)
    expect(existsSync(join(folder, 'smtp-password-v1'))).toBe(false)
    expect(existsSync(join(folder, composed))).toBe(false)
  })

  test('the same value again is fine, another one is refused with what to do', async () => {
    await run(bring)
    const before = snapshot()
    expect(await run(bring)).toMatchObject({ code: 0, stderr: '' })
    const other = await run(['--from', 'smtp-password=-', '--from', 'db-password=smtp'], { input: 'other' })
    expect(other.code).toBe(1)
    expect(other.stderr).toContain('raise secrets.versions.smtp-password to 2 in instance.yaml')
    expect(other.stderr).toContain('raise secrets.versions.db-password to 2 in instance.yaml')
    expect(snapshot()).toEqual(before)
  })

  test('a certificate and a key pair come with both parts, which belong together', async () => {
    await run(bring, { env: { WAYBILL_SECRETS: join(home, 'first') } })
    await run(bring, { env: { WAYBILL_SECRETS: join(home, 'second') } })
    const give = (crt: string, key: string) => [
      '--from',
      `edge-tls/tls.crt=${crt}/edge-tls-v1/tls.crt`,
      '--from',
      `edge-tls/tls.key=${key}/edge-tls-v1/tls.key`,
    ]
    const half = await run(give('first', 'first').slice(0, 2))
    expect(half.stderr).toContain('edge-tls: "tls.key" is missing')
    const mixed = await run(give('first', 'second'))
    expect(mixed.stderr).toContain('edge-tls: the two parts are not PEM')
    expect(existsSync(join(folder, 'edge-tls-v1'))).toBe(false)
    expect(await run([...bring, ...give('first', 'first')])).toMatchObject({ code: 0 })
    expect(read('edge-tls-v1/tls.key')).toBe(readFileSync(join(home, 'first/edge-tls-v1/tls.key'), 'utf8'))
  })
})

describe('--check', () => {
  test('says what is missing and makes nothing', async () => {
    const before = await run(['--check'])
    expect(before.code).toBe(1)
    for (const object of ['db-password-v1', 'smtp-password-v1', composed, apiEnv])
      expect(before.stdout).toContain(`missing   ${object}\n`)
    expect(existsSync(folder)).toBe(false)
  })

  test('is quiet when everything is there', async () => {
    await run(bring)
    expect(await run(['--check'])).toEqual({ code: 0, signal: null, stdout: `folder ${folder}\n`, stderr: '' })
    rmSync(join(folder, 'session-key-v1'), { recursive: true })
    expect(await run(['--check'])).toMatchObject({ code: 1, stdout: `folder ${folder}\nmissing   session-key-v1\n` })
  })
})

test.each([
  [['--form', 'x=y'], '"--form" is not an option'],
  [['--from'], '--from needs ID=FILE'],
  [['--from', 'smtp-password'], 'is not ID=FILE'],
  [['--from', 'smtp-pasword=smtp'], '"smtp-pasword" is none of: db-password session-key signing/private.pem'],
  [['--from', 'edge-tls=smtp'], '"edge-tls" is none of'],
  [['--from', 'smtp-password=smtp', '--from', 'smtp-password=smtp'], 'is given twice'],
  [['--check', ...bring], '--check only looks'],
])('wrong usage %j', async (args, why) => {
  const done = await run(args)
  expect(done).toMatchObject({ code: 2, stdout: expect.not.stringContaining('made') })
  expect(done.stderr).toContain(why)
})

test('--help says how, and makes nothing', async () => {
  const { code, stdout } = await run(['--help'])
  expect(code).toBe(0)
  expect(stdout).toContain('secrets.sh --from ID=FILE')
  expect(existsSync(folder)).toBe(false)
})

test('no value is in an argument, in the environment of a process, in a trace or in the output', async () => {
  const seen = join(home, 'seen')
  const PATH = shims(`{ printf '%s\\n' "$@"; env; tr '\\000' '\\n' </proc/$PPID/cmdline; } >>${seen}`)
  const done = await run(bring, { env: { PATH }, shell: ['dash', '-x'] })
  expect(done.code).toBe(0)
  const open = readFileSync(seen, 'utf8') + done.stdout + done.stderr
  expect(open).toContain('rsa_keygen_bits:3072')
  const files = Object.entries(snapshot()).filter(([path]) => !path.endsWith('.env'))
  expect(files).toHaveLength(complete.length - 2)
  expect(files.filter(([, value]) => open.includes(value)).map(([path]) => path)).toEqual([])
  expect(open).not.toContain(percentEncode(hostileText))
})

describe('interrupted and simultaneous runs', () => {
  /** Kills the whole run (SIGKILL) where it starts its nth program. */
  const killing = () => shims(`echo >>${home}/calls\n[ "$(wc -l <${home}/calls)" -lt "$KILL_AT" ] || kill -9 0`)
  const calls = () => readFileSync(join(home, 'calls'), 'utf8').length

  test('killed anywhere, the next run finishes and keeps what was finished', async () => {
    const PATH = killing()
    expect(await run(bring, { env: { PATH, KILL_AT: '9999' } })).toMatchObject({ code: 0 })
    const programs = calls()
    expect(programs).toBeGreaterThan(100)
    const seed = Number(process.env['WAYBILL_SEED'] ?? 20)
    const step = process.env['WAYBILL_FULL'] === '1' ? 1 : Math.ceil(programs / 8)
    for (let at = 1 + (seed % step); at <= programs; at += step) {
      rmSync(folder, { recursive: true, force: true })
      rmSync(join(home, 'calls'))
      const killed = await run(bring, { env: { PATH, KILL_AT: String(at) } })
      expect([killed.signal, killed.code], `seed ${seed}, program ${at}`).toEqual(['SIGKILL', null])
      const finished = existsSync(folder)
        ? Object.entries(snapshot()).filter(([path]) => !path.startsWith('.waybill-secrets'))
        : []
      const again = await run(bring)
      expect(again, `seed ${seed}, program ${at}`).toMatchObject({ code: 0, stderr: '' })
      const after = snapshot()
      expect(Object.keys(after), `seed ${seed}, program ${at}`).toEqual(complete)
      expect(after).toMatchObject(Object.fromEntries(finished))
      expect(await run(['--check'])).toMatchObject({ code: 0 })
    }
  }, 600_000)

  test('runs at once agree on one value', async () => {
    const runs = await Promise.all([run(bring), run(bring), run(bring)])
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(3).fill({ code: 0, stderr: '' }))
    expect(Object.keys(snapshot())).toEqual(complete)
    expect(await run(['--check'])).toMatchObject({ code: 0 })
    for (const object of ['db-password-v1', 'signing-v1', composed]) {
      expect(runs.filter(({ stdout }) => new RegExp(`^(made|composed) +${object}$`, 'm').test(stdout))).toHaveLength(1)
    }
  })
})

describe('values that the site has in files', () => {
  const file = () => join(home, 'corp')
  const offer = (version: number) => {
    const deployment = sampleDeployment({ 'smtp-password': version })
    const secrets = deployment.secrets.map((secret) =>
      secret.id === 'smtp-password' ? { ...secret, existing: { value: { file: file() } } } : secret,
    )
    const script = dockerSecretsScript(
      planSecrets({ ...deployment, secrets }, () => 'tcp://db:5432', 'containers'),
      deployment,
    )
    writeFileSync(join(home, 'secrets.sh'), script)
  }

  test('are copied, readable for every user of a container; a new one is a new version', async () => {
    offer(1)
    writeFileSync(file(), `${hostileText}\n`, { mode: 0o600 })
    expect(await run(['--check'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('missing   smtp-password-v1\n'),
    })
    expect(existsSync(folder)).toBe(false)
    expect(await run([])).toMatchObject({ code: 0, stderr: '' })
    expect(read('smtp-password-v1/value')).toBe(hostileText)
    expect(mode('smtp-password-v1/value')).toBe('444')
    expect(await run(['--check'])).toMatchObject({ code: 0, stderr: '' })

    writeFileSync(file(), 'new')
    for (const args of [[], ['--check']]) {
      expect(await run(args)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('raise secrets.versions.smtp-password to 2'),
      })
    }
    offer(2)
    expect(await run([])).toMatchObject({ code: 0, stderr: '' })
    expect(read('smtp-password-v2/value')).toBe('new')
    rmSync(file())
    expect(await run([])).toMatchObject({ code: 0, stderr: '' })
  })

  test.each([
    ['missing', () => {}, 'is missing'],
    ['a folder', () => mkdirSync(file()), 'cannot be read by this user, or is no file'],
  ])('and is %s is told, and nothing is made of it', async (_, make, why) => {
    make()
    offer(1)
    for (const args of [['--check'], []]) {
      const { code, stderr } = await run(args)
      expect(code).toBe(1)
      expect(stderr).toContain(`smtp-password: ${file()} ${why} (secrets.existing in instance.yaml).`)
    }
    expect(readdirSync(folder).filter((name) => /smtp|api|^\.waybill/.test(name))).toEqual([])
  })
})
