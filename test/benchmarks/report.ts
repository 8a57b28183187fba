import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { format, resolveConfig } from 'prettier'

/** One comparison. `ratio` is ours divided by the peer's: below 1 we need less. */
export interface Row {
  readonly bench: string
  readonly case: string
  readonly metric: string
  readonly unit: string
  readonly ours: number
  readonly peer: string
  readonly peerValue: number
  readonly ratio: number
}

/** A comparison with a peer; a goal of ours is a peer too. */
export function row(
  bench: string,
  what: { readonly case: string; readonly metric: string; readonly unit: string },
  ours: number,
  peer: string,
  peerValue: number,
): Row {
  const exact = (value: number) => Number(value.toPrecision(4))
  return { bench, ...what, ours: exact(ours), peer, peerValue: exact(peerValue), ratio: exact(ours / peerValue) }
}

/** What every benchmark takes. */
export interface BenchOptions {
  /** One JSON object per row instead of the table. */
  readonly json: boolean
  /** A smoke test: few cases, few runs. */
  readonly quick: boolean
  /** Put the table into the documentation. */
  readonly write: boolean
}
export function benchOptions(): BenchOptions {
  const flag = { type: 'boolean', default: false } as const
  return parseArgs({ options: { json: flag, quick: flag, write: flag } }).values
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Shows progress where it does not disturb what is read from standard output. */
export const progress = (text: string): void => void process.stderr.write(`${text}\n`)

/** Everything that a benchmark found out. */
export interface Report {
  readonly bench: string
  readonly title: string
  readonly command: string
  readonly rows: readonly Row[]
  /** One sentence each: versions, what was skipped and why, what the numbers mean. */
  readonly notes: readonly string[]
}

/** Prints a report in the form that was asked for, and writes it into `docs/benchmarks.md` if wanted. */
export async function publishReport(report: Report, { json, write }: BenchOptions): Promise<void> {
  if (json) for (const each of report.rows) console.log(JSON.stringify(each))
  else console.log(`${report.title}\n\n${plainTable(report.rows)}\n\n${report.notes.join('\n')}`)
  if (write) await writeSection(report)
}

const headings = ['case', 'metric', 'unit', 'ours', 'peer', 'its', 'ours / its']
const cells = (each: Row): string[] => [
  each.case,
  each.metric,
  each.unit,
  shown(each.ours),
  each.peer,
  shown(each.peerValue),
  each.ratio.toFixed(each.ratio < 0.1 ? 3 : 2),
]

function shown(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0)
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}

function plainTable(rows: readonly Row[]): string {
  const lines = [headings, ...rows.map(cells)]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const isNumber = (column: number) => column === 3 || column >= 5
  return lines
    .map((line) =>
      line
        .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const root = join(import.meta.dirname, '../..')
const file = join(root, 'docs/benchmarks.md')
const preface = `# Benchmarks

Every table is made by its command, in one run on one machine: compare the ratios, not the milliseconds. "ours / its" is
our number divided by the other one; below 1 we need less.
`

/** Each benchmark owns the part of the page between its two markers. */
async function writeSection(report: Report): Promise<void> {
  const [start, end] = [`<!-- ${report.bench} -->`, `<!-- end of ${report.bench} -->`]
  const before = existsSync(file) ? readFileSync(file, 'utf8') : preface
  const section = `${start}\n\n${markdown(report)}\n\n${end}`
  const [from, to] = [before.indexOf(start), before.indexOf(end)]
  const text = from < 0 ? `${before}\n${section}\n` : before.slice(0, from) + section + before.slice(to + end.length)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), parser: 'markdown' }))
}

function markdown({ title, command, rows, notes }: Report): string {
  const line = (list: readonly string[]) => `| ${list.join(' | ')} |`
  const table = [
    line(headings),
    line(headings.map((_, i) => (i === 3 || i >= 5 ? '--:' : '---'))),
    ...rows.map((each) => line(cells(each))),
  ]
  const [commit] = [execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()]
  return [
    `## ${title}`,
    `\`${command}\` at commit ${commit}, on ${machine()}.`,
    table.join('\n'),
    notes.map((note) => `- ${note}`).join('\n'),
  ].join('\n\n')
}

function machine(): string {
  const processors = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`
}
