// How big the archives of the command line are, and how long the one of this machine takes to say something, beside Node.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../../packages/cli/package.json' with { type: 'json' }
import { platforms } from '../../../tools/package/platforms.ts'
import { measureProcesses } from '../render/measure.ts'
import { type Row, benchOptions, publishReport, row } from '../report.ts'

const bench = 'package'
const options = benchOptions()
const out = join(import.meta.dirname, '../../../out/package')
const archiveOf = (id: string, form: string) => join(out, `waybill-${manifest.version}-${id}.${form}`)

/** What we want to reach: megabytes of an archive; milliseconds, and a ratio to Node, until a first output. */
const goals = { size: 60, first: 120, version: 1.3 }

function sizeRows(): Row[] {
  return platforms.map(({ id, archive }) => {
    const what = { case: id, metric: 'archive', unit: 'MB' }
    return row(bench, what, statSync(archiveOf(id, archive)).size / 1e6, 'goal', goals.size)
  })
}

function timeRows(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-package-'))
  const id = `linux-${process.arch}`
  execFileSync('tar', ['-xzf', archiveOf(id, 'tar.gz'), '-C', folder, '--strip-components=1'])
  const [waybill, node] = [join(folder, 'bin/waybill'), join(folder, 'runtime/node')]
  // the first start on a machine has no code that an earlier one compiled
  const fresh = ['/usr/bin/env', 'NODE_DISABLE_COMPILE_CACHE=1'] as const
  const measured = measureProcesses(
    [
      { id: 'node', command: [node, '-e', '0'] },
      { id: 'version', command: [waybill, '--version'] },
      { id: 'help', command: [waybill, 'render', '--help'] },
      { id: 'first', command: [...fresh, waybill, 'render', '--help'] },
    ],
    options.quick ? 5 : 21,
  )
  rmSync(folder, { recursive: true })
  const of = (id: string): number => measured.get(id)!.milliseconds
  const what = (name: string) => ({ case: name, metric: 'process', unit: 'ms' })
  return [
    row(bench, what('waybill --version'), of('version'), 'node -e 0', of('node')),
    row(bench, what('waybill --version'), of('version'), 'goal', goals.version * of('node')),
    row(bench, what('waybill render --help'), of('help'), 'goal', goals.first),
    row(bench, what('waybill render --help, first time'), of('first'), 'goal', goals.first),
  ]
}

if (!existsSync(join(out, 'SHA256SUMS'))) throw new Error(`${out} has no archives: run "npm run package" first.`)
await publishReport(
  {
    bench,
    title: 'The command line as one archive',
    command: 'npm run package && npm run bench:package -- --write',
    rows: [...sizeRows(), ...(process.platform === 'linux' ? timeRows() : [])],
    notes: [
      'Times are medians of whole processes, through the launcher of the archive of this machine, with the Node that is in it.',
      `Node in the archives: ${platforms.map(({ id, runtime }) => `${runtime.version} for ${id}`).join(', ')}.`,
    ],
  },
  options,
)
