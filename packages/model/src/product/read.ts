import { depthLimit, tooDeepInJson } from '../documents/depth.ts'
import { jsonErrorPosition } from '../documents/json-positions.ts'
import { readWith } from '../documents/schema-problems.ts'
import { checkSchemaVersion } from '../documents/schema-version.ts'
import { type Outcome, problem } from '../errors/problem.ts'
import { ProductDefinition, productSchemaVersion } from './schema.ts'

/** Reads the text of a `product.json` without looking for lines, which takes a slower parser: see `readProduct`. */
export function parseProduct(text: string, file: string): Outcome<ProductDefinition> {
  const tooDeep = tooDeepInJson(text)
  if (tooDeep !== undefined) {
    const before = text.slice(0, tooDeep)
    const at = { file, line: before.split('\n').length, column: tooDeep - before.lastIndexOf('\n') }
    return { ok: false, problems: [{ ...problem('WB4008', [], { file, limit: depthLimit }), at }] }
  }
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    return {
      ok: false,
      problems: [{ ...problem('WB4006', [], { message }), at: { file, ...jsonErrorPosition(text) } }],
    }
  }
  return readProductData(data, file)
}

/** Takes data that is already parsed, such as what a `product.ts` exports. */
export function readProductData(data: unknown, file: string): Outcome<ProductDefinition> {
  const version = checkSchemaVersion(data, productSchemaVersion, file)
  if (version) return { ok: false, problems: [version] }
  const read = readWith(ProductDefinition, data)
  return 'value' in read ? { ok: true, value: read.value, warnings: [] } : { ok: false, problems: read.problems }
}
