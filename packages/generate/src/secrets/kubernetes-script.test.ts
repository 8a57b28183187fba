import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Deployment, type ProductDefinition, percentEncode } from '@waybill/model'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { planSecrets } from './plan.ts'
import { kubernetesSecretsScript } from './scripts.ts'
import { hostileLiterals, hostileText, ref, sampleDeployment, text } from './secrets.fixture.ts'

/**
 * Stands for kubectl where no cluster is: it records what a process list would show, keeps manifests in a folder and
 * answers `get` as the real one does. What the real one does with the script is tested on a cluster.
 */
const kubectl = (home: string) => `#!/bin/sh
{ printf '%s\\n' "$@"; env; } >>${home}/seen
case "$1 $2" in
  'config current-context') echo lab ;;
  'get namespace') [ -n "\${NO_NAMESPACE:-}" ] || echo "namespace/$3" ;;
  'get secret')
    [ -f ${home}/cluster/$3 ] || exit 0
    echo found
    awk '/^data:/ { exit } $1 == "waybill.dev/instance:" { i = $2 } $1 == "waybill.dev/product:" { p = $2 }
      END { gsub(/"/, "", i); gsub(/"/, "", p); if (i != "") print "= " i " " p }' ${home}/cluster/$3
    sed -n '/^data:/,$ s/^  "\\(.*\\)": "\\(.*\\)"$/\\1 \\2/p' ${home}/cluster/$3 ;;
  'create -f')
    name=$(sed -n 's/^  name: //p' "$3")
    [ "$name" != "\${FIRST:-}" ] || printf 'data:\\n  "value": "%s"\\n' "$(printf other | openssl base64)" >${home}/cluster/$name
    ! [ -f ${home}/cluster/$name ] || { echo 'Error from server (AlreadyExists)' >&2; exit 1; }
    cp "$3" ${home}/cluster/$name ;;
  *) exit 9 ;;
esac
`

const deployment = sampleDeployment()
const plan = planSecrets(deployment, () => 'tcp://db:5432', 'pods')
const composed = plan.composed[0]!.object
let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'waybill-secrets-test-'))
  mkdirSync(join(home, 'cluster'))
  writeFileSync(join(home, 'kubectl'), kubectl(home))
  chmodSync(join(home, 'kubectl'), 0o755)
  writeFileSync(join(home, 'secrets.sh'), kubernetesSecretsScript(plan, deployment))
  writeFileSync(join(home, 'smtp'), `${hostileText}\n`)
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const bring = ['--from', 'smtp-password=smtp']
const run = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
  script = 'secrets.sh',
) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const all = { PATH: process.env['PATH'], HOME: home, TMPDIR: home, KUBECTL: join(home, 'kubectl'), ...env }
    execFile('dash', [...options, script, ...args], { cwd: home, env: all }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    )
  })
const stored = (name: string) => parse(readFileSync(join(home, 'cluster', name), 'utf8'))
const value = (name: string, key: string) => Buffer.from(stored(name).data[key], 'base64').toString()

test('makes labelled, immutable Secrets and keeps them', async () => {
  const first = await run(bring)
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(/^context lab, namespace parcels-acme\n/)
  const { data, ...rest } = stored('edge-tls-v1')
  expect(Object.keys(data)).toEqual(['tls.crt', 'tls.key'])
  expect(rest).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    immutable: true,
    metadata: {
      name: 'edge-tls-v1',
      namespace: 'parcels-acme',
      labels: {
        'app.kubernetes.io/managed-by': 'waybill',
        'waybill.dev/product': 'parcels',
        'waybill.dev/instance': 'acme',
      },
    },
  })
  expect(value(composed, 'SMTP_URL')).toBe(`smtp://app:${percentEncode(hostileText)}@mail:25`)
  expect(value(composed, 'etc_app_app.conf')).toBe(hostileLiterals.before + hostileText + hostileLiterals.after)
  const again = await run([])
  expect(again).toMatchObject({ code: 0, stderr: '' })
  expect(again.stdout.split('\n').filter((line) => !line.startsWith('kept'))).toEqual([
    'context lab, namespace parcels-acme',
    '',
  ])
  expect(await run(['--check'])).toMatchObject({ code: 0, stdout: 'context lab, namespace parcels-acme\n' })
})

test('another admin who is first wins, and what is composed uses that value', async () => {
  const { code, stdout } = await run(bring, { FIRST: 'db-password-v1' })
  expect(code).toBe(0)
  expect(stdout).toContain('kept      db-password-v1\n')
  expect(value(composed, 'DATABASE_URL')).toBe('postgres://app:other@tcp://db:5432/app')
  expect(await run([])).toMatchObject({ code: 0 })
})

test('a value that is brought is refused when another admin was first with a different one', async () => {
  const { code, stderr } = await run(bring, { FIRST: 'smtp-password-v1' })
  expect(code).toBe(1)
  expect(stderr).toContain('raise secrets.versions.smtp-password to 2')
})

describe('a Secret that is there already', () => {
  const there = (labels: readonly string[]) =>
    writeFileSync(
      join(home, 'cluster/db-password-v1'),
      ['metadata:', '  labels:', ...labels.map((label) => `    ${label}`), 'data:', '  "value": "b3RoZXI="', ''].join(
        '\n',
      ),
    )

  test.each([
    ['another instance', ['waybill.dev/product: "parcels"', 'waybill.dev/instance: "other"'], '"other" of "parcels"'],
    ['another product', ['waybill.dev/product: "shop"', 'waybill.dev/instance: "acme"'], '"acme" of "shop"'],
  ])('and belongs to %s is refused', async (_, labels, owner) => {
    there(labels)
    for (const args of [bring, ['--check']]) {
      const { code, stdout, stderr } = await run(args)
      expect(code).toBe(1)
      expect(stderr).toContain(
        `the Secret db-password-v1 in the namespace parcels-acme belongs to the instance ${owner}. Two instances need two namespaces`,
      )
      expect(stdout).not.toContain('db-password-v1')
    }
  })

  test.each([
    ['by hand', []],
    ['by this instance', ['waybill.dev/instance: "acme"', 'waybill.dev/product: "parcels"']],
    ['by hand for this instance', ['waybill.dev/instance: "acme"']],
  ])('and was made %s is kept', async (_, labels) => {
    there(labels)
    const { code, stdout } = await run(bring)
    expect(code).toBe(0)
    expect(stdout).toContain('kept      db-password-v1\n')
    expect(value(composed, 'DATABASE_URL')).toBe('postgres://app:other@tcp://db:5432/app')
  })
})

test('a missing namespace is told with the command that makes it', async () => {
  const { code, stderr } = await run(bring, { NO_NAMESPACE: '1' })
  expect(code).toBe(1)
  expect(stderr).toContain('create namespace parcels-acme')
  expect(readdirSync(join(home, 'cluster'))).toEqual([])
})

test('no value is in an argument or the environment of kubectl, in a trace or in the output', async () => {
  const { code, stdout, stderr } = await run(bring, {}, ['-x'])
  expect(code).toBe(0)
  const open = stdout + stderr + readFileSync(join(home, 'seen'), 'utf8')
  expect(open).toContain('go-template=found')
  const encoded = readdirSync(join(home, 'cluster')).flatMap((name) => Object.values<string>(stored(name).data))
  expect(encoded).toHaveLength(12)
  const leaked = encoded.filter((each) => open.includes(each) || open.includes(Buffer.from(each, 'base64').toString()))
  expect(leaked).toEqual([])
  expect(readdirSync(home).filter((name) => name.startsWith('.waybill-secrets'))).toEqual([])
})

/** A deployment whose one secret is brought and read from files, alone and three times in one. */
const brought = (): Deployment => {
  const sample = deployment.services.find(({ id }) => id === 'db')!
  const secretFiles = [
    { path: '/run/one', value: ref('smtp-password') },
    { path: '/run/three', value: text(ref('smtp-password'), ref('smtp-password'), ref('smtp-password')) },
  ]
  return {
    ...deployment,
    services: [{ ...sample, secretFiles }],
    secrets: deployment.secrets.filter(({ id }) => id === 'smtp-password'),
  }
}

describe('a value that is too much', () => {
  const use = (what: Deployment) =>
    writeFileSync(
      join(home, 'secrets.sh'),
      kubernetesSecretsScript(
        planSecrets(what, () => '', 'pods'),
        what,
      ),
    )

  test('for a Secret is refused, and nothing is stored', async () => {
    use(brought())
    writeFileSync(join(home, 'smtp'), Buffer.alloc(2 ** 20 + 1, 'x'))
    const { code, stderr } = await run(bring)
    expect(code).toBe(1)
    expect(stderr).toContain(
      'smtp-password: the value takes 1048577 bytes; Kubernetes keeps at most 1,048,576 in a Secret.',
    )
    expect(readdirSync(join(home, 'cluster'))).toEqual([])
  })

  test('for a Secret only where it is composed is told there', async () => {
    use(brought())
    writeFileSync(join(home, 'smtp'), Buffer.alloc(2 ** 19, 'x'))
    const { code, stderr } = await run(bring)
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^db-secrets-[0-9a-f]{8} takes 1572864 bytes; Kubernetes keeps at most 1,048,576 in a Secret\.\n$/,
    )
    expect(readdirSync(join(home, 'cluster'))).toEqual(['smtp-password-v1'])
  })

  test.each([
    [
      'a variable',
      Buffer.alloc(131_001, 'x'),
      'is longer than the 131,000 bytes that a variable can carry (read as SMTP_PASSWORD of api)',
    ],
    ['text', Buffer.from([0x61, 0xff]), 'is not UTF-8 (read as SMTP_PASSWORD of api)'],
    ['text without NUL', Buffer.from([0x61, 0]), 'holds a NUL byte (read as SMTP_PASSWORD of api)'],
    ['anything', Buffer.from(''), 'is empty'],
  ])('for %s is refused, and nothing is stored of it', async (_, value, why) => {
    writeFileSync(join(home, 'smtp'), value)
    const { code, stderr } = await run(bring)
    expect(code).toBe(1)
    expect(stderr).toContain(`smtp-password: the value ${why}`)
    expect(readdirSync(join(home, 'cluster'))).not.toContain('smtp-password-v1')
    expect(readdirSync(join(home, 'cluster'))).not.toContain(composed)
  })
})

describe('what the site has in Secrets of its own', () => {
  const existing: Deployment = {
    ...brought(),
    secrets: brought().secrets.map((secret) => ({ ...secret, existing: { value: { name: 'mail', key: 'pw' } } })),
    secretSource: { source: 'existing', values: [] },
  }
  const made = planSecrets(existing, () => '', 'pods').composed[0]!.object
  const has = (key: string, base64: string) =>
    writeFileSync(join(home, 'cluster/mail'), `data:\n  "${key}": "${base64}"\n`)
  beforeEach(() =>
    writeFileSync(
      join(home, 'secrets.sh'),
      kubernetesSecretsScript(
        planSecrets(existing, () => '', 'pods'),
        existing,
      ),
    ),
  )

  test('is found, composed from, and never written', async () => {
    has('pw', Buffer.from('x y').toString('base64'))
    const before = readFileSync(join(home, 'cluster/mail'), 'utf8')
    expect(await run(['--check'])).toMatchObject({ code: 1, stdout: expect.stringContaining(`missing   ${made}\n`) })
    expect(await run([])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`found     mail/pw\ncomposed  ${made}\n`),
    })
    expect(value(made, 'run_three')).toBe('x yx yx y')
    expect(readFileSync(join(home, 'cluster/mail'), 'utf8')).toBe(before)
    expect(await run(['--check'])).toMatchObject({ code: 0, stderr: '' })
  })

  test.each([
    [
      'missing',
      () => {},
      'smtp-password: the Secret mail is missing in the namespace parcels-acme (secrets.existing in instance.yaml).',
    ],
    [
      'without the key',
      () => has('other', 'eA=='),
      'smtp-password: the Secret mail has no key "pw"; its keys: "other" (secrets.existing in instance.yaml).',
    ],
    ['empty', () => has('pw', ''), 'smtp-password: "pw" of the Secret mail is empty.'],
  ])('and is %s is told, and nothing is written', async (_, make, message) => {
    make()
    const before = readdirSync(join(home, 'cluster'))
    for (const args of [[], ['--check']]) {
      const { code, stderr } = await run(args)
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(message) })
    }
    expect(readdirSync(join(home, 'cluster'))).toEqual(before)
  })

  test('and changed since it was composed from is told', async () => {
    has('pw', 'eA==')
    await run([])
    has('pw', 'eQ==')
    const { code, stderr } = await run(['--check'])
    expect(code).toBe(1)
    expect(stderr).toContain(`${made} does not hold what the secrets that it is made of hold now.`)
  })

  test('takes no value from the command line', async () => {
    expect(await run(bring)).toMatchObject({ code: 2, stderr: expect.stringContaining('--from has no place here') })
  })
})

test('with a Job that makes them, only what has to be brought is missing', async () => {
  const withJob: Deployment = { ...deployment, secretSource: { source: 'job', image: 'tools:1' } }
  const script = () => writeFileSync(join(home, 'secrets.sh'), kubernetesSecretsScript(plan, withJob))
  script()
  const { code, stdout, stderr } = await run(['--check'])
  expect(code).toBe(1)
  expect(stdout).toContain('later     db-password-v1 (made by the Job waybill-secrets)\n')
  expect(stdout).toContain('missing   smtp-password-v1\n')
  expect(stderr).toContain('--from smtp-password=FILE')
  writeFileSync(join(home, 'cluster/smtp-password-v1'), 'data:\n  "value": "eA=="\n')
  expect(await run(['--check'])).toMatchObject({ code: 0, stderr: '' })
})

describe('the Secret of an operator', () => {
  const product: ProductDefinition = {
    schema: 1,
    id: 'parcels',
    version: '1.0.0',
    title: 'Parcels',
    areas: [],
    load: [],
    profiles: [],
    settings: [],
    features: [],
    volumes: [],
    secrets: [],
    services: [],
    targets: [],
    dependencies: [
      {
        id: 'mail',
        kind: 'smtp',
        holds: 'mail',
        version: '1',
        modes: ['operator'],
        inputs: [],
        reached: { host: 'host', port: 'port' },
        outputs: [],
        operator: {
          title: 'Mail operator',
          object: {},
          inputs: {},
          secrets: { 'smtp-password': { name: 'mail-app', key: 'pw' } },
        },
      },
    ],
  }
  const given: Deployment = {
    ...brought(),
    secrets: brought().secrets.map((secret) => ({ ...secret, existing: { value: { name: 'mail-app', key: 'pw' } } })),
    external: [{ id: 'mail', kind: 'smtp', operator: {}, host: 'mail-rw', port: 25, usedBy: ['api'] }],
    origin: { product, instance: { schema: 1, id: 'acme', product: 'parcels' } },
  }
  const seen = () => readFileSync(join(home, 'seen'), 'utf8')
  beforeEach(() => {
    mkdirSync(join(home, 'base'))
    writeFileSync(
      join(home, 'base/secrets.sh'),
      kubernetesSecretsScript(
        planSecrets(given, () => '', 'pods'),
        given,
      ),
    )
  })

  test('is asked for, with what custom/ changes, and waited for', async () => {
    writeFileSync(join(home, 'kustomization.yaml'), '')
    writeFileSync(
      join(home, 'kubectl'),
      kubectl(home).replace(
        '  *) exit',
        `  'apply -k') printf 'data:\\n  "pw": "eA=="\\n' >${home}/cluster/mail-app ;;\n  *) exit`,
      ),
    )
    const { code, stdout, stderr } = await run([], {}, [], 'base/secrets.sh')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('found     mail-app/pw\n')
    expect(seen()).toContain('apply\n-k\nbase/..\n-l\nwaybill.dev/dependency\n')
  })

  test('is left to whoever applies the rest where the script runs alone', async () => {
    const { code, stderr } = await run([], {}, [], 'base/secrets.sh')
    expect(code).toBe(1)
    expect(stderr).toContain('the Secret mail-app is missing')
    expect(stderr).toContain('an operator of the cluster makes it')
    expect(seen()).not.toContain('apply\n')
  })
})
