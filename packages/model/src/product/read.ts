import { LineCounter, parseDocument } from 'yaml'
import { locateIn } from '../documents/positions.ts'
import { readWith } from '../documents/schema-problems.ts'
import { checkSchemaVersion } from '../documents/schema-version.ts'
import { type Outcome, type Problem, problem } from '../errors/problem.ts'
import { ProductDefinition, productSchemaVersion } from './schema.ts'

/** Reads the text of a `product.json`. Form only; see `checkProduct` for meaning. */
export function readProduct(text: string, file: string): Outcome<ProductDefinition> {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    return { ok: false, problems: [{ ...problem('WB4006', [], { message: (error as Error).message }), at: { file } }] }
  }
  const problems = problemsOf(data, file)
  if ('value' in problems) return { ok: true, value: problems.value, warnings: [] }
  return { ok: false, problems: locateInJson(problems.problems, text, file) }
}

/** Takes data that is already parsed, such as what a `product.ts` exports. */
export function readProductData(data: unknown, file: string): Outcome<ProductDefinition> {
  const result = problemsOf(data, file)
  return 'value' in result ? { ok: true, value: result.value, warnings: [] } : { ok: false, problems: result.problems }
}

function problemsOf(data: unknown, file: string): { value: ProductDefinition } | { problems: Problem[] } {
  const version = checkSchemaVersion(data, productSchemaVersion, file)
  return version ? { problems: [version] } : readWith(ProductDefinition, data)
}

/** Adds the line of each problem in the text of a JSON file. */
export function locateInJson(problems: readonly Problem[], text: string, file: string): Problem[] {
  if (problems.length === 0) return []
  const lines = new LineCounter()
  const { contents } = parseDocument(text, { lineCounter: lines, uniqueKeys: false })
  return problems.map((each) => (each.at ? each : { ...each, at: locateIn(contents, each.path, lines, file) }))
}
