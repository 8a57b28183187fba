import { describe, expect, test } from 'vitest'
import type { Expression } from '../expressions/expression.ts'
import { alternativesOf, both, conditionsOf, either, opposite } from './conditional.ts'

const feature = (id: string): Expression => ({ op: 'feature', id })
const mode = (is: 'bundled' | 'external'): Expression => ({ op: 'mode', dependency: 'db', is })
const [a, b] = [feature('a'), feature('b')]
const conditions = conditionsOf(
  new Map([
    ['feature a', { key: 'feature a', values: [true, false] }],
    ['feature b', { key: 'feature b', values: [true, false] }],
    ['mode db', { key: 'mode db', values: ['bundled', 'external'] }],
  ]),
)
const always = () => undefined

describe('conditions', () => {
  test('are put together flat, each part once', () => {
    expect(both(a, both(b, a), undefined)).toEqual({ op: 'all', of: [a, b] })
    expect(both(a, false)).toBe(false)
    expect(both()).toBeUndefined()
  })

  test('of which one has to hold are always true with a thing and its opposite', () => {
    expect(either(a, opposite(a))).toBeUndefined()
    expect(either(a, undefined)).toBeUndefined()
    expect(either(a, b, a)).toEqual({ op: 'any', of: [a, b] })
    expect(either()).toBe(false)
  })

  test('lose what holds already', () => {
    expect(conditions.under(both(a, b), a)).toEqual(b)
    expect(conditions.under(opposite(mode('external')), mode('bundled'))).toBeUndefined()
    expect(conditions.under(mode('external'), mode('bundled'))).toBe(false)
    expect(conditions.under(either(a, b), opposite(a))).toEqual(b)
    expect(conditions.under(a, b)).toEqual(a)
  })

  test('that range over something open stay as they are', () => {
    const open: Expression = { op: 'setting', id: 'site.name' }
    expect(conditions.under(open, a)).toEqual(open)
    expect(conditions.possible(open, a)).toBe(true)
  })
})

describe('the forms of a value', () => {
  const secret: Expression = { op: 'secret', id: 'password' }

  test('are those of the choice at its root', () => {
    const value: Expression = {
      op: 'when',
      if: mode('bundled'),
      then: 'db',
      else: { op: 'input', dependency: 'db', key: 'host' },
    }
    expect(alternativesOf(value, undefined, conditions, always)).toEqual([
      { when: mode('bundled'), value: 'db' },
      { when: opposite(mode('bundled')), value: { op: 'input', dependency: 'db', key: 'host' } },
    ])
    expect(alternativesOf(value, mode('bundled'), conditions, always)).toEqual([{ value: 'db' }])
  })

  test('leave out where it is absent', () => {
    expect(alternativesOf({ op: 'when', if: a, then: 'x' }, undefined, conditions, always)).toEqual([
      { when: a, value: 'x' },
    ])
    expect(alternativesOf({ op: 'when', if: a, then: 'x' }, opposite(a), conditions, always)).toEqual([])
  })

  test('tell apart what holds a secret from what does not, wherever the choice stands', () => {
    const value: Expression = {
      op: 'concat',
      parts: ['u:', { op: 'when', if: a, then: secret, else: 'nobody' }, { op: 'when', if: b, then: '@x', else: '@y' }],
    }
    expect(alternativesOf(value, undefined, conditions, always)).toEqual([
      { when: a, value: { op: 'concat', parts: ['u:', secret, { op: 'when', if: b, then: '@x', else: '@y' }] } },
      {
        when: opposite(a),
        value: { op: 'concat', parts: ['u:', 'nobody', { op: 'when', if: b, then: '@x', else: '@y' }] },
      },
    ])
  })
})
