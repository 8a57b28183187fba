import { instanceSchemaOf, jsonSchemaOf, nearest, schemaNames } from '@waybill/model'
import { printError, printJson, wrongUsage } from '../display/print.ts'
import { fail } from '../display/problems.ts'
import { readProductFile } from '../inputs/product-file.ts'

export interface SchemaOptions {
  readonly product?: string
  readonly json?: boolean
}

/** Prints the JSON Schema of a format, or of the instances of one product. */
export async function schema(document: string, { product: productPath, json = false }: SchemaOptions): Promise<number> {
  const name = schemaNames.find((each) => each === document)
  if (!name) {
    printError(`error: there is no schema '${document}', only ${schemaNames.join(' and ')}`)
    const near = nearest(document, schemaNames)
    if (near !== undefined) printError(`(Did you mean ${near}?)`)
    return 2
  }
  if (productPath === undefined) {
    printJson(jsonSchemaOf(name))
    return 0
  }
  if (name !== 'instance') return wrongUsage('--product goes with instance: product.json has one schema for all')
  const product = await readProductFile(productPath)
  if (!product.ok) return fail(product.problems, json)
  printJson(instanceSchemaOf(product.value.definition))
  return 0
}
