import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nearest } from './nearest.ts'

it.each([
  ['comand', ['args', 'command', 'commander'], 'command'],
  ['helath', ['env', 'health'], 'health'],
  ['API', ['api', 'web'], 'api'],
  ['scratchs', ['scratch', 'mounts'], 'scratch'],
  ['api', ['web', 'store'], undefined],
  ['logs', ['load', 'settings'], undefined],
  ['x', [], undefined],
])('%s among %j is %s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected)
})

it('prefers the exact word, then the first of the nearest', () => {
  expect(nearest('web', ['wen', 'web'])).toBe('web')
  expect(nearest('wex', ['wen', 'web'])).toBe('wen')
})

it('finds a word again after one typing mistake', () => {
  const word = fc.stringMatching(/^[a-z]{4,12}$/)
  const mistake = fc.constantFrom('drop', 'double', 'swap', 'replace')
  fc.assert(
    fc.property(word, mistake, fc.nat(), (good, kind, seed) => {
      const i = seed % (good.length - 1)
      const [a, b] = [good[i]!, good[i + 1]!]
      const middle = { drop: b, double: a + a + b, swap: b + a, replace: `#${b}` }[kind]
      expect(nearest(good.slice(0, i) + middle + good.slice(i + 2), ['#', good, '##########################'])).toBe(
        good,
      )
    }),
  )
})
