import { jsonPositions } from '../documents/json-positions.ts'
import type { Outcome, Problem } from '../errors/problem.ts'
import { parseProduct } from './read.ts'
import type { ProductDefinition } from './schema.ts'

/** Reads the text of a `product.json`, with the line of each problem. Form only; see `checkProduct` for meaning. */
export function readProduct(text: string, file: string): Outcome<ProductDefinition> {
  const read = parseProduct(text, file)
  return read.ok ? read : { ok: false, problems: locateInJson(read.problems, text, file) }
}

/** Adds the line of each problem in a text that is JSON. */
export function locateInJson(problems: readonly Problem[], text: string, file: string): Problem[] {
  if (problems.every(({ at }) => at)) return [...problems]
  const locate = jsonPositions(text, file)
  return problems.map((each) => (each.at ? each : { ...each, at: locate(each.path) }))
}
