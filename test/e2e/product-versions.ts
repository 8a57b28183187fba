import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ProductDefinition } from '@waybill/model'
import { mustRun } from './program.ts'
import { parcelsDefinition } from './rendering.ts'

const waybill = fileURLToPath(new URL('../../packages/cli/bin/waybill.js', import.meta.url))

/** Builds Parcels as its vendor does and changes the product.json as a later version would; gives the path of the file. */
export async function buildProduct(
  folder: string,
  change: (definition: ProductDefinition) => ProductDefinition,
): Promise<string> {
  const file = join(folder, 'product.json')
  await mustRun(process.execPath, [waybill, 'build', parcelsDefinition, '--out', file])
  const definition = JSON.parse(await readFile(file, 'utf8')) as ProductDefinition
  const changed = join(folder, 'changed.json')
  await writeFile(changed, JSON.stringify(change(definition)))
  return changed
}
