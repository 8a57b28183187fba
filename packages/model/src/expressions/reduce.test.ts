import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyRuns } from '../runs-for-test.ts'
import type { Expression, Operation } from './expression.ts'
import { lookupOf, values, wellFormed, wellTyped } from './expressions-for-test.ts'
import { type Leaf, percentEncode, reduce } from './reduce.ts'
import { walk } from './walk.ts'

const late = (leaf: Leaf) => leaf
const host: Operation = { op: 'setting', id: 'site.host' }
const users: Operation = { op: 'load', id: 'users' }
const secret: Operation = { op: 'secret', id: 's' }
const GiB = (value: number): Expression => ({ op: 'quantity', unit: 'bytes', value: value * 2 ** 30 })
const nothing: Expression = { op: 'when', if: false, then: 'x' }

describe('what is known is computed', () => {
  it.each<[string, Expression, Expression | undefined]>([
    ['a count', { op: 'quantity', unit: 'count', value: 3 }, 3],
    ['a text', { op: 'concat', parts: ['a', 1, true, ''] }, 'a1true'],
    ['an empty text', { op: 'concat', parts: [] }, ''],
    ['a text with an absent part', { op: 'concat', parts: ['a', nothing, 'b'] }, 'ab'],
    ['nested texts', { op: 'concat', parts: ['a', { op: 'concat', parts: ['b', 'c'] }] }, 'abc'],
    ['a list without its absent item', { op: 'list', items: ['a', nothing, 'b'] }, { op: 'list', items: ['a', 'b'] }],
    ['a join', { op: 'join', list: { op: 'list', items: ['a', nothing, 'b'] }, separator: ', ' }, 'a, b'],
    ['a join of nothing', { op: 'join', list: nothing, separator: ',' }, ''],
    [
      'JSON',
      { op: 'json', value: { b: [1, 'x"', null, true, GiB(1)], a: nothing } },
      '{"b":[1,"x\\"",null,true,1073741824],"a":""}',
    ],
    ['JSON of a list', { op: 'json', value: { op: 'list', items: ['a', 'b'] } }, '["a","b"]'],
    ['percent-encoding', { op: 'percentEncode', value: "a b/é!'()*~-._" }, 'a%20b%2F%C3%A9%21%27%28%29%2A~-._'],
    ['a format', { op: 'format', value: GiB(1.5), as: 'MiB' }, '1536'],
    ['a format, rounded down', { op: 'format', value: GiB(1.5), as: 'GiB' }, '1'],
    ['a format of nothing', { op: 'format', value: nothing, as: 'B' }, undefined],
    ['a branch', { op: 'when', if: true, then: 'a', else: 'b' }, 'a'],
    ['the other branch', { op: 'when', if: false, then: 'a', else: 'b' }, 'b'],
    ['no branch', nothing, undefined],
    ['a branch whose condition is absent', { op: 'when', if: nothing, then: 'a', else: 'b' }, 'b'],
    ['all', { op: 'all', of: [true, true] }, true],
    ['all of nothing', { op: 'all', of: [] }, true],
    ['all with one that fails', { op: 'all', of: [true, false] }, false],
    ['any', { op: 'any', of: [false, true] }, true],
    ['any of nothing', { op: 'any', of: [] }, false],
    ['not', { op: 'not', of: false }, true],
    ['not of nothing', { op: 'not', of: nothing }, true],
    ['equal texts', { op: 'equals', left: 'a', right: 'a' }, true],
    ['different texts', { op: 'equals', left: 'a', right: 'b' }, false],
    ['equal quantities', { op: 'equals', left: GiB(1), right: GiB(1) }, true],
    ['a text and nothing', { op: 'equals', left: 'a', right: nothing }, false],
    ['nothing twice', { op: 'equals', left: nothing, right: nothing }, true],
    ['below', { op: 'compare', left: 1, is: 'below', right: 1 }, false],
    ['at most', { op: 'compare', left: 1, is: 'atMost', right: 1 }, true],
    ['above', { op: 'compare', left: 2, is: 'above', right: 1 }, true],
    ['at least', { op: 'compare', left: GiB(1), is: 'atLeast', right: GiB(2) }, false],
    ['a comparison with nothing', { op: 'compare', left: nothing, is: 'atMost', right: 1 }, false],
    ['a sum', { op: 'sum', of: [GiB(1), nothing, GiB(2)] }, GiB(3)],
    ['a difference', { op: 'difference', left: GiB(3), right: GiB(1) }, GiB(2)],
    ['a difference that stops at zero', { op: 'difference', left: 1, right: 2 }, 0],
    ['a product, rounded up', { op: 'times', value: 3, by: 0.5 }, 2],
    ['a product that is whole but for binary fractions', { op: 'times', value: 10, by: 1.1 }, 11],
    ['the least', { op: 'least', of: [3, 2, 5] }, 2],
    ['the greatest', { op: 'greatest', of: [3, 2, 5] }, 5],
    ['a number that no longer fits', { op: 'times', value: 1e300, by: 1e300 }, Number.MAX_SAFE_INTEGER],
  ])('%s', (_, expression, expected) => {
    expect(reduce(expression, late)).toEqual(expected)
  })
})

describe('what is not known yet stays', () => {
  it.each<[string, Expression, Expression]>([
    [
      'in a text, beside what is',
      { op: 'concat', parts: ['a', 'b', secret, 'c', 1] },
      { op: 'concat', parts: ['ab', secret, 'c1'] },
    ],
    [
      'in a sum, with the rest reduced',
      { op: 'sum', of: [users, { op: 'sum', of: [1, 2] }] },
      { op: 'sum', of: [users, 3] },
    ],
    [
      'in a product',
      { op: 'times', value: { op: 'sum', of: [users] }, by: 2 },
      { op: 'times', value: { op: 'sum', of: [users] }, by: 2 },
    ],
    [
      'in a condition, without what holds anyway',
      { op: 'all', of: [true, { op: 'feature', id: 'f' }] },
      { op: 'feature', id: 'f' },
    ],
    [
      'in percent-encoding',
      { op: 'percentEncode', value: { op: 'concat', parts: ['a', 'b', secret] } },
      { op: 'percentEncode', value: { op: 'concat', parts: ['ab', secret] } },
    ],
    [
      'in JSON',
      { op: 'json', value: { a: secret, b: { op: 'concat', parts: ['x', 1] } } },
      { op: 'json', value: { a: secret, b: 'x1' } },
    ],
    [
      'in a join that is spelled now',
      { op: 'join', list: { op: 'list', items: [secret, 'b'] }, separator: ',' },
      { op: 'concat', parts: [secret, ',b'] },
    ],
    [
      'in a condition over one value that may be absent',
      { op: 'all', of: [{ op: 'setting', id: 'site.tls' }] },
      { op: 'all', of: [{ op: 'setting', id: 'site.tls' }] },
    ],
    [
      'in a join whose item may be absent',
      { op: 'join', list: { op: 'list', items: [host, 'b'] }, separator: ',' },
      { op: 'join', list: { op: 'list', items: [host, 'b'] }, separator: ',' },
    ],
    [
      'in a branch of which only the other side is there',
      { op: 'when', if: { op: 'feature', id: 'f' }, then: nothing, else: 'b' },
      { op: 'when', if: { op: 'not', of: { op: 'feature', id: 'f' } }, then: 'b' },
    ],
  ])('%s', (_, expression, expected) => {
    expect(reduce(expression, late)).toEqual(expected)
  })

  it('a decided condition does not wait for the rest', () => {
    expect(reduce({ op: 'any', of: [{ op: 'feature', id: 'f' }, true] }, late)).toBe(true)
    expect(reduce({ op: 'all', of: [{ op: 'feature', id: 'f' }, false] }, late)).toBe(false)
  })
})

it('a count that is looked up is a plain number', () => {
  expect(reduce(users, () => ({ op: 'quantity', unit: 'count', value: 5 }))).toBe(5)
})

it('percentEncode leaves exactly the unreserved characters of RFC 3986', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const encoded = percentEncode(text)
      expect(encoded).toMatch(/^(?:[A-Za-z0-9\-._~]|%[0-9A-F]{2})*$/)
      expect(decodeURIComponent(encoded)).toBe(text)
    }),
  )
})

describe('for every well-typed expression', () => {
  const expression = fc.oneof(wellTyped.text, wellTyped.boolean, wellTyped.bytes, wellTyped.list)

  it('reducing twice changes nothing', () => {
    fc.assert(
      fc.property(expression, values, (tree, known) => {
        const once = reduce(tree, lookupOf(known))
        if (once !== undefined) expect(reduce(once, lookupOf(known))).toEqual(once)
      }),
      propertyRuns,
    )
  })

  it('with every value known, no choice and no computation is left', () => {
    const symbolic = ['address', 'secret', 'runtime', 'concat', 'list', 'percentEncode', 'json', 'quantity']
    fc.assert(
      fc.property(expression, values, (tree, known) => {
        const value = reduce(tree, lookupOf(known))
        if (value === undefined) return
        walk(value, ({ op }) => expect(symbolic).toContain(op))
      }),
      propertyRuns,
    )
  })

  it('deciding some values first and the rest later gives the same', () => {
    fc.assert(
      fc.property(expression, values, fc.infiniteStream(fc.boolean()), (tree, known, decide) => {
        const first = new Map([...known].filter(() => decide.next().value))
        const early = reduce(tree, lookupOf(first))
        const inTwoSteps = early === undefined ? undefined : reduce(early, lookupOf(known))
        expect(inTwoSteps).toEqual(reduce(tree, lookupOf(known)))
      }),
      propertyRuns,
    )
  })
})

it('ill-typed trees give something too: no throw, no hang', () => {
  fc.assert(
    fc.property(wellFormed.any, values, (tree, known) => {
      reduce(tree, late)
      reduce(tree, lookupOf(known))
    }),
    propertyRuns,
  )
})
