/** A value that is not made of others. */
export type Scalar = null | boolean | number | string

/** The indentation of a block under its parent. */
export const STEP = '  '

/** The text of a scalar on one line: plain when every reader takes it for the same value, else double-quoted. */
export function printScalarLine(value: Scalar): string {
  if (typeof value === 'string') {
    requireWellFormed(value)
    return isPlain(value) ? value : quote(value)
  }
  if (typeof value === 'number') return printNumber(value)
  if (typeof value === 'boolean' || value === null) return String(value)
  throw new TypeError(`YAML has no notation for a value of type ${typeof value}.`)
}

/** What follows `key: ` or `- `, with its line break; several lines become a literal block indented by `pad`. */
export function printScalar(value: Scalar, pad: string): string {
  if (typeof value === 'string' && value.includes('\n')) {
    requireWellFormed(value)
    const finalBreaks = countFinalBreaks(value)
    if (survivesLiteral(value, finalBreaks)) return printLiteral(value, finalBreaks, pad)
  }
  return `${printScalarLine(value)}\n`
}

function requireWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new TypeError('A string with a lone surrogate has no UTF-8 form and is not printed.')
}

/**
 * What never stands unescaped: whatever YAML 1.1 or 1.2 forbids or breaks lines at, and the spaces, joiners and marks
 * beyond ASCII that nobody sees. Listed is the rest; surrogates are in it, their pairing being checked elsewhere.
 */
const HIDDEN = new RegExp(
  '[^\\t\\n -~\\xa1-\\xac\\xae-\\u061b\\u061d-\\u167f\\u1681-\\u180d\\u180f-\\u1fff\\u2010-\\u2027' +
    '\\u2030-\\u205e\\u2070-\\u2fff\\u3001-\\ufefe\\uff00-\\uffef]',
)
const EVERY_HIDDEN = new RegExp(HIDDEN, 'g')

/**
 * What a plain scalar cannot have: an indicator or a document marker at its start, `: ` or ` #` inside, a space or a
 * colon at its end, a tab or a line break. Nor `<<` at its end, where goccy/go-yaml takes a key for a merge.
 */
const UNPLAIN = new RegExp(
  `^(?:$|[ !"#%&'*,:=>?@[\\]\`{|}]|-(?:$| )|---|\\.{3})|:(?:$| )| (?:$|#)|<<$|[\\t\\n]|${HIDDEN.source}`,
)

/**
 * Everything that a number, a date or a document marker can look like, and more: YAML 1.1 has octals, sexagesimals and
 * underscores in numbers, Ruby has commas, Go drops underscores before it looks, the `yaml` package reads `e5` as NaN.
 */
const LIKE_NUMBER = /^[-+._,:]*(?:[eE]?[-+]?[0-9][-+.,:_0-9a-fA-FoOpPtTxXzZ ]*)?$/

const RESERVED = /^(?:~|null|y|n|yes|no|on|off|true|false|[-+]?\.?(?:nan|inf|infinity))$/i
const LONGEST_RESERVED = '-.infinity'.length

function isPlain(text: string): boolean {
  return !UNPLAIN.test(text) && !LIKE_NUMBER.test(text) && !(text.length <= LONGEST_RESERVED && RESERVED.test(text))
}

/** JSON's escapes are YAML's too, but JSON leaves DEL, C1 controls and the like as they are. */
function quote(text: string): string {
  return JSON.stringify(text).replace(EVERY_HIDDEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * Whether readers give a literal block back byte for byte. They and editors disagree on one that ends in spaces or
 * tabs, goccy/go-yaml disagrees on one that needs both an indentation indicator and `+`, and kustomize, which keeps the
 * style of what it reads, leaves the indicator out before a tab and then cannot read its own block.
 */
function survivesLiteral(text: string, finalBreaks: number): boolean {
  const last = text[text.length - 1 - finalBreaks]
  if (last === undefined || last === ' ' || last === '\t' || text.startsWith('\t')) return false
  return !HIDDEN.test(text) && !(finalBreaks > 1 && BLANK_START.test(text))
}

/** The first line with any text would mislead a reader that takes the indentation from it. */
const BLANK_START = /^\n*[ \t]/

function printLiteral(text: string, finalBreaks: number, pad: string): string {
  const indentation = BLANK_START.test(text) ? STEP.length : ''
  const chomping = finalBreaks === 0 ? '-' : finalBreaks === 1 ? '' : '+'
  const lines = `\n${text}`.replace(/\n(?=[^\n])/g, `\n${pad}`)
  return `|${indentation}${chomping}${lines}${finalBreaks === 0 ? '\n' : ''}`
}

function countFinalBreaks(text: string): number {
  let count = 0
  while (text[text.length - 1 - count] === '\n') count++
  return count
}

function printNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`YAML 1.1 and 1.2 share no notation for the number ${value}.`)
  const text = String(value)
  if (!text.includes('e')) return text
  return Number.isInteger(value) ? BigInt(value).toString() : writeOutFraction(text)
}

/** `1.5e-7` → `0.00000015`. JavaScript writes only fractions below 1e-6 with a negative exponent. */
function writeOutFraction(text: string): string {
  const [mantissa = '', exponent = ''] = text.split('e-')
  const sign = mantissa.startsWith('-') ? '-' : ''
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace(/[-.]/g, '')}`
}
