import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonErrorPosition, jsonPositions } from './json-positions.ts'

const text = `{
  "id": "shop",
  "services": [
    { "id": "web", "env": [{ "name": "A\\"B\\\\", "value": 1 }] },
    { "id": "api" }
  ]
}
`

test.each([
  [[], 1, 1],
  [['id'], 2, 3],
  [['services', 'api'], 5, 7],
  [['services', '1', 'id'], 5, 7],
  [['services', 'web', 'env', 'A"B\\', 'value'], 4, 48],
  [['services', 'web', 'nothing'], 4, 7],
])('finds %j', (path, line, column) => {
  expect(jsonPositions(text, 'f')(path)).toEqual({ file: 'f', line, column })
})

test('any JSON is read to its end, and each key is found where it stands', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 4), (value, indent) => {
      const printed = JSON.stringify(value, null, indent)
      const lines = printed.split('\n')
      for (const key of Object.keys(value)) {
        const { line = 0, column = 0 } = jsonPositions(printed, 'f')([key])
        expect(lines[line - 1]!.slice(column - 1).startsWith(JSON.stringify(key))).toBe(true)
      }
    }),
  )
})

test.each([
  ['{\n  "a": ]\n}', 2, 8],
  ['{"a": 1,}', 1, 9],
  ['[1 2]', 1, 4],
  ['{"a" 1}', 1, 6],
  ['"a\nb"', 1, 1],
  ['["\\x"]', 1, 2],
  ['01', 1, 2],
  ['', 1, 1],
  ['{} x', 1, 4],
])('says where %j stops to be JSON', (broken, line, column) => {
  expect(jsonErrorPosition(broken)).toEqual({ line, column })
})

test('agrees with the engine about what is JSON', () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '{', ']', ' ', '1', '\\'))
    .map(([json, at, text]) => {
      const place = at % (json.length + 1)
      return json.slice(0, place) + text + json.slice(place + 1)
    })
  fc.assert(
    fc.property(damaged, (broken) => {
      expect(jsonErrorPosition(broken) === undefined).toBe(isJson(broken))
    }),
    { numRuns: 1000 },
  )
})

function isJson(candidate: string): boolean {
  try {
    JSON.parse(candidate)
    return true
  } catch {
    return false
  }
}
