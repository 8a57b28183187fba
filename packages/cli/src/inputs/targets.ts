import { type Problem, nearest, problem } from '@waybill/model'
import { printError } from '../display/print.ts'
import type { Inputs } from './inputs.ts'

/** How people name targets on the command line. */
export interface TargetOptions {
  readonly target?: readonly string[]
  readonly all?: boolean
}

/**
 * The targets to work on: those named, else the one of the instance, else all that the product offers.
 *
 * @returns undefined after saying which name is wrong
 */
export function chosenTargets(
  { product, instance }: Inputs,
  { target = [], all = false }: TargetOptions,
): readonly string[] | undefined {
  const offered = product.definition.targets.map(({ id }) => id)
  if (all) return offered
  const wrong = target.find((id) => !offered.includes(id))
  if (wrong !== undefined) {
    const near = nearest(wrong, offered)
    printError(`error: ${product.definition.id} offers no target '${wrong}'; it offers ${offered.join(', ')}`)
    if (near !== undefined) printError(`(Did you mean ${near}?)`)
    return undefined
  }
  if (target.length > 0) return [...new Set(target)]
  return instance.instance.target === undefined ? offered : [instance.instance.target]
}

/** A product that offers nothing cannot be rendered. */
export const noTarget = (): Problem => problem('WB1003', ['targets'], { key: 'targets' })
