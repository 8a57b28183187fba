import { type Problem, checkLocked } from '@waybill/model'
import { type Rendered, renderTarget, strictProblems } from '@waybill/generate'
import type { Inputs } from './inputs.ts'

/** What one target made of the inputs. */
export interface TargetRendering {
  readonly target: string
  readonly rendered: Rendered
}

/** Renders several targets in memory, with every problem that any of them found. */
export function renderAll(
  { product, instance, deployment }: Inputs,
  targets: readonly string[],
  strict: boolean,
): { readonly renderings: readonly TargetRendering[]; readonly problems: readonly Problem[] } {
  const renderings = targets.map((target) => ({ target, rendered: renderTarget(deployment, target) }))
  const images = renderings.flatMap(({ rendered }) => rendered.images)
  const problems = [
    ...renderings.flatMap(({ rendered: { problems: found, losses } }) => [
      ...found,
      ...(strict ? strictProblems(losses, deployment) : []),
    ]),
    ...(product.lock ? checkLocked(product.definition, images, deployment.site.registry) : []),
  ]
  return {
    renderings,
    problems: [
      ...instance.locate(once(problems.filter(ofInstance))),
      ...product.locate(once(problems.filter((each) => !ofInstance(each)))),
    ],
  }
}

/** Codes from WB2000 on are about the instance file, and so are those for what a target cannot do with its choices. */
const ofInstance = ({ code }: Problem): boolean => code.startsWith('WB2') || choicesThatATargetRefuses.has(code)
const choicesThatATargetRefuses: ReadonlySet<string> = new Set(['WB5006', 'WB5007', 'WB5008', 'WB5009'])

/** What several targets find alike is one problem. */
const once = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((each) => [JSON.stringify([each.code, each.path, each.params]), each])).values(),
]

export const hasErrors = (problems: readonly Problem[]): boolean =>
  problems.some(({ severity }) => severity === 'error')
