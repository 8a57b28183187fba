import { resolve as absolute } from 'node:path'
import {
  type ImagesLock,
  type Outcome,
  type Problem,
  type ProductDefinition,
  checkProduct,
  locateInJson,
  parseProduct,
  readProductData,
} from '@waybill/model'
import { readLock } from './images-lock.ts'
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
  /** What its images are pinned to. */
  readonly lock?: ImagesLock
}

/** Which lock pins the images of a product: the file named, the one beside the product if there is one, or none. */
export type LockChoice = { readonly file: string } | 'beside' | 'none'

/** The lock that an option names, else the one beside the product. */
export const lockChoice = (file: string | undefined): LockChoice => (file === undefined ? 'beside' : { file })

/** Reads a `product.ts` or `product.json` and checks what it means. Errors have their line. */
export async function readProductFile(path: string, lock: LockChoice = 'beside'): Promise<Outcome<ProductFile>> {
  const file = absolute(path)
  const read = await (/\.[cm]?[jt]s$/.test(file) ? readSource(file) : readArtefact(file))
  if (!read.ok) return read
  const found = read.value.locate(checkProduct(read.value.definition))
  if (found.some(({ severity }) => severity === 'error')) return { ok: false, problems: found }
  const locked = await readLock(file, lock)
  if (!locked.ok) return locked
  const files = [...read.value.files, ...(locked.value.lock ? [locked.value.file] : [])]
  return {
    ...read,
    value: { ...read.value, ...(locked.value.lock && { lock: locked.value.lock, files }) },
    warnings: found,
  }
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
