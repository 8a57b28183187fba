import { type Domain, combinations, openNode, satisfy, variableKey } from '../expressions/conditions.ts'
import type { Expression, Operation } from '../expressions/expression.ts'
import { childrenOf, find, mapTemplate } from '../expressions/walk.ts'

/** A condition that is still open; undefined for always. */
export type When = Expression | undefined

/** One of the exclusive forms that an open value can take. */
export interface Alternative {
  readonly when?: Expression
  readonly value: Expression
}

/** What can be proven about open conditions of a product. */
export interface Conditions {
  /** A condition as it has to be asked where another one holds already; undefined when that one implies it. */
  readonly under: (when: When, given: When) => When
  /** Whether both can hold at once, as far as can be told. */
  readonly possible: (when: When, given: When) => boolean
}

/** More combinations than this are not tried: the condition stays as it is, which is right, too. */
const mostCombinations = 2048

export function conditionsOf(domain: Domain): Conditions {
  const known = new Map<string, boolean>()
  const satisfiable = (all: readonly Expression[]): boolean => {
    const key = JSON.stringify(all)
    const before = known.get(key)
    if (before !== undefined) return before
    const can = combinations(all, domain) > mostCombinations || satisfy(all, domain) !== undefined
    known.set(key, can)
    return can
  }
  const closed = (condition: Expression) => openNode(condition, domain) === undefined
  /** Parts that share no variable with the question cannot answer it. */
  const relevant = (given: When, condition: Expression) => {
    const variables = new Set(variablesIn(condition))
    return partsOf(given).filter((part) => closed(part) && variablesIn(part).some((each) => variables.has(each)))
  }
  const implied = (given: When, condition: Expression): boolean =>
    closed(condition) && !satisfiable([...relevant(given, condition), opposite(condition)])
  const possible = (when: When, given: When): boolean =>
    when !== false && (when === undefined || !closed(when) || satisfiable([...relevant(given, when), when]))
  const under = (when: When, given: When): When => {
    if (when === undefined || when === true) return undefined
    if (given !== undefined && JSON.stringify(given) === JSON.stringify(when)) return undefined
    const parts = partsOf(when)
    const kept = parts.filter((part, i) => !implied(both(given, both(...parts.slice(0, i))), part))
    return both(...kept.map((part) => (possible(part, given) ? simpler(part, given) : false)))
  }
  /** Branches of an `any` that cannot hold are left out. */
  const simpler = (part: Expression, given: When): Expression => {
    if (typeof part !== 'object' || part.op !== 'any') return part
    const kept = part.of.filter((each) => possible(each, given)).map((each) => under(each, given))
    return either(...kept) ?? true
  }
  return { under, possible }
}

export const opposite = (condition: Expression): Expression => {
  if (typeof condition === 'boolean') return !condition
  return typeof condition === 'object' && condition.op === 'not' ? condition.of : { op: 'not', of: condition }
}

const partsOf = (when: When): readonly Expression[] =>
  when === undefined || when === true
    ? []
    : typeof when === 'object' && when.op === 'all'
      ? when.of.flatMap(partsOf)
      : [when]

/** Holds when all hold. */
export function both(...conditions: readonly When[]): When {
  const [first, ...rest] = conditions.filter((each) => each !== undefined && each !== true)
  if (rest.length === 0) return first
  const parts = [...new Map(conditions.flatMap(partsOf).map((part) => [JSON.stringify(part), part])).values()]
  if (parts.includes(false)) return false
  return parts.length <= 1 ? parts[0] : { op: 'all', of: parts }
}

/** Holds when one holds; of none, never. */
export function either(...conditions: readonly When[]): When {
  const parts = new Map<string, Expression>()
  for (const each of conditions) {
    if (each === undefined || each === true) return undefined
    if (each !== false) parts.set(JSON.stringify(each), each)
  }
  if (parts.size === 0) return false
  const [first, ...rest] = parts.values()
  if (rest.length === 0) return first
  // one thing or its opposite
  if ([...parts.values()].some((part) => parts.has(JSON.stringify(opposite(part))))) return undefined
  return { op: 'any', of: [first!, ...rest] }
}

function variablesIn(condition: Expression): string[] {
  if (typeof condition !== 'object') return []
  const key = variableKey(condition)
  return [...(key === undefined ? [] : [key]), ...childrenOf(condition).flatMap(variablesIn)]
}

/**
 * The forms that an open value can take where `given` holds, with what has to hold for each: choices at its root, and
 * choices between secrets wherever they stand. Forms in which it is absent are left out.
 */
export function alternativesOf(
  value: Expression,
  given: When,
  conditions: Conditions,
  absentUnless: (value: Expression) => When,
): Alternative[] {
  const choice = choiceIn(value)
  if (!choice) {
    const plain = settled(value, given, conditions)
    const inner = choiceIn(plain)
    if (inner) return alternativesOf(plain, given, conditions, absentUnless)
    const when = conditions.under(absentUnless(plain), given)
    return [{ ...(when !== undefined && { when }), value: plain }]
  }
  const branches: readonly (readonly [Expression, Expression | undefined])[] = [
    [choice.if, choice.then],
    [opposite(choice.if), choice.else],
  ]
  return branches.flatMap(([condition, branch]) => {
    if (!conditions.possible(condition, given)) return []
    const chosen = branch === undefined ? (choice === value ? undefined : '') : branch
    if (chosen === undefined) return []
    const own = conditions.under(condition, given)
    return alternativesOf(replaced(value, choice, chosen), both(given, own), conditions, absentUnless).map((each) => {
      const when = both(own, each.when)
      return { ...(when !== undefined && { when }), value: each.value }
    })
  })
}

type Choice = Extract<Operation, { op: 'when' }>

/** The choice that decides the form of a value: at its root, or inside where a branch holds a secret. */
function choiceIn(value: Expression): Choice | undefined {
  if (typeof value !== 'object') return undefined
  if (value.op === 'when') return value
  if (value.op === 'format' && typeof value.value === 'object' && value.value.op === 'when') return undefined
  return find(value, (node): node is Choice => node.op === 'when' && holdsSecret(node))
}

const holdsSecret = (value: Expression): boolean => find(value, (node) => node.op === 'secret') !== undefined

function replaced(value: Expression, old: Operation, by: Expression): Expression {
  if (value === old) return by
  return mapChildren(value, (child) => replaced(child, old, by))
}

/** A value without the choices that `given` decides. */
export function settled(value: Expression, given: When, conditions: Conditions): Expression {
  if (typeof value !== 'object') return value
  if (value.op === 'when') {
    if (conditions.under(value.if, given) === undefined) return settled(value.then, given, conditions)
    if (!conditions.possible(value.if, given)) {
      return value.else === undefined ? { op: 'when', if: false, then: '' } : settled(value.else, given, conditions)
    }
    return {
      op: 'when',
      if: conditions.under(value.if, given) ?? true,
      then: settled(value.then, both(given, value.if), conditions),
      ...(value.else !== undefined && { else: settled(value.else, both(given, opposite(value.if)), conditions) }),
    }
  }
  return mapChildren(value, (child) => settled(child, given, conditions))
}

function mapChildren(value: Expression, change: (child: Expression) => Expression): Expression {
  if (typeof value !== 'object') return value
  switch (value.op) {
    case 'concat':
      return { ...value, parts: value.parts.map(change) }
    case 'list':
      return { ...value, items: value.items.map(change) }
    case 'join':
      return { ...value, list: change(value.list) }
    case 'percentEncode':
    case 'format':
    case 'times':
      return { ...value, value: change(value.value) }
    case 'json':
      return { ...value, value: mapTemplate(value.value, change) }
    case 'when':
      return {
        ...value,
        if: change(value.if),
        then: change(value.then),
        ...(value.else !== undefined && { else: change(value.else) }),
      }
    case 'all':
    case 'any':
    case 'sum':
    case 'least':
    case 'greatest':
      return { ...value, of: value.of.map(change) }
    case 'not':
      return { ...value, of: change(value.of) }
    case 'equals':
    case 'compare':
    case 'difference':
      return { ...value, left: change(value.left), right: change(value.right) }
    default:
      return value
  }
}
