import { isAccepted, targetOf } from '@waybill/generate'
import type { Problem } from '@waybill/model'
import { describeLosses } from '../display/losses.ts'
import { print, printJson } from '../display/print.ts'
import { fail, printProblems, problemJson, shellPath, shownPath, sorted } from '../display/problems.ts'
import { onOutput } from '../display/style.ts'
import { counted } from '../display/table.ts'
import { type Inputs, readInputs } from '../inputs/inputs.ts'
import { lockChoice } from '../inputs/product-file.ts'
import { hasErrors, renderAll } from '../inputs/rendering.ts'
import { type TargetOptions, chosenTargets, noTarget } from '../inputs/targets.ts'
import { type WrittenTarget, writeTargets } from '../io/write-targets.ts'

export interface RenderOptions extends TargetOptions {
  readonly instance?: string
  readonly out: string
  readonly strict?: boolean
  readonly overwrite?: boolean
  readonly imagesLock?: string
  readonly json?: boolean
}

/** Renders a product for one or more targets into `out/<target>/`; nothing is written when there is any error. */
export async function render(productPath: string, options: RenderOptions): Promise<number> {
  const { strict = false, overwrite = false, json = false } = options
  const inputs = await readInputs(productPath, options.instance, 'bare', lockChoice(options.imagesLock))
  if (!inputs.ok) return fail(inputs.problems, json)
  const targets = chosenTargets(inputs.value, options)
  if (!targets) return 2
  if (targets.length === 0) return fail(inputs.value.product.locate([noTarget()]), json)
  const { renderings, problems } = renderAll(inputs.value, targets, strict)
  const found = [...inputs.warnings, ...problems]
  if (hasErrors(found)) return fail(found, json)
  const output = writeTargets(inputs.value, renderings, options.out, overwrite)
  if (output.problems.length > 0) return fail([...found, ...output.problems], json)
  if (json) printJson(reportJson(output.written, found))
  else report(inputs.value, output.written, found)
  return 0
}

function reportJson(written: readonly WrittenTarget[], problems: readonly Problem[]): object {
  const targets = written.map(({ target, rendered, plan }) => ({
    target,
    folder: plan.folder,
    files: plan.ours.map(({ path }) => path),
    changed: [...plan.changed],
    removed: plan.removed,
    losses: rendered.losses,
    commands: targetOf(target)?.commands,
  }))
  return { ok: true, problems: sorted(problems).map(problemJson), targets }
}

function report({ deployment }: Inputs, written: readonly WrittenTarget[], problems: readonly Problem[]): void {
  printProblems(problems)
  print(written.map((each) => describeTarget(each, deployment)).join('\n\n'))
}

function describeTarget({ target, rendered, plan }: WrittenTarget, deployment: Inputs['deployment']): string {
  const { title = target, commands } = targetOf(target) ?? {}
  const folder = shownPath(plan.folder)
  const open = rendered.losses.filter((loss) => !isAccepted(loss, deployment))
  const accepted = rendered.losses.length - open.length
  return [
    `${onOutput('bold', title)}: ${folder}/`,
    `  ${changes(plan)}`,
    ...(open.length > 0 ? [`  What this target does in another way or not at all:`, describeLosses(open, '    ')] : []),
    ...(accepted > 0 ? [`  ${counted(accepted, 'loss', 'losses')} accepted in the definition.`] : []),
    ...(commands
      ? ['  Next:', `    cd ${shellPath(plan.folder)}`, `    ${commands.secrets}`, `    ${commands.up}`]
      : []),
  ].join('\n')
}

function changes({ ours, isNew, changed, removed }: WrittenTarget['plan']): string {
  if (isNew) return `${counted(ours.length, 'file')} written.`
  if (changed.size === 0 && removed.length === 0) return `${counted(ours.length, 'file')}, none changed.`
  return `${counted(ours.length, 'file')}: ${changed.size} changed, ${removed.length} removed.`
}
