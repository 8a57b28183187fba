import { formatQuantity } from '../units/quantity.ts'
import type { Expression } from './expression.ts'

/** An expression as a person would say it: for messages and documentation, never read back. */
export function describe(expression: Expression): string {
  if (typeof expression === 'string') return JSON.stringify(expression)
  if (typeof expression !== 'object') return String(expression)
  switch (expression.op) {
    case 'quantity':
      return formatQuantity(expression.value, expression.unit)
    case 'load':
      return `load ${expression.id}`
    case 'setting':
      return expression.id
    case 'feature':
      return `feature ${expression.id}`
    case 'isSet':
      return `${expression.setting} has a value`
    case 'mode':
      return `${expression.dependency} is ${expression.is}`
    case 'input':
      return `${expression.dependency}.${expression.key}`
    case 'output':
      return `${expression.dependency}.${expression.name}`
    case 'replicas':
      return `replicas of ${expression.service}`
    case 'address':
      return `${expression.service}${expression.shard === undefined ? '' : `-${expression.shard}`}.${expression.port}`
    case 'addresses':
      return `shards of ${expression.service}.${expression.port}`
    case 'runtime':
      return `the ${expression.fact} at run time`
    case 'series':
      return `series of ${expression.service}`
    case 'probe':
      return `the probed ${expression.part}`
    case 'data':
      return JSON.stringify(expression.value)
    case 'secret':
      return `secret ${expression.id}`
    case 'concat':
      return expression.parts.map(describe).join(' + ')
    case 'list':
      return `[${expression.items.map(describe).join(', ')}]`
    case 'join':
      return `${describe(expression.list)} joined by ${JSON.stringify(expression.separator)}`
    case 'json':
      return 'JSON text'
    case 'percentEncode':
      return `${describe(expression.value)} percent-encoded`
    case 'format':
      return `${describe(expression.value)} in ${expression.as}`
    case 'when':
      return `${describe(expression.then)} when ${describe(expression.if)}`
    case 'all':
      return expression.of.map(describe).join(' and ') || 'always'
    case 'any':
      return `(${expression.of.map(describe).join(' or ') || 'never'})`
    case 'not':
      return `not (${describe(expression.of)})`
    case 'equals':
      return `${describe(expression.left)} = ${describe(expression.right)}`
    case 'compare':
      return `${describe(expression.left)} ${{ below: '<', atMost: '≤', above: '>', atLeast: '≥' }[expression.is]} ${describe(expression.right)}`
    case 'sum':
      return expression.of.map(describe).join(' + ')
    case 'difference':
      return `${describe(expression.left)} − ${describe(expression.right)}`
    case 'times':
      return `${describe(expression.value)} × ${expression.by}`
    case 'least':
      return `the least of ${expression.of.map(describe).join(', ')}`
    case 'greatest':
      return `the greatest of ${expression.of.map(describe).join(', ')}`
  }
}
