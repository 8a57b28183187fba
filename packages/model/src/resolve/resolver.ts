import { type Problem, problem } from '../errors/problem.ts'
import type { Expression } from '../expressions/expression.ts'
import { type Leaf, type Lookup, reduce } from '../expressions/reduce.ts'
import { type ImagesLock, pinned } from '../images/lock.ts'
import type { InstanceDefinition } from '../instance/schema.ts'
import type { Catalog } from '../product/catalog.ts'
import type { Law } from '../product/schema.ts'
import { formatQuantity } from '../units/quantity.ts'
import { type Choices, lookupIn } from './choices.ts'
import { mirrored } from './images.ts'
import { evaluateLaw } from './laws.ts'

/** More than any cluster runs of one service: such a count comes from a load with the wrong unit. */
const replicaLimit = 10_000

/** What the parts of `resolve` share: evaluation by the choices that were made. */
export interface Resolver {
  readonly catalog: Catalog
  readonly instance: InstanceDefinition
  readonly choices: Choices
  readonly problems: Problem[]
  value(expression: Expression): Expression | undefined
  /** The same, showing each leaf that was looked up. */
  valueSeeing(expression: Expression, seen: (leaf: Leaf) => void): Expression | undefined
  text(expression: Expression): string
  holds(condition: Expression | undefined): boolean
  law(law: Law, what: string): number
  replicas(service: string): number
  /** The reference as the engine pulls it: pinned by the lock, then mapped to the site's registry. */
  image(reference: string): string
}

export function makeResolver(
  catalog: Catalog,
  choices: Choices,
  instance: InstanceDefinition,
  problems: Problem[],
  lock?: ImagesLock,
): Resolver {
  const counts = new Map<string, number>()
  const replicas = (id: string): number => {
    const known = counts.get(id)
    if (known !== undefined) return known
    const count = countOf(id)
    if (count > replicaLimit) {
      const path = instance.sizes?.[id]?.replicas === undefined ? ['load'] : ['sizes', id, 'replicas']
      problems.push(problem('WB2023', path, { what: `"${id}" would get ${count} replicas, more than ${replicaLimit}` }))
    }
    counts.set(id, Math.min(count, replicaLimit))
    return counts.get(id)!
  }
  const lookup: Lookup = lookupIn(catalog, choices, replicas)
  const value = (expression: Expression) => reduce(expression, lookup)
  const law = (data: Law, what: string): number => {
    const need = evaluateLaw(data, value)
    if (need.outside) {
      const { load, from, to } = need.outside
      const driver = data.law === 'points' ? data.over : data.law === 'perUnit' ? data.of : 0
      const unit =
        typeof driver === 'object' && driver.op === 'load' ? (catalog.scope.load.get(driver.id) ?? 'count') : 'count'
      const range = `${formatQuantity(from, unit)} to ${formatQuantity(to, unit)}`
      problems.push(problem('WB2021', ['load'], { what, load: formatQuantity(load, unit), range }))
    }
    if (Number.isSafeInteger(need.value)) return need.value
    problems.push(problem('WB2023', ['load'], { what: `${what} comes to more than can be held` }))
    return 0
  }
  const countOf = (id: string): number => {
    const service = catalog.services.get(id)?.service
    const size = service?.size.replicas
    const chosen = instance.sizes?.[id]?.replicas
    if (chosen !== undefined) return chosen
    if (size === undefined) return 1
    if (typeof size === 'number') return size
    return 'tiedTo' in size ? replicas(size.tiedTo) : law(size, `The number of replicas of ${id}`)
  }
  return {
    catalog,
    instance,
    choices,
    problems,
    value,
    valueSeeing: (expression, seen) => reduce(expression, lookupIn(catalog, choices, replicas, seen)),
    text(expression) {
      const text = value(expression) ?? ''
      // what stays symbolic has no public text; the checks of the definition refuse it here
      return typeof text === 'object' ? '' : String(text)
    },
    holds: (condition) => condition === undefined || value(condition) === true,
    law,
    replicas,
    image: (reference) => mirrored((lock && pinned(reference, lock)) ?? reference, instance.site?.registry),
  }
}
