// The container image of the command line: read-only, as whoever starts it, with one mounted folder and no network.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson } from '@waybill/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import parcels from '../../examples/parcels/product.ts'
import manifest from '../../packages/cli/package.json' with { type: 'json' }
import { mustRun, run } from './program.ts'
import { registry } from './rendering.ts'

const root = join(import.meta.dirname, '../..')
const image = `waybill-test-cli:${process.pid}`
const base = `${registry}/lab/debian:bookworm`
const folder = mkdtempSync(join(tmpdir(), 'waybill-image-test-'))
const work = join(folder, 'work')

/** Nobody's numbers, as on a cluster that gives them out. */
const user = '12345:12345'
const waybill = (...args: readonly string[]) =>
  run('docker', [
    'run',
    '--rm',
    '--read-only',
    '--network=none',
    `--user=${user}`,
    `--volume=${work}:/work`,
    image,
    ...args,
  ])

beforeAll(async () => {
  mkdirSync(work)
  chmodSync(work, 0o777)
  writeFileSync(join(work, 'product.json'), canonicalJson(parcels))
  cpSync(join(root, 'examples/parcels/instance.yaml'), join(work, 'instance.yaml'))
  const args = ['--platform', 'linux-x64', '--image', image, '--base', base, '--out', join(folder, 'out')]
  await mustRun(process.execPath, [join(root, 'tools/package/main.ts'), ...args])
})
afterAll(async () => {
  await run('docker', ['rmi', '--force', image])
  rmSync(folder, { recursive: true })
})

test('what was saved is what was built, under its checksum', async () => {
  const file = `waybill-${manifest.version}-linux-x64.image.tar`
  const { code } = await run('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: join(folder, 'out') })
  expect(code).toBe(0)
  expect(readFileSync(join(folder, 'out/SHA256SUMS'), 'utf8')).toContain(`  ${file}\n`)
  await mustRun('docker', ['rmi', image])
  await mustRun('docker', ['load', '--input', join(folder, 'out', file)])
  expect(await waybill('--version')).toEqual({ code: 0, out: `${manifest.version}\n`, err: '' })
})

test('it runs as nobody if nobody says as whom', async () => {
  const [made] = JSON.parse(await mustRun('docker', ['image', 'inspect', image])) as [{ Config: { User: string } }]
  expect(made.Config.User).toBe('65532:65532')
})

test('it renders what the sources render', async () => {
  const args = ['render', 'product.json', '--instance', 'instance.yaml', '--all', '--out']
  expect(await waybill(...args, 'out')).toMatchObject({ code: 0, err: '' })
  await mustRun(process.execPath, [join(root, 'packages/cli/bin/waybill.js'), ...args, 'source'], { cwd: work })
  expect(await run('diff', ['--recursive', 'out', 'source'], { cwd: work })).toEqual({ code: 0, out: '', err: '' })
})
