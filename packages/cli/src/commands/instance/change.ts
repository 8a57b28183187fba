import { readFileSync } from 'node:fs'
import { createTwoFilesPatch } from 'diff'
import { type Outcome, type Problem, checkImmutable, problem, readInstance } from '@waybill/model'
import { print, printError, printJson } from '../../display/print.ts'
import { fail, printProblems, problemJson, shownPath, sorted } from '../../display/problems.ts'
import { onOutput } from '../../display/style.ts'
import { onTerminal } from '../../display/terminal.ts'
import { resolveInputs } from '../../inputs/inputs.ts'
import type { InstanceFile } from '../../inputs/instance.ts'
import type { ProductFile } from '../../inputs/product-file.ts'
import { replaceFile } from '../../io/replace-file.ts'
import { fileProblem } from '../../io/text-file.ts'

/** A change of an instance file that nobody has agreed to yet. */
export interface Change {
  readonly file: string
  readonly before: string
  readonly after: string
}
export interface Consent {
  readonly yes?: boolean
  readonly json?: boolean
}

/** Checks all that a changed instance means, as `waybill check` would; problems name the path, since the lines are not on disk. */
export function checkChange(
  product: ProductFile,
  { file, after }: Change,
  /** What is installed: settings that cannot change are compared with it. */
  installed: InstanceFile | undefined,
): Outcome<undefined> {
  const read = readInstance(after, file)
  if (!read.ok) return { ok: false, problems: read.problems.map(withoutLine(file)) }
  const { instance } = read.value
  const resolved = resolveInputs(product, { file, instance, locate: (found) => found.map(withoutLine(file)) })
  const frozen = installed ? checkImmutable(product.definition, installed.instance, instance) : []
  const problems = [...(resolved.ok ? resolved.warnings : resolved.problems), ...frozen.map(withoutLine(file))]
  return resolved.ok && frozen.length === 0
    ? { ok: true, value: undefined, warnings: problems }
    : { ok: false, problems }
}

const withoutLine =
  (file: string) =>
  (found: Problem): Problem => ({ ...found, at: { file } })

/** Shows a change, asks on a terminal, writes it. Gives the exit code: 3 when somebody still has to agree. */
export async function carryOut(
  change: Change,
  warnings: readonly Problem[],
  { yes = false, json = false }: Consent,
): Promise<number> {
  const { file, before, after } = change
  if (before === after) {
    if (json) printJson({ ok: true, problems: sorted(warnings).map(problemJson), file, changed: false, diff: '' })
    else print(`${shownPath(file)}: nothing to change.`)
    return 0
  }
  const diff = unifiedDiff(change)
  if (!json) {
    printProblems(warnings)
    print(coloured(diff))
  }
  const agreed = yes || (!json && onTerminal() && (await isAgreed(file)))
  const refusal = agreed ? write(change) : undefined
  if (refusal) return fail([refusal], json)
  if (json) printJson({ ok: agreed, problems: sorted(warnings).map(problemJson), file, changed: agreed, diff })
  else if (agreed) print(`${shownPath(file)} is changed.`)
  else if (onTerminal()) printError('Nothing was changed.')
  else printError('Nothing was changed: without a terminal to ask on, --yes says that the change is wanted.')
  return agreed ? 0 : !json && onTerminal() ? 1 : 3
}

async function isAgreed(file: string): Promise<boolean> {
  const { Cancelled, ui } = await import('./ui.ts')
  try {
    return await ui.agree(`Change ${shownPath(file)}?`, true)
  } catch (error) {
    if (error instanceof Cancelled) return false
    throw error
  }
}

/** Writes unless the file is another one by now. A byte order mark, which no text has that was read, stays. */
function write({ file, before, after }: Change): Problem | undefined {
  try {
    const there = readFileSync(file, 'utf8')
    const mark = there.startsWith('\uFEFF') ? '\uFEFF' : ''
    if (there !== mark + before) return { ...problem('WB2028', [], { file }), at: { file } }
    replaceFile(file, mark + after)
    return undefined
  } catch (error) {
    return { ...fileProblem(error, file), at: { file } }
  }
}

/** A change as `diff -u` writes it. */
function unifiedDiff({ file, before, after }: Change): string {
  const name = shownPath(file)
  return createTwoFilesPatch(name, name, before, after, '', '')
    .replace(/^(?:Index: .*\n)?=+\n/, '')
    .replace(/\t(?=\n)/g, '')
    .trimEnd()
}

const coloured = (diff: string): string =>
  diff
    .split('\n')
    .map((line) =>
      /^(?:---|\+\+\+) /.test(line)
        ? onOutput('bold', line)
        : line.startsWith('+')
          ? onOutput('green', line)
          : line.startsWith('-')
            ? onOutput('red', line)
            : line,
    )
    .join('\n')
