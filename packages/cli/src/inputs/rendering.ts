import type { Problem } from '@waybill/model'
import { type Rendered, renderTarget, strictProblems } from '@waybill/generate'
import type { Inputs } from './inputs.ts'

/** What one target made of the inputs. */
export interface TargetRendering {
  readonly target: string
  readonly rendered: Rendered
}

/** Renders several targets in memory, with every problem that any of them found. */
export function renderAll(
  { product, deployment }: Inputs,
  targets: readonly string[],
  strict: boolean,
): { readonly renderings: readonly TargetRendering[]; readonly problems: readonly Problem[] } {
  const renderings = targets.map((target) => ({ target, rendered: renderTarget(deployment, target) }))
  const problems = renderings.flatMap(({ rendered: { problems: found, losses } }) => [
    ...found,
    ...(strict ? strictProblems(losses, deployment) : []),
  ])
  return { renderings, problems: product.locate(problems) }
}

export const hasErrors = (problems: readonly Problem[]): boolean =>
  problems.some(({ severity }) => severity === 'error')
