import type { Expression, Operation } from './expression.ts'
import { reduce } from './reduce.ts'
import { childrenOf } from './walk.ts'

/** One of the finitely many things that a condition may range over, with the values that it can take. */
export interface Variable {
  readonly key: string
  readonly values: readonly (string | boolean)[]
}
/** The variables of a product, by the key of the node that reads them. */
export type Domain = ReadonlyMap<string, Variable>

/** A choice of a value for each variable. */
export type Choice = ReadonlyMap<string, string | boolean>

/** The most combinations that a proof tries. */
export const combinationLimit = 65_536

/** The key of the variable that a node reads: a feature, a mode, a setting, whether a setting has a value. */
export function variableKey(node: Operation): string | undefined {
  if (node.op === 'feature') return `feature ${node.id}`
  if (node.op === 'isSet') return `value of ${node.setting}`
  if (node.op === 'mode') return `mode ${node.dependency}`
  if (node.op === 'setting') return `setting ${node.id}`
  return undefined
}

/** The first node that a condition must not hold, because it ranges over something open; undefined when all is finite. */
export function openNode(condition: Expression, domain: Domain): Operation | undefined {
  if (typeof condition !== 'object') return undefined
  switch (condition.op) {
    case 'feature':
    case 'isSet':
    case 'mode':
    case 'setting':
      return domain.has(variableKey(condition)!) ? undefined : condition
    case 'all':
    case 'any':
    case 'not':
    case 'equals':
      for (const child of childrenOf(condition)) {
        const open = openNode(child, domain)
        if (open) return open
      }
      return undefined
    default:
      return condition
  }
}

function variablesOf(condition: Expression, domain: Domain, found: Map<string, Variable>): void {
  if (typeof condition !== 'object') return
  const variable = domain.get(variableKey(condition) ?? '')
  if (variable) found.set(variable.key, variable)
  for (const child of childrenOf(condition)) variablesOf(child, domain, found)
}

/** Whether a condition holds for a choice. */
export function holds(condition: Expression, choice: Choice): boolean {
  const value = reduce(condition, (leaf) => {
    const key = variableKey(leaf)
    const chosen = key === undefined ? undefined : choice.get(key)
    if (chosen === undefined) return leaf
    return leaf.op === 'mode' ? chosen === leaf.is : chosen
  })
  return value === true
}

/** How many combinations the variables of these conditions have. */
export function combinations(conditions: readonly Expression[], domain: Domain): number {
  const found = new Map<string, Variable>()
  for (const condition of conditions) variablesOf(condition, domain, found)
  return [...found.values()].reduce((count, { values }) => count * values.length, 1)
}

/** The first choice for which every condition holds, or undefined: tries each combination of the variables in them. */
export function satisfy(conditions: readonly Expression[], domain: Domain): Choice | undefined {
  const found = new Map<string, Variable>()
  for (const condition of conditions) variablesOf(condition, domain, found)
  const variables = [...found.values()]
  const choice = new Map<string, string | boolean>()
  const search = (i: number): boolean => {
    const variable = variables[i]
    if (!variable) return conditions.every((condition) => holds(condition, choice))
    return variable.values.some((value) => {
      choice.set(variable.key, value)
      return search(i + 1)
    })
  }
  return search(0) ? choice : undefined
}

/** A choice as a person would say it. */
export const describeChoice = (choice: Choice): string =>
  [...choice]
    .map(([key, value]) => (value === true ? `${key} is on` : value === false ? `${key} is off` : `${key} is ${value}`))
    .join(' and ') || 'always'
