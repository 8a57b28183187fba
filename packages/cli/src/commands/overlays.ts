import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Deployment, type OverlayState, type Problem, overlayStates, problem, resolve } from '@waybill/model'
import {
  type Customization,
  type PrintedFile,
  type Rendered,
  printCustomFiles,
  renderTarget,
  targetOf,
} from '@waybill/generate'
import { print, printJson } from '../display/print.ts'
import { exitCodeFor, fail, printProblems, problemJson, shellPath, shownPath } from '../display/problems.ts'
import { table } from '../display/table.ts'
import { readInstanceFile } from '../inputs/instance-file.ts'
import { readProductFile } from '../inputs/product-file.ts'
import { sha256 } from '../io/sha256.ts'
import { fileProblem } from '../io/text-file.ts'

export interface OverlaysOptions {
  readonly instance: string
  readonly export?: string
  readonly target?: string
  readonly json?: boolean
}

/** Says how each overlay of an instance stands to the product, or writes them as the engine's own patches. */
export async function overlays(productPath: string, options: OverlaysOptions): Promise<number> {
  const { json = false } = options
  const [product, instance] = await Promise.all([readProductFile(productPath), readInstanceFile(options.instance)])
  const problems = [product, instance].flatMap((read) => (read.ok ? read.warnings : read.problems))
  if (!product.ok || !instance.ok) return fail(problems, json)
  const { overlays: list = [], ...rest } = instance.value.instance
  const plain = resolve(product.value.definition, rest, sha256)
  if (!plain.ok) return fail([...problems, ...instance.value.locate(plain.problems)], json)
  const { states, deployment, problems: found } = overlayStates(plain.value, list)
  const all = [...problems, ...instance.value.locate(found)]
  if (options.export === undefined) return show(states, all, json)
  if (all.some(({ severity }) => severity === 'error')) return fail(all, json)
  const target = options.target ?? instance.value.instance.target
  if (target === undefined || !targetOf(target)) return fail([problem('WB1003', [], { key: '--target' })], json)
  return exportOverlays({ plain: plain.value, patched: deployment, target, folder: options.export }, json)
}

function show(states: readonly OverlayState[], problems: readonly Problem[], json: boolean): number {
  if (json) printJson({ ok: exitCodeFor(problems) === 0, problems: problems.map(problemJson), overlays: states })
  else {
    if (states.length === 0) print('The instance has no overlays.')
    else print(table(states.map(rowOf)))
    printProblems(problems)
  }
  return problems.some(({ severity }) => severity === 'error') ? 3 : 0
}

const rowOf = ({ state, at, now, set, reason }: OverlayState): string[] => [
  state,
  at,
  `${now ?? 'not there'} → ${set}`,
  reason ?? '',
]

interface Export {
  readonly plain: Deployment
  readonly patched: Deployment
  readonly target: string
  /** The target's folder, where `render` wrote. */
  readonly folder: string
}

function exportOverlays({ plain, patched, target, folder }: Export, json: boolean): number {
  const [without, with_] = [renderTarget(plain, target), renderTarget(patched, target)]
  const problems = [...without.problems, ...with_.problems]
  if (problems.some(({ severity }) => severity === 'error')) return fail(problems, json)
  const customize = targetOf(target)?.customize
  if (!customize) return fail([notExported(target, 'its engine has no form for patches')], json)
  if (scriptOf(without) !== scriptOf(with_))
    return fail([notExported(target, 'one of them changes which secrets are made')], json)
  try {
    return written(folder, customize(without, with_), without, json)
  } catch (error) {
    return fail([fileProblem(error, folder)], json)
  }
}

const notExported = (target: string, why: string): Problem => problem('WB2035', ['overlays'], { target, why })

const scriptOf = ({ files }: Rendered): string => {
  const script = files.find(({ path }) => path === 'base/secrets.sh')
  return script && 'text' in script.content ? script.content.text : ''
}

function written(folder: string, { files, entry }: Customization, plain: Rendered, json: boolean): number {
  const untouched = printCustomFiles(plain.files).find(({ path }) => path === entry.path)?.text
  const path = join(folder, entry.path)
  const now = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  const named = now !== undefined && now.includes(entry.add)
  const ours = now === undefined || now === untouched
  const out: PrintedFile[] = printCustomFiles(files)
  if (ours) out.push({ path: entry.path, text: entry.text, executable: false, custom: true })
  for (const file of out) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true })
    writeFileSync(join(folder, file.path), file.text)
  }
  const add = ours || named ? undefined : entry.add
  if (json) {
    printJson({
      ok: true,
      problems: [],
      files: out.map((file) => file.path),
      add: add === undefined ? null : { path: entry.path, text: add },
    })
    return 0
  }
  for (const file of out) print(`wrote ${shownPath(join(folder, file.path))}`)
  if (add !== undefined) print(`\nYou edited ${shellPath(path)}, so it stays as it is. Add this to it:\n\n${add}`)
  print('\nNow take the overlays out of the instance file and render again: the files apply them from here on.')
  return 0
}
