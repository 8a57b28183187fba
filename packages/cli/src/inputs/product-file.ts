import { resolve as absolute } from 'node:path'
import {
  type Outcome,
  type Problem,
  type ProductDefinition,
  checkProduct,
  locateInJson,
  parseProduct,
  readProductData,
} from '@waybill/model'
import { saveMemory } from '../io/memory.ts'
import { readText } from '../io/text-file.ts'
import type { Origins } from '../definition/positions.ts'

/** A product as the commands work with it. */
export interface ProductFile {
  readonly file: string
  readonly definition: ProductDefinition
  /** Files that it was made from: a change of one of them may change it. */
  readonly files: readonly string[]
  /** Where its parts were written; only of a definition in TypeScript. */
  readonly origins?: Origins
  readonly locate: (problems: readonly Problem[]) => Problem[]
}

/** Reads a `product.ts` or `product.json` and checks what it means. Errors have their line. */
export async function readProductFile(path: string): Promise<Outcome<ProductFile>> {
  const file = absolute(path)
  const read = await (/\.[cm]?[jt]s$/.test(file) ? readSource(file) : readArtefact(file))
  if (!read.ok) return read
  const found = read.value.locate(checkProduct(read.value.definition))
  if (found.some(({ severity }) => severity === 'error')) return { ok: false, problems: found }
  return { ...read, warnings: found }
}

async function readArtefact(file: string): Promise<Outcome<ProductFile>> {
  const text = await readText(file)
  if (!text.ok) return text
  saveMemory(text.value)
  const locate = (problems: readonly Problem[]) => locateInJson(problems, text.value, file)
  const read = parseProduct(text.value, file)
  if (!read.ok) return { ok: false, problems: locate(read.problems) }
  return { ...read, value: { file, definition: read.value, files: [file], locate } }
}

async function readSource(file: string): Promise<Outcome<ProductFile>> {
  const text = await readText(file)
  if (!text.ok) return text
  const { runDefinition } = await import('../definition/run.ts')
  const { locateInSource } = await import('../definition/positions.ts')
  const run = await runDefinition(file)
  if (!run.ok) return { ok: false, problems: locateInSource(run.problems, {}, file) }
  const { data, origins, files } = run.value
  const locate = (problems: readonly Problem[]) => locateInSource(problems, origins, file)
  const read = readProductData(data, file)
  if (!read.ok) return { ok: false, problems: locate(read.problems) }
  return { ...read, value: { file, definition: read.value, files, origins, locate } }
}
