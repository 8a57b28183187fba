import { relative } from 'node:path'
import { type Location, type Problem, wordingOf } from '@waybill/model'
import { printError, printJson, printJsonLine } from './print.ts'
import { onError } from './style.ts'
import { counted } from './table.ts'

/** A problem as `--json` shows it. */
export function problemJson(problem: Problem): object {
  const { code, severity, path, at } = problem
  return { code, severity, path: path.join('/'), at: at ?? null, ...wordingOf(problem) }
}

/** Shows all problems at once on standard error, sorted by place, with a count at the end. */
export function printProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return
  printError(`${sorted(problems).map(describeProblem).join('\n\n')}\n`)
  printError(summary(problems))
}

/** Ends a command that cannot go on: shows why, in the form asked for, and gives the exit code. */
export function fail(problems: readonly Problem[], json: boolean): number {
  if (json) printJson({ ok: false, problems: sorted(problems).map(problemJson) })
  else printProblems(problems)
  return exitCodeFor(problems)
}

/** The same for a command that prints several documents, one per line. */
export function failInOneLine(problems: readonly Problem[], json = false): number {
  if (json) printJsonLine({ ok: false, problems: sorted(problems).map(problemJson) })
  else printProblems(problems)
  return exitCodeFor(problems)
}

const usage = new Set<string>(['WB4001', 'WB4002'])
const refused = new Set<string>(['WB2028', 'WB2029', 'WB4003', 'WB4004', 'WB4005', 'WB4009', 'WB4010', 'WB4011'])

/** Of registries and bundles; an image that a lock lacks is a problem of the definition. */
const isTransfer = (code: string): boolean => code.startsWith('WB6') && code !== 'WB6008'

/** 2 for arguments that name nothing, 1 for what the disk refuses, 3 for problems of definitions and instances. */
export function exitCodeFor(problems: readonly Problem[]): number {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.some(({ code }) => usage.has(code))) return 2
  if (errors.length > 0 && errors.every(({ code }) => refused.has(code) || isTransfer(code))) return 1
  return 3
}

function describeProblem(problem: Problem): string {
  const { code, severity, path, at } = problem
  const { title, what, why, fix } = wordingOf(problem)
  const head = [
    place(at),
    onError(severity === 'error' ? 'red' : 'yellow', severity === 'error' ? code : `${code} (warning)`),
    onError('bold', title),
  ]
  const lines = [
    head.filter((part) => part !== '').join(' '),
    ...(path.length > 0 ? [`  ${onError('dim', `at ${path.join('/')}`)}`] : []),
    `  ${what}`,
    `  Why: ${why}`,
    `  Do:  ${fix}`,
  ]
  return lines.join('\n')
}

function place(at: Location | undefined): string {
  if (!at) return ''
  return [shownPath(at.file), at.line, at.column].filter((part) => part !== undefined).join(':')
}

/** A path as people typed it or could type it: relative while it does not lead far away. */
export function shownPath(file: string): string {
  const near = relative(process.cwd(), file)
  return near === '' ? '.' : near.startsWith('../../..') ? file : near
}

/** A path as a word of a shell command. */
export function shellPath(file: string): string {
  const path = shownPath(file)
  // a leading hyphen would be an option
  const safe = path.startsWith('-') ? `./${path}` : path
  return /^[\w./@%+:,=-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", `'\\''`)}'`
}

export function sorted(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      compare(a.at?.file ?? '', b.at?.file ?? '') ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
      compare(a.code, b.code) ||
      compare(a.path.join('/'), b.path.join('/')),
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function summary(problems: readonly Problem[]): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  return [
    ...(errors > 0 ? [counted(errors, 'error')] : []),
    ...(warnings > 0 ? [counted(warnings, 'warning')] : []),
  ].join(', ')
}
