import { jsonSchemaOf, nearest, schemaNames } from '@waybill/model'
import { printError, printJson } from '../display/print.ts'

/** Prints the JSON Schema of a format. */
export async function schema(document: string): Promise<number> {
  const name = schemaNames.find((each) => each === document)
  if (name) {
    printJson(jsonSchemaOf(name))
    return 0
  }
  printError(`error: there is no schema '${document}', only ${schemaNames.join(' and ')}`)
  const near = nearest(document, schemaNames)
  if (near !== undefined) printError(`(Did you mean ${near}?)`)
  return 2
}
