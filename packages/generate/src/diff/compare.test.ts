import type { Json } from '@waybill/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareObjects, compareValues } from './compare.ts'

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)

test('a value does not differ from itself, whatever the order of its keys', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(compareValues(value, reversed(value))).toEqual([])
    }),
  )
})

test('two values differ exactly when their JSON does', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      expect(compareValues(a, b).length === 0).toBe(canonical(a) === canonical(b))
    }),
  )
})

test('items of lists go by their name, with a word about their order', () => {
  const before = {
    env: [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ],
    args: ['a', 'b'],
  }
  const after = {
    env: [
      { name: 'B', value: '3' },
      { name: 'A', value: '1' },
      { name: 'C', value: '4' },
    ],
    args: ['a'],
  }
  expect(compareValues(before, after)).toEqual([
    { field: 'args', before: ['a', 'b'], after: ['a'] },
    { field: 'env/B/value', before: '2', after: '3' },
    { field: 'env/C', after: { name: 'C', value: '4' } },
    { field: 'env/(order)', before: ['A', 'B'], after: ['B', 'A'] },
  ])
})

test('an expression is one value', () => {
  const before = { value: { op: 'secret', id: 'a' } }
  const after = { value: { op: 'secret', id: 'b' } }
  expect(compareValues(before, after)).toEqual([{ field: 'value', before: before.value, after: after.value }])
})

test('objects are added, removed and changed', () => {
  const before = new Map<string, Json>([
    ['services/a', { replicas: 1 }],
    ['services/b', { replicas: 1 }],
  ])
  const after = new Map<string, Json>([
    ['services/b', { replicas: 2 }],
    ['services/c', { replicas: 1 }],
  ])
  expect(compareObjects(before, after)).toEqual([
    { object: 'services/a', field: '', before: { replicas: 1 } },
    { object: 'services/b', field: 'replicas', before: 1, after: 2 },
    { object: 'services/c', field: '', after: { replicas: 1 } },
  ])
})

function reversed(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return (value as readonly Json[]).map(reversed)
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  )
}

function canonical(value: Json): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
