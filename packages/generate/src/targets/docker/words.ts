import { quote } from '../../secrets/shell/quote.ts'

/** What a script only knows when it runs. */
export type Variable = 'secrets' | 'base' | 'replica'

/** One word of a shell: literal text and variables. */
export type Word = readonly (string | { readonly variable: Variable })[]

export const wordOf = (text: string): Word => [text]

/** Writes a word so that a POSIX shell reads the same bytes, as plainly as its text allows. */
export function printWord(word: Word): string {
  const parts = word.filter((part) => part !== '')
  if (parts.every((part) => typeof part === 'string')) return printLiteral(parts.join(''))
  const [option, rest] = splitOption(parts)
  const simple = rest.every((part) => typeof part !== 'string' || !/["$`\\!\n\r]/.test(part))
  return option + (simple ? `"${rest.map(inQuotes).join('')}"` : rest.map(apart).join(''))
}

/** `--option=` stays outside of the quotes around its value. */
function printLiteral(text: string): string {
  if (isPlain(text)) return text
  const option = optionOf(text)
  return option + quote(text.slice(option.length))
}

function splitOption([first, ...rest]: Word): [string, Word] {
  if (typeof first !== 'string') return ['', [first ?? '', ...rest]]
  const option = optionOf(first)
  return [option, [first.slice(option.length), ...rest].filter((part) => part !== '')]
}

const optionOf = (text: string): string => /^--[a-z-]+=/.exec(text)?.[0] ?? ''

const isPlain = (text: string): boolean => /^[A-Za-z0-9_@%+=:,./-]+$/.test(text)

const inQuotes = (part: Word[number]): string => (typeof part === 'string' ? part : variable(part))

const apart = (part: Word[number]): string => (typeof part === 'string' ? printLiteral(part) : `"${variable(part)}"`)

/** In braces, because a letter may follow. */
const variable = (part: { readonly variable: Variable }): string => `\${${part.variable}}`

/**
 * Reads what `printWord` writes: the statements of a script, each a list of words. Comments and blank lines are none. Knows
 * quotes, `\` and variables, and nothing else of the shell.
 */
export function readStatements(script: string): Word[][] {
  const statements: Word[][] = []
  let words: Word[] = []
  let rest = script
  const end = () => {
    if (words.length > 0) statements.push(words)
    words = []
  }
  while (rest !== '') {
    const gap = /^(?:[ \t]|\\\n)+/.exec(rest)?.[0] ?? ''
    rest = rest.slice(gap.length)
    const comment = /^#[^\n]*/.exec(rest)?.[0] ?? ''
    rest = rest.slice(comment.length)
    if (/^[\n;]/.test(rest)) {
      end()
      rest = rest.slice(1)
    } else if (rest !== '') {
      const { word, length } = readWord(rest)
      words.push(word)
      rest = rest.slice(length)
    }
  }
  end()
  return statements
}

/** A word at the start of a text that starts with one. */
function readWord(text: string): { word: Word; length: number } {
  const word: (string | { readonly variable: Variable })[] = []
  let at = 0
  while (at < text.length) {
    const found = piece(text.slice(at))
    if (!found) break
    word.push(...found.parts)
    at += found.length
  }
  return { word: joined(word), length: at }
}

function piece(text: string): { parts: Word; length: number } | undefined {
  const single = /^'([^']*)'/.exec(text)
  if (single) return { parts: [single[1] ?? ''], length: single[0].length }
  const double = /^"([^"]*)"/.exec(text)
  if (double) return { parts: withVariables(double[1] ?? ''), length: double[0].length }
  const escaped = /^\\([^\n])/.exec(text)
  if (escaped) return { parts: [escaped[1] ?? ''], length: escaped[0].length }
  const bare = /^[^\s'"\\;]+/.exec(text)
  return bare ? { parts: [bare[0]], length: bare[0].length } : undefined
}

const withVariables = (text: string): Word =>
  text.split(/(\$\{(?:secrets|base|replica)\})/).map((part) => {
    const name = /^\$\{(secrets|base|replica)\}$/.exec(part)?.[1]
    return name === 'secrets' || name === 'base' || name === 'replica' ? { variable: name } : part
  })

/** Neighbouring literals as one; a word of nothing is an empty literal. */
function joined(parts: Word): Word {
  const all: (string | { readonly variable: Variable })[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (typeof part === 'string' && typeof last === 'string') all[all.length - 1] = last + part
    else if (part !== '') all.push(part)
  }
  return all.length === 0 ? [''] : all
}
