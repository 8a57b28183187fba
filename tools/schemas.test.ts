import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaNames } from '@waybill/model'
import { expect, test } from 'vitest'
import { schemaFolder, schemaText } from './schemas.ts'

test.each(schemaNames)('the published schema of %s is current (`node tools/schemas.ts` writes it)', (name) => {
  expect(readFileSync(join(schemaFolder, `${name}.schema.json`), 'utf8')).toBe(schemaText(name))
})
