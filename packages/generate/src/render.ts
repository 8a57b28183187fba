import { type Deployment, type Problem, nearest, problem, readWith } from '@waybill/model'
import type { Rendered, Target } from './target.ts'
import { targets } from './targets/index.ts'

/** The target of this id, if there is one. */
export const targetOf = (id: string): Target | undefined => targets.find((each) => each.id === id)

/**
 * Renders a deployment for one target, with the options that its definition gives for it. Pure: the same deployment gives
 * the same files on every machine.
 *
 * @returns files, losses and problems; with a problem of severity `error` the files must not be used
 */
export function renderTarget(deployment: Deployment, id: string): Rendered {
  const target = targetOf(id)
  if (!target) return failed([unknownTarget(id)])
  const options = readWith(target.options, deployment.targets[id]?.options ?? {})
  if ('problems' in options) {
    return failed(options.problems.map((each) => ({ ...each, path: ['targets', id, 'options', ...each.path] })))
  }
  const impossible = operatorProblems(deployment, target)
  return impossible.length > 0 ? failed(impossible) : target.render(deployment, options.value)
}

const operatorProblems = ({ external }: Deployment, { title, capabilities: { operators } }: Target): Problem[] =>
  external
    .filter(({ operator }) => operator !== undefined && !operators)
    .map(({ id }) => problem('WB5008', ['dependencies', id, 'mode'], { dependency: id, target: title }))

const failed = (problems: readonly Problem[]): Rendered => ({ files: [], images: [], losses: [], problems })

function unknownTarget(id: string): Problem {
  const near = nearest(
    id,
    targets.map((each) => each.id),
  )
  return problem('WB1201', ['targets', id], { kind: 'target', id, ...(near === undefined ? {} : { near }) })
}
