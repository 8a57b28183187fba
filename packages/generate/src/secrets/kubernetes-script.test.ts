import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { percentEncode } from '@waybill/model'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { planSecrets } from './plan.ts'
import { kubernetesSecretsScript } from './scripts.ts'
import { hostileLiterals, hostileText, sampleDeployment } from './secrets.fixture.ts'

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
const plan = planSecrets(deployment, () => 'tcp://db:5432')
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
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}, options: readonly string[] = []) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const all = { PATH: process.env['PATH'], HOME: home, TMPDIR: home, KUBECTL: join(home, 'kubectl'), ...env }
    execFile('dash', [...options, 'secrets.sh', ...args], { cwd: home, env: all }, (error, stdout, stderr) =>
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
