import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quote } from '../../secrets/shell/quote.ts'
import { statementsOf } from './shell-words.ts'

it('reads back every word that is quoted for a shell', () => {
  const words = fc.array(
    fc.string({ unit: 'binary' }).filter((word) => !word.includes('\0')),
    { minLength: 1 },
  )
  fc.assert(
    fc.property(words, words, (first, second) => {
      const script = `set -- ${first.map(quote).join(' \\\n  ')}\nrun ${second.map(quote).join(' ')}\n`
      expect(statementsOf(script)).toEqual([
        ['set', '--', ...first],
        ['run', ...second],
      ])
    }),
  )
})

it.each([
  ['a comment', '#!/bin/sh\n# nothing\na b # c\n', [['a', 'b']]],
  ['no word', "a ''\n", [['a', '']]],
  ['quotes inside of a word', `a=b'c d'"e f"\\'\n`, [["a=bc de f'"]]],
  ['what is not expanded', '. x "$@"\n', [['.', 'x', '$@']]],
  ['a hash inside of a word', '[ $# -gt 0 ]', [['[', '$#', '-gt', '0', ']']]],
])('reads %s', (_, script, expected) => {
  expect(statementsOf(script)).toEqual(expected)
})
