import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyRuns } from '../runs-for-test.ts'
import { type Choice, type Variable, combinations, describeChoice, holds, openNode, satisfy } from './conditions.ts'
import type { Expression } from './expression.ts'

const variables: readonly Variable[] = [
  { key: 'feature mail', values: [true, false] },
  { key: 'feature photos', values: [true, false] },
  { key: 'mode db', values: ['bundled', 'external'] },
  { key: 'setting site.level', values: ['low', 'high', 'off'] },
]
const domain = new Map(variables.map((each) => [each.key, each]))

const conditions = fc.letrec<{ condition: Expression }>((tie) => {
  const of = fc.array(tie('condition'), { maxLength: 3 })
  const leaf = fc.constantFrom<Expression>(
    true,
    false,
    { op: 'feature', id: 'mail' },
    { op: 'feature', id: 'photos' },
    { op: 'mode', dependency: 'db', is: 'external' },
    { op: 'equals', left: { op: 'setting', id: 'site.level' }, right: 'high' },
    { op: 'equals', left: 'off', right: { op: 'setting', id: 'site.level' } },
  )
  const branch = fc.oneof<fc.Arbitrary<Expression>[]>(
    fc.record({ op: fc.constant('all'), of }) as never,
    fc.record({ op: fc.constant('any'), of }) as never,
    fc.record({ op: fc.constant('not'), of: tie('condition') }) as never,
  )
  return { condition: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, branch, branch) }
})

/** Every choice, by counting through the values. */
function* everyChoice(): Generator<Choice> {
  const total = variables.reduce((count, { values }) => count * values.length, 1)
  for (let n = 0; n < total; n++) {
    let rest = n
    yield new Map(
      variables.map(({ key, values }) => {
        const value = values[rest % values.length]!
        rest = Math.floor(rest / values.length)
        return [key, value]
      }),
    )
  }
}

/** What a condition means, written a second time. */
function meaning(condition: Expression, choice: Choice): boolean | string {
  if (typeof condition !== 'object') return condition as boolean | string
  switch (condition.op) {
    case 'feature':
      return choice.get(`feature ${condition.id}`)!
    case 'setting':
      return choice.get(`setting ${condition.id}`)!
    case 'mode':
      return choice.get(`mode ${condition.dependency}`) === condition.is
    case 'all':
      return condition.of.every((each) => meaning(each, choice))
    case 'any':
      return condition.of.some((each) => meaning(each, choice))
    case 'not':
      return !meaning(condition.of, choice)
    case 'equals':
      return meaning(condition.left, choice) === meaning(condition.right, choice)
    default:
      throw new TypeError(condition.op)
  }
}

describe('satisfy', () => {
  it('finds a choice exactly when trying all of them does', () => {
    fc.assert(
      fc.property(fc.array(conditions.condition, { minLength: 1, maxLength: 3 }), (all) => {
        const possible = [...everyChoice()].some((choice) => all.every((each) => meaning(each, choice)))
        const found = satisfy(all, domain)
        expect(found !== undefined).toBe(possible)
        if (found) expect(all.every((each) => holds(each, found))).toBe(true)
      }),
      propertyRuns,
    )
  })

  it('evaluates as conditions are meant', () => {
    fc.assert(
      fc.property(conditions.condition, (condition) => {
        for (const choice of everyChoice()) expect(holds(condition, choice)).toBe(meaning(condition, choice))
      }),
      propertyRuns,
    )
  })
})

it('counts the combinations of the variables that the conditions name, each once', () => {
  const mail: Expression = { op: 'feature', id: 'mail' }
  const level: Expression = { op: 'equals', left: { op: 'setting', id: 'site.level' }, right: 'high' }
  expect(combinations([], domain)).toBe(1)
  expect(combinations([mail, { op: 'not', of: mail }], domain)).toBe(2)
  expect(combinations([mail, level, { op: 'mode', dependency: 'db', is: 'bundled' }], domain)).toBe(12)
})

it.each<[string, Expression, Expression | undefined]>([
  [
    'finite',
    {
      op: 'all',
      of: [
        { op: 'feature', id: 'mail' },
        { op: 'not', of: true },
      ],
    },
    undefined,
  ],
  [
    'a load',
    { op: 'any', of: [{ op: 'compare', left: { op: 'load', id: 'users' }, is: 'above', right: 5 }] },
    { op: 'compare', left: { op: 'load', id: 'users' }, is: 'above', right: 5 },
  ],
  [
    'a setting that is a text',
    { op: 'equals', left: { op: 'setting', id: 'site.host' }, right: 'x' },
    { op: 'setting', id: 'site.host' },
  ],
  ['a feature that does not exist', { op: 'not', of: { op: 'feature', id: 'nope' } }, { op: 'feature', id: 'nope' }],
])('finds what is open: %s', (_, condition, open) => {
  expect(openNode(condition, domain)).toEqual(open)
})

it('says a choice in words', () => {
  expect(
    describeChoice(
      new Map<string, string | boolean>([
        ['feature mail', true],
        ['feature photos', false],
        ['mode db', 'external'],
      ]),
    ),
  ).toBe('feature mail is on and feature photos is off and mode db is external')
  expect(describeChoice(new Map())).toBe('always')
})
