import { existsSync } from 'node:fs'
import { dirname, join, resolve as absolute } from 'node:path'
import { type ImagesLock, type Outcome, readImagesLock } from '@waybill/model'
import { readText } from '../io/text-file.ts'

/** The lock of a product is looked for beside it. */
export const lockBeside = (product: string): string => join(dirname(absolute(product)), 'images.lock.json')

/** Reads the lock that was chosen: a file, the one beside the product, or none. */
export async function readLock(
  product: string,
  choice: { readonly file: string } | 'beside' | 'none',
): Promise<Outcome<{ readonly file: string; readonly lock?: ImagesLock }>> {
  const beside = lockBeside(product)
  const file = typeof choice === 'object' ? absolute(choice.file) : beside
  if (choice === 'none' || (choice === 'beside' && !existsSync(beside)))
    return { ok: true, value: { file }, warnings: [] }
  const text = await readText(file)
  if (!text.ok) return text
  const read = readImagesLock(text.value, file)
  if (!read.ok) return { ok: false, problems: read.problems.map((each) => ({ ...each, at: { file } })) }
  return { ok: true, value: { file, lock: read.value }, warnings: [] }
}
