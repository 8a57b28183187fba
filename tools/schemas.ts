// Writes packages/model/schemas/: the JSON Schemas of the formats, for editors and other tools.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SchemaName, jsonSchemaOf, schemaNames } from '@waybill/model'

export const schemaFolder = join(import.meta.dirname, '../packages/model/schemas')

export const schemaText = (name: SchemaName): string => `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`

if (import.meta.main) {
  mkdirSync(schemaFolder, { recursive: true })
  for (const name of schemaNames) writeFileSync(join(schemaFolder, `${name}.schema.json`), schemaText(name))
}
