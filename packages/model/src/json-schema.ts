import { z } from 'zod'
import { InstanceDefinition } from './instance/schema.ts'
import { ProductDefinition } from './product/schema.ts'

const documents = {
  product: { title: 'Waybill product', description: 'The format of product.json.', schema: ProductDefinition },
  instance: { title: 'Waybill instance', description: 'The format of instance.yaml.', schema: InstanceDefinition },
}

/** The documents that have a published JSON Schema. */
export const schemaNames = ['product', 'instance'] as const
export type SchemaName = (typeof schemaNames)[number]

/** The JSON Schema (draft 2020-12) of a document, for editors and other tools. */
export function jsonSchemaOf(name: SchemaName): Readonly<Record<string, unknown>> {
  const { title, description, schema } = documents[name]
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', reused: 'ref' })
  return { $schema, title, description, ...rest }
}
