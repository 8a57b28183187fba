import type { Expression } from '../expressions/expression.ts'
import { numberOf } from '../expressions/reduce.ts'
import type { Law } from '../product/schema.ts'

/** What a law gives for a load, in base units, and the load when it lies outside of the range that was measured. */
export interface Need {
  readonly value: number
  readonly outside?: { readonly load: number; readonly from: number; readonly to: number }
}

/** Reads a law: `evaluate` gives the number of an expression over the load. */
export function evaluateLaw(law: Law, evaluate: (expression: Expression) => Expression | undefined): Need {
  const numberAt = (expression: Expression) => numberOf(evaluate(expression) ?? 0) ?? 0
  switch (law.law) {
    case 'constant':
    case 'formula':
      return { value: Math.ceil(numberAt(law.value)) }
    case 'perUnit': {
      const load = numberAt(law.of)
      return withRange({ value: Math.max(1, Math.ceil(load / law.each)) }, load, law.range)
    }
    case 'points': {
      const load = numberAt(law.over)
      const range = law.range ?? { from: law.table[0]![0], to: law.table.at(-1)![0] }
      return withRange({ value: interpolate(law.table, load) }, load, range)
    }
  }
}

const withRange = (need: Need, load: number, range: { from: number; to: number } | undefined): Need =>
  range !== undefined && load > range.to ? { ...need, outside: { load, ...range } } : need

/** Straight lines between points; below the first its value, beyond the last the slope of the last line. Rounded up. */
function interpolate(table: readonly (readonly [number, number])[], x: number): number {
  const [first] = table
  if (x <= first![0] || table.length === 1) return first![1]
  const found = table.findIndex(([to]) => x <= to)
  const upper = found === -1 ? table.length - 1 : found
  const [[x0, y0], [x1, y1]] = [table[upper - 1]!, table[upper]!]
  return Math.max(0, Math.ceil(y0 + ((x - x0) / (x1 - x0)) * (y1 - y0) - 1e-9))
}
