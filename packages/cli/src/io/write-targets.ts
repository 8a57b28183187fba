import { join, resolve as absolute } from 'node:path'
import { type PrintedFile, printOutput } from '@waybill/generate'
import { type Problem, digestOf } from '@waybill/model'
import type { Inputs } from '../inputs/inputs.ts'
import type { TargetRendering } from '../inputs/rendering.ts'
import { version } from '../version.ts'
import { whileLocked } from './lock.ts'
import { type FolderPlan, planFolder } from './output-folder.ts'
import { sha256 } from './sha256.ts'
import { applyPlan } from './swap.ts'
import { fileProblem } from './text-file.ts'

/** What became of one target's folder. */
export interface WrittenTarget extends TargetRendering {
  readonly plan: FolderPlan
}

/** The files of one target as they are written. */
export function printTarget({ deployment, instance }: Inputs, { target, rendered }: TargetRendering): PrintedFile[] {
  const provenance = {
    generator: version(),
    product: deployment.product,
    instance: { id: deployment.instance.id, digest: digestOf(instance.instance, sha256) },
    target,
  }
  return printOutput(rendered, provenance, sha256)
}

interface Output {
  readonly written: readonly WrittenTarget[]
  readonly problems: readonly Problem[]
}

/** Writes `out/<target>/` for each target, or nothing at all when one of the folders stands in the way. */
export function writeTargets(
  inputs: Inputs,
  renderings: readonly TargetRendering[],
  out: string,
  overwrite: boolean,
): Output {
  const folder = absolute(out)
  try {
    const output = whileLocked(folder, () => write(inputs, renderings, folder, overwrite))
    return 'written' in output ? output : { written: [], problems: [output] }
  } catch (error) {
    const file = error instanceof Error && 'path' in error ? String(error.path) : out
    return { written: [], problems: [fileProblem(error, file)] }
  }
}

function write(inputs: Inputs, renderings: readonly TargetRendering[], folder: string, overwrite: boolean): Output {
  const planned = renderings.map((each) => ({
    ...each,
    ...planFolder(join(folder, each.target), printTarget(inputs, each), overwrite),
  }))
  const problems = planned.flatMap((each) => each.problems)
  if (problems.length > 0) return { written: [], problems }
  for (const { plan } of planned) applyPlan(plan)
  return { written: planned, problems: [] }
}
