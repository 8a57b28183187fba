import { readFileSync } from 'node:fs'
import { problem } from '@waybill/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Workplace, waybillJson } from '../waybill-for-test.ts'
import { locateInSource } from './positions.ts'

let place: Workplace
beforeAll(() => {
  place = new Workplace()
})
afterAll(() => place.remove())

const source = `const web = stateless('web', { ports: { http: http(80) } })
web.runs({
  image: 'web:1',
  env: { HOST: 'a', 'LOG-LEVEL': 'b' },
  files: { '/etc/web.conf': 'c' },
})
const db = postgres('db', { env: { HOST: 'd' } })
`

test.each([
  [['services', 'web', 'env', 'HOST'], 4, 10],
  [['services', 'web', 'env', 'LOG-LEVEL'], 4, 22],
  [['services', 'web', 'files', '/etc/web.conf'], 5, 13],
  [['services', 'web', 'size'], 2, 5],
  [['services', 'db', 'env', 'HOST'], 7, 36],
  [['dependencies', 'db'], 7, 12],
  [['nothing'], 1, 1],
])('%j is found after the call of its builder', (path, line, column) => {
  const file = place.write('source.ts', source)
  const origins = { 'services/web': { file, line: 2, column: 5 }, 'dependencies/db': { file, line: 7, column: 12 } }
  expect(locateInSource([problem('WB1003', path, { key: 'x' })], origins, file)).toEqual([
    expect.objectContaining({ at: { file, line, column } }),
  ])
})

test('a mistake in a definition is shown at its line', () => {
  const text = startText().replace("image: 'shop/web:1.0.0'", "image: 'Shop/Web:latest'")
  const file = place.write('mistake.ts', text)
  const { status, result } = waybillJson(['check', file])
  expect(status).toBe(3)
  const line = text.split('\n').findIndex((each) => each.includes('Shop/Web')) + 1
  expect(result.problems).toEqual([
    expect.objectContaining({ code: 'WB1309', at: expect.objectContaining({ file, line }) }),
  ])
})

function startText(): string {
  return readFileSync(place.product, 'utf8')
}
