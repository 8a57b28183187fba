import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reduce } from '../expressions/reduce.ts'
import type { Law } from '../product/schema.ts'
import { evaluateLaw } from './laws.ts'

const evidence = { confidence: 'tested', source: 'test' } as const
const users = { op: 'load', id: 'users' } as const
const at = (load: number, law: Law) =>
  evaluateLaw(law, (each) =>
    reduce(each, (leaf) => (leaf.op === 'load' ? { op: 'quantity', unit: 'count', value: load } : leaf)),
  )
const points = (...table: [number, number][]): Law => ({
  law: 'points',
  unit: 'bytes',
  over: users,
  table,
  ...evidence,
})

describe('a table of points', () => {
  const law = points([100, 1000], [200, 2000], [400, 2500])
  it.each([
    [0, 1000],
    [100, 1000],
    [150, 1500],
    [151, 1510],
    [200, 2000],
    [201, 2003],
    [400, 2500],
  ])('at %d gives %d', (load, value) => {
    expect(at(load, law)).toEqual({ value })
  })

  it('follows its last line beyond the last point and says so', () => {
    expect(at(600, law)).toEqual({ value: 3000, outside: { load: 600, from: 100, to: 400 } })
  })

  it('with one point is constant', () => {
    expect(at(5, points([100, 7])).value).toBe(7)
    expect(at(500, points([100, 7])).value).toBe(7)
  })

  it('never falls below zero', () => {
    expect(at(1000, points([1, 100], [2, 50])).value).toBe(0)
  })

  it('gives its own points, and between two of them nothing outside of theirs', () => {
    const table = fc
      .uniqueArray(fc.nat(10_000), { minLength: 2, maxLength: 6 })
      .chain((xs) => fc.tuple(...xs.toSorted((a, b) => a - b).map((x) => fc.tuple(fc.constant(x), fc.nat(1e9)))))
    fc.assert(
      fc.property(table, fc.nat(10_000), (rows, load) => {
        for (const [x, y] of rows) expect(at(x, points(...rows)).value).toBe(y)
        const inside = Math.min(Math.max(load, rows[0]![0]), rows.at(-1)![0])
        const next = rows.findIndex(([x]) => x >= inside)
        const around = [rows[Math.max(0, next - 1)]![1], rows[next]![1]]
        const { value } = at(inside, points(...rows))
        expect(value).toBeGreaterThanOrEqual(Math.min(...around))
        expect(value).toBeLessThanOrEqual(Math.max(...around))
      }),
    )
  })
})

it.each([
  [0, 1],
  [1, 1],
  [1000, 1],
  [1001, 2],
  [5000, 5],
])('one for each 1,000: %d needs %d', (load, value) => {
  expect(at(load, { law: 'perUnit', unit: 'count', of: users, each: 1000, ...evidence })).toEqual({ value })
})

it('says that a load lies outside of the range of its evidence', () => {
  const law: Law = { law: 'perUnit', unit: 'count', of: users, each: 10, ...evidence, range: { from: 1, to: 50 } }
  expect(at(60, law)).toEqual({ value: 6, outside: { load: 60, from: 1, to: 50 } })
})

it('constants and formulas give whole numbers', () => {
  expect(
    at(3, { law: 'formula', unit: 'count', value: { op: 'times', value: users, by: 1.5 }, ...evidence }).value,
  ).toBe(5)
  expect(at(3, { law: 'constant', unit: 'count', value: 1.2, ...evidence }).value).toBe(2)
})
