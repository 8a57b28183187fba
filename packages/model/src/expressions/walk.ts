import { type Expression, type JsonTemplate, type Operation, isOperation } from './expression.ts'

/** The expressions directly below a node. */
export function childrenOf(node: Operation): readonly Expression[] {
  switch (node.op) {
    case 'concat':
      return node.parts
    case 'list':
      return node.items
    case 'join':
      return [node.list]
    case 'json':
      return expressionsIn(node.value)
    case 'percentEncode':
    case 'format':
    case 'times':
      return [node.value]
    case 'when':
      return node.else === undefined ? [node.if, node.then] : [node.if, node.then, node.else]
    case 'all':
    case 'any':
    case 'sum':
    case 'least':
    case 'greatest':
      return node.of
    case 'not':
      return [node.of]
    case 'equals':
    case 'compare':
    case 'difference':
      return [node.left, node.right]
    case 'quantity':
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
    case 'data':
      return []
  }
}

function expressionsIn(value: JsonTemplate): readonly Expression[] {
  if (value === null) return []
  if (typeof value !== 'object' || isOperation(value)) return [value]
  return Object.values(value).flatMap(expressionsIn)
}

/** Calls `visit` for every node of an expression, parents first. */
export function walk(expression: Expression, visit: (node: Operation) => void): void {
  if (typeof expression !== 'object') return
  visit(expression)
  for (const child of childrenOf(expression)) walk(child, visit)
}

/** The first node for which `test` holds, or undefined. */
export function find<T extends Operation>(expression: Expression, test: (node: Operation) => node is T): T | undefined {
  if (typeof expression !== 'object') return undefined
  if (test(expression)) return expression
  for (const child of childrenOf(expression)) {
    const found = find(child, test)
    if (found) return found
  }
  return undefined
}

/** The JSON template with each expression inside replaced. */
export function mapTemplate(value: JsonTemplate, replace: (expression: Expression) => Expression): JsonTemplate {
  if (value === null) return null
  if (typeof value !== 'object' || isOperation(value)) return replace(value)
  if (Array.isArray(value)) return value.map((item: JsonTemplate) => mapTemplate(item, replace))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTemplate(item, replace)]))
}
