import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Word, printWord, readStatements, wordOf } from './words.ts'

const nasty = [
  '',
  ' ',
  '$HOME',
  '${secrets}',
  '`id`',
  '$(id)',
  "'",
  '"',
  '\\',
  '\n',
  '#',
  '~',
  '!',
  ';',
  '&',
  '--env=',
  'é',
  '\u0001',
  '\u007f',
]
const text = fc
  .array(fc.oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 5 })
  .map((parts) => parts.join('').replaceAll('\0', ''))
  .filter((each) => each.isWellFormed())
const word: fc.Arbitrary<Word> = fc.array(
  fc.oneof(text, fc.constantFrom({ variable: 'secrets' } as const, { variable: 'base' } as const)),
  { maxLength: 4 },
)

/** What a shell is to make of a word. */
const expanded = (parts: Word): string =>
  parts.map((part) => (typeof part === 'string' ? part : part.variable === 'secrets' ? '/s e/$x' : '/b')).join('')

/** The words that a real shell reads. */
function read(shell: string, script: string): string[] {
  const { stdout, stderr, status } = spawnSync(
    shell,
    ['-c', `set -f; secrets='/s e/$x' base=/b\nprintf '%s\\000' ${script}`],
    {
      encoding: 'utf8',
    },
  )
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout.split('\0').slice(0, -1)
}

describe('printWord', () => {
  test.each([
    ['plain', 'plain'],
    ['', "''"],
    ["it's", "'it'\\''s'"],
    ['--env=A=b c', "--env='A=b c'"],
    ['--env=A=b', '--env=A=b'],
  ])('writes %j as %s', (literal, written) => {
    expect(printWord(wordOf(literal))).toBe(written)
  })

  test('writes variables inside of double quotes', () => {
    expect(printWord(['--mount=source=', { variable: 'secrets' }, '/a b,readonly'])).toBe(
      '--mount="source=${secrets}/a b,readonly"',
    )
    expect(printWord([{ variable: 'base' }, '/$a'])).toBe(`"\${base}"'/$a'`)
  })

  const shells = ['dash', 'bash', 'sh'].filter((shell) => spawnSync(shell, ['-c', ':']).status === 0)
  test.each(shells)('is read by %s as it was meant', (shell) => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        expect(read(shell, words.map(printWord).join(' \\\n  '))).toEqual(words.map(expanded))
      }),
      { numRuns: 60 },
    )
  })
})

describe('readStatements', () => {
  test('reads back every word', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        const [statement = [], ...others] = readStatements(`# a comment\n\n${words.map(printWord).join(' \\\n  ')}\n`)
        expect(others).toEqual([])
        expect(statement.map(expanded)).toEqual(words.map(expanded))
      }),
    )
  })

  test('tells statements apart by lines and semicolons', () => {
    expect(readStatements(`for replica in 1 2; do\n  container web "\${replica}" # twice\ndone`)).toEqual([
      [['for'], ['replica'], ['in'], ['1'], ['2']],
      [['do']],
      [['container'], ['web'], [{ variable: 'replica' }]],
      [['done']],
    ])
  })
})
