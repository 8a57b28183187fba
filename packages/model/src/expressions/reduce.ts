import { type Expression, type JsonTemplate, type Operation, type TextUnit, isOperation } from './expression.ts'
import { canonicalJson } from '../json.ts'
import { mapTemplate } from './walk.ts'

/** The nodes without children: what they stand for is looked up. */
export type Leaf = Extract<
  Operation,
  {
    op:
      | 'load'
      | 'setting'
      | 'feature'
      | 'isSet'
      | 'mode'
      | 'input'
      | 'output'
      | 'replicas'
      | 'address'
      | 'addresses'
      | 'runtime'
      | 'series'
      | 'probe'
      | 'secret'
  }
>

/** What a leaf stands for. The leaf itself: not known yet, it stays in the result. Undefined: absent. */
export type Lookup = (leaf: Leaf) => Expression | undefined

/**
 * The one evaluator: replaces what `lookup` knows and computes what can be computed; what is not known yet stays.
 * Undefined means absent: a `when` that does not hold and has no other branch, an optional setting without a value.
 * Inside a text an absent part is empty; inside a list it is left out. Total for well-typed expressions.
 *
 * @example
 * reduce({ op: 'concat', parts: ['a', 1] }, (leaf) => leaf) // 'a1'
 */
export function reduce(expression: Expression, lookup: Lookup): Expression | undefined {
  if (typeof expression !== 'object') return expression
  const inner = (child: Expression) => reduce(child, lookup)
  switch (expression.op) {
    case 'quantity':
      return plainCount(expression)
    case 'load':
    case 'setting':
    case 'feature':
    case 'isSet':
    case 'mode':
    case 'input':
    case 'output':
    case 'replicas':
    case 'address':
    case 'addresses':
    case 'runtime':
    case 'series':
    case 'probe':
    case 'secret':
      return plainCount(lookup(expression))
    case 'data':
      return expression
    case 'concat':
      return concat(present(expression.parts.map(inner)))
    case 'list':
      return { op: 'list', items: present(expression.items.map(inner)) }
    case 'join': {
      const list = inner(expression.list)
      if (list === undefined) return ''
      if (!isOperation(list) || list.op !== 'list' || list.items.some(mayBeAbsent)) return { ...expression, list }
      return concat(list.items.flatMap((item, i) => (i === 0 ? [item] : [expression.separator, item])))
    }
    case 'json':
      return json(mapTemplate(expression.value, (child) => inner(child) ?? ''))
    case 'percentEncode': {
      const value = inner(expression.value) ?? ''
      return typeof value === 'object' ? { ...expression, value } : percentEncode(String(value))
    }
    case 'format': {
      const value = inner(expression.value)
      if (value === undefined) return undefined
      const number = numberOf(value)
      return number === undefined ? { ...expression, value } : formatNumber(number, expression.as)
    }
    case 'when':
      return choose(expression, lookup)
    case 'all':
      return junction(expression.op, expression.of, lookup)
    case 'any':
      return junction(expression.op, expression.of, lookup)
    case 'not': {
      const of = inner(expression.of) ?? false
      return typeof of === 'boolean' ? !of : { op: 'not', of }
    }
    case 'equals': {
      const [left, right] = [inner(expression.left), inner(expression.right)]
      if (left === undefined && right === undefined) return true
      if (left === undefined || right === undefined) {
        const other = left ?? right!
        return mayBeAbsent(other) ? { op: 'equals', left: absent, right: other } : false
      }
      const [a, b] = [comparable(left), comparable(right)]
      return a === undefined || b === undefined ? { op: 'equals', left, right } : a === b
    }
    case 'compare': {
      const [left, right] = [inner(expression.left), inner(expression.right)]
      if (left === undefined || right === undefined) return false
      const [a, b] = [numberOf(left), numberOf(right)]
      if (a === undefined || b === undefined) return { ...expression, left, right }
      return { below: a < b, atMost: a <= b, above: a > b, atLeast: a >= b }[expression.is]
    }
    case 'sum':
    case 'least':
    case 'greatest':
      return arithmetic(expression.of.map(inner), totals[expression.op], (of) => ({ op: expression.op, of }))
    case 'difference':
      return arithmetic(
        [inner(expression.left), inner(expression.right)],
        ([a, b]) => Math.max(0, a! - b!),
        ([left, right]) => ({ op: 'difference', left: left!, right: right! }),
      )
    case 'times':
      return arithmetic(
        [inner(expression.value)],
        ([a]) => Math.max(0, Math.ceil(a! * expression.by - 1e-9)),
        ([value]) => ({ ...expression, value: value! }),
      )
  }
}

/** A count without its unit: that is how it is written everywhere. */
const plainCount = (value: Expression | undefined): Expression | undefined =>
  isOperation(value) && value.op === 'quantity' && value.unit === 'count' ? value.value : value

/** What is absent, as an expression. */
const absent: Expression = { op: 'when', if: false, then: '' }

/** Whether an expression that is still open may turn out to be absent: a branch that is missing, or a value nobody gave. */
function mayBeAbsent(value: Expression): boolean {
  if (!isOperation(value)) return false
  if (value.op === 'format') return mayBeAbsent(value.value)
  return value.op === 'when' || value.op === 'setting' || value.op === 'input' || value.op === 'output'
}

const present = (values: readonly (Expression | undefined)[]): Expression[] =>
  values.filter((value): value is Expression => value !== undefined)

/** Joins parts to one text: neighbouring literals melt together, nested texts are flattened. */
function concat(parts: readonly Expression[]): Expression {
  const flat: Expression[] = []
  for (const part of parts.flatMap((each) => (isOperation(each) && each.op === 'concat' ? each.parts : [each]))) {
    const last = flat.at(-1)
    if (typeof part === 'object') flat.push(part)
    else if (typeof last === 'string') flat[flat.length - 1] = last + String(part)
    else if (String(part) !== '') flat.push(String(part))
  }
  if (flat.length === 0) return ''
  return flat.length === 1 && typeof flat[0] === 'string' ? flat[0] : { op: 'concat', parts: flat }
}

function json(template: JsonTemplate): Expression {
  return printTemplate(template, () => undefined) ?? { op: 'json', value: template }
}

/**
 * JSON text of a template in the order in which it was written; customers' data is canonical, because no engine keeps the
 * order of their keys. `symbol` writes what is left symbolic as text; undefined when it cannot.
 */
export function printTemplate(
  value: JsonTemplate,
  symbol: (value: Operation) => string | undefined,
): string | undefined {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isOperation(value)) {
    if (value.op === 'quantity') return String(value.value)
    if (value.op === 'data') return canonicalJson(value.value)
    if (value.op === 'list') return printTemplate(value.items, symbol)
    const text = symbol(value)
    return text === undefined ? undefined : JSON.stringify(text)
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const printed = printTemplate(item, symbol)
    return printed === undefined || Array.isArray(value) ? printed : `${JSON.stringify(key)}:${printed}`
  })
  if (entries.includes(undefined)) return undefined
  return Array.isArray(value) ? `[${entries.join(',')}]` : `{${entries.join(',')}}`
}

/** RFC 3986: every byte of the UTF-8 form that is not unreserved becomes %XX. */
export const percentEncode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** How much one of each text unit is in base units. */
const textUnitFactors: Readonly<Record<TextUnit, number>> = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  cores: 1000,
  millicores: 1,
  s: 1000,
  ms: 1,
  '%': 100,
}

const formatNumber = (base: number, as: TextUnit): string => String(Math.floor(base / textUnitFactors[as]))

function choose(node: Extract<Operation, { op: 'when' }>, lookup: Lookup): Expression | undefined {
  const condition = reduce(node.if, lookup) ?? false
  if (condition === true) return reduce(node.then, lookup)
  if (condition === false) return node.else === undefined ? undefined : reduce(node.else, lookup)
  const [then, otherwise] = [reduce(node.then, lookup), node.else === undefined ? undefined : reduce(node.else, lookup)]
  if (then === undefined && otherwise === undefined) return undefined
  if (then === undefined) return { op: 'when', if: { op: 'not', of: condition }, then: otherwise! }
  return { op: 'when', if: condition, then, ...(otherwise === undefined ? {} : { else: otherwise }) }
}

function junction(op: 'all' | 'any', of: readonly Expression[], lookup: Lookup): Expression {
  const absorbing = op === 'any'
  const open: Expression[] = []
  for (const child of of) {
    const value = reduce(child, lookup) ?? false
    if (value === absorbing) return absorbing
    if (typeof value !== 'boolean') open.push(value)
  }
  if (open.length === 0) return !absorbing
  const [only] = open
  // alone, an absent value would stay absent; in a condition it is false
  return open.length === 1 && !mayBeAbsent(only!) ? only! : { op, of: open }
}

const totals = {
  sum: (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0),
  least: (numbers: readonly number[]) => Math.min(...numbers),
  greatest: (numbers: readonly number[]) => Math.max(...numbers),
} as const

/** Computes over operands that are all known, else rebuilds the node from what became of them; an absent one counts as 0. */
function arithmetic(
  operands: readonly (Expression | undefined)[],
  compute: (numbers: readonly number[]) => number,
  rebuild: (operands: readonly Expression[]) => Expression,
): Expression {
  const values = operands.map((operand) => operand ?? 0)
  const numbers = values.map(numberOf)
  if (numbers.some((number) => number === undefined)) return rebuild(values)
  const quantity = values.find((value) => isOperation(value) && value.op === 'quantity')
  const value = Math.min(compute(numbers as number[]), Number.MAX_SAFE_INTEGER)
  return isOperation(quantity) && quantity.op === 'quantity' ? { ...quantity, value } : value
}

/** The number of a literal count or quantity, in base units. */
export function numberOf(value: Expression): number | undefined {
  if (typeof value === 'number') return value
  return isOperation(value) && value.op === 'quantity' ? value.value : undefined
}

const comparable = (value: Expression): string | number | boolean | undefined =>
  typeof value === 'object' ? numberOf(value) : value
