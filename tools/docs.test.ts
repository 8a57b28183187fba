import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorsPage, errorsText } from './docs.ts'

test('the page of errors is current (`node tools/docs.ts` writes it)', () => {
  expect(readFileSync(errorsPage, 'utf8')).toBe(errorsText())
})

test('every sentence of the catalogue can be shown without a problem', () => {
  expect(errorsText()).not.toMatch(/undefined|\[object|=>/)
})
