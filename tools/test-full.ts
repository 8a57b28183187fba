// `npm run test:full`: every test with its long series in full, on the engines that are there, and what came of it in
// docs/evidence.json.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly skips: readonly { readonly reason: string; readonly count: number }[]
}

const seed = process.env['WAYBILL_SEED'] ?? String(Math.floor(Math.random() * 2 ** 31))
const folder = mkdtempSync(join(tmpdir(), 'waybill-full-'))
const suites = [
  { name: 'tests', args: [] },
  { name: 'engines', args: ['--config', 'vitest.engines.config.ts'], needs: 'WAYBILL_TEST_KUBECONFIG' },
]

function run({ name, args, needs }: { name: string; args: readonly string[]; needs?: string }) {
  if (needs && !process.env[needs]) return { name, notRun: `${needs} is not set: no engines are there` }
  const file = join(folder, `${name}.json`)
  const env = { ...process.env, WAYBILL_FULL: '1', WAYBILL_SEED: seed, WAYBILL_TEST_TOTALS: file }
  const { status } = spawnSync('npx', ['vitest', 'run', ...args], { env, stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
  return { name, ...(JSON.parse(readFileSync(file, 'utf8')) as Totals) }
}

const commit = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).stdout.trim()
const changed = spawnSync('git', ['status', '--porcelain'], { encoding: 'utf8' }).stdout.trim() !== ''
const evidence = { commit, ...(changed && { changed }), seed, suites: suites.map(run) }
writeFileSync('docs/evidence.json', `${JSON.stringify(evidence, null, 2)}\n`)
rmSync(folder, { recursive: true })
