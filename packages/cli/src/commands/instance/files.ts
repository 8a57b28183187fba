import { resolve as absolute } from 'node:path'
import { type Outcome, readInstance } from '@waybill/model'
import type { InstanceFile } from '../../inputs/instance.ts'
import { type ProductFile, readProductFile } from '../../inputs/product-file.ts'
import { readText } from '../../io/text-file.ts'

/** A product with the instance file that is looked at or changed. */
export interface Opened {
  readonly product: ProductFile
  readonly instance: InstanceFile
  readonly file: string
  readonly text: string
}

/** Reads both; what is wrong with the form of either is reported together. */
export async function open(productPath: string, instancePath: string): Promise<Outcome<Opened>> {
  const file = absolute(instancePath)
  const [product, text] = await Promise.all([readProductFile(productPath), readText(file)])
  const instance = text.ok ? readInstance(text.value, file) : text
  const problems = [product, instance].flatMap((read) => (read.ok ? read.warnings : read.problems))
  if (!product.ok || !instance.ok || !text.ok) return { ok: false, problems }
  return {
    ok: true,
    value: { product: product.value, instance: { file, ...instance.value }, file, text: text.value },
    warnings: problems,
  }
}
