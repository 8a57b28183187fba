import type { Unit } from './unit.ts'

/** A suffix people may write, with what one of it is worth in the unit's base. */
interface Suffix {
  readonly suffix: string
  readonly factor: number
}

/**
 * How each unit is written. Base units: one, byte, millicore, millisecond, hundredth of a percent.
 * Suffixes that exist in two meanings elsewhere (`g`, `G`, `m`, `K`) are refused, see `ambiguous`.
 */
const suffixes: Readonly<Record<Unit, readonly Suffix[]>> = {
  count: [{ suffix: '', factor: 1 }],
  bytes: [
    { suffix: 'TiB', factor: 2 ** 40 },
    { suffix: 'GiB', factor: 2 ** 30 },
    { suffix: 'MiB', factor: 2 ** 20 },
    { suffix: 'KiB', factor: 2 ** 10 },
    { suffix: 'TB', factor: 1e12 },
    { suffix: 'GB', factor: 1e9 },
    { suffix: 'MB', factor: 1e6 },
    { suffix: 'kB', factor: 1e3 },
    { suffix: 'B', factor: 1 },
  ],
  cores: [
    { suffix: 'cores', factor: 1000 },
    { suffix: 'core', factor: 1000 },
    { suffix: 'millicores', factor: 1 },
  ],
  duration: [
    { suffix: 'd', factor: 86_400_000 },
    { suffix: 'h', factor: 3_600_000 },
    { suffix: 'min', factor: 60_000 },
    { suffix: 's', factor: 1000 },
    { suffix: 'ms', factor: 1 },
  ],
  percent: [{ suffix: '%', factor: 100 }],
}

/** What texts look like that {@link parseQuantity} may take, as a pattern for JSON Schema; RE2 and JavaScript read it alike. */
export function quantityPattern(unit: Unit): string {
  const names = suffixes[unit].map(({ suffix }) => suffix).filter((suffix) => suffix !== '')
  return `^\\s*\\d{1,16}(?:\\.\\d{1,9})?\\s{0,4}(?:${names.join('|')})\\s*$`
}

const ambiguous: ReadonlyMap<string, string> = new Map(
  Object.entries({
    k: 'kB (1,000 bytes) or KiB (1,024)',
    K: 'kB (1,000 bytes) or KiB (1,024)',
    Ki: 'KiB (1,024 bytes)',
    m: 'MB, MiB, min, millicores or ms',
    M: 'MB (10⁶ bytes) or MiB (2²⁰)',
    Mi: 'MiB (2²⁰ bytes)',
    g: 'GB (10⁹ bytes) or GiB (2³⁰)',
    G: 'GB (10⁹ bytes) or GiB (2³⁰)',
    Gi: 'GiB (2³⁰ bytes)',
    t: 'TB (10¹² bytes) or TiB (2⁴⁰)',
    T: 'TB (10¹² bytes) or TiB (2⁴⁰)',
    Ti: 'TiB (2⁴⁰ bytes)',
  }),
)

/** What parsing a quantity gives: the value in base units, or why there is none and what to write instead. */
export type ParsedQuantity = { readonly value: number } | { readonly why: string; readonly fix: string }

/**
 * Reads a quantity as people write it in `instance.yaml`. The number is decimal, the unit is required except for counts.
 *
 * @example
 * parseQuantity('1.5 GiB', 'bytes') // { value: 1610612736 }
 * parseQuantity('2g', 'bytes') // { why: '"g" can mean several units', fix: 'write GB (10⁹ bytes) or GiB (2³⁰)' }
 */
export function parseQuantity(text: string, unit: Unit): ParsedQuantity {
  const match = /^(\d{1,16}(?:\.\d{1,9})?)\s{0,4}([A-Za-z%]{0,12})$/.exec(text.trim())
  const accepted = suffixes[unit].map(({ suffix }) => suffix).filter((suffix) => suffix !== '')
  if (!match) return { why: `"${text}" is not a quantity`, fix: `write ${exampleOf(unit)}` }
  const [, number, written] = match as unknown as [string, string, string]
  const known = suffixes[unit].find(({ suffix }) => suffix === written)
  if (!known) {
    if (written === '') return { why: `"${text}" has no unit`, fix: `add one of ${accepted.join(', ')}` }
    if (unit === 'cores' && written === 'm') {
      return { why: '"m" can mean several units', fix: `write ${number} millicores` }
    }
    const meaning = ambiguous.get(written)
    if (meaning !== undefined) return { why: `"${written}" can mean several units`, fix: `write ${meaning}` }
    return { why: `"${written}" is not a unit of ${unit}`, fix: `write ${exampleOf(unit)}` }
  }
  const value = Number(number) * known.factor
  if (!Number.isSafeInteger(Math.round(value))) return { why: `${text} is too large`, fix: 'write a smaller quantity' }
  const rounding = Math.max(1e-6, value * Number.EPSILON * 2)
  if (Math.abs(value - Math.round(value)) > rounding) {
    return { why: `${text} is finer than the smallest step of ${unit}`, fix: `round it to ${baseNames[unit]}` }
  }
  return { value: Math.round(value) }
}

const baseNames: Readonly<Record<Unit, string>> = {
  count: 'a whole number',
  bytes: 'whole bytes',
  cores: 'thousandths of a core',
  duration: 'whole milliseconds',
  percent: 'hundredths of a percent',
}

/** An example of how a quantity of the unit is written. */
export function exampleOf(unit: Unit): string {
  const examples: Readonly<Record<Unit, string>> = {
    count: 'a whole number such as 3',
    bytes: 'a size such as 20 GiB or 500 MB',
    cores: 'cores such as 2 cores or 250 millicores',
    duration: 'a duration such as 30 s or 5 min',
    percent: 'a percentage such as 80 %',
  }
  return examples[unit]
}

/**
 * A quantity in base units as people read it: the suffix that gives the shortest number, the largest of those.
 *
 * @example
 * formatQuantity(1610612736, 'bytes') // '1.5 GiB'
 */
export function formatQuantity(value: number, unit: Unit): string {
  if (unit === 'count') return String(value)
  const candidates = unit === 'cores' ? [value % 10 === 0 ? suffixes.cores[0]! : suffixes.cores[2]!] : suffixes[unit]
  const short = candidates
    .map(({ suffix, factor }) => ({ suffix, factor, number: value / factor }))
    .filter(
      ({ number, factor }) => number >= 1 && Number.isInteger(number * 100) && Math.round(number * factor) === value,
    )
    .toSorted((a, b) => String(a.number).length - String(b.number).length)
  const [best = { suffix: candidates.at(-1)!.suffix, number: value / candidates.at(-1)!.factor }] = short
  return `${best.number} ${best.suffix}`
}
