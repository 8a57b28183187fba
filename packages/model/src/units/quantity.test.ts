import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exampleOf, formatQuantity, parseQuantity } from './quantity.ts'
import { type Unit, units } from './unit.ts'

describe('parseQuantity', () => {
  it.each<[string, Unit, number]>([
    ['3', 'count', 3],
    ['20 GiB', 'bytes', 21474836480],
    ['20GiB', 'bytes', 21474836480],
    [' 1.5 GiB ', 'bytes', 1610612736],
    ['500 MB', 'bytes', 500_000_000],
    ['1 kB', 'bytes', 1000],
    ['1 KiB', 'bytes', 1024],
    ['2 cores', 'cores', 2000],
    ['0.25 cores', 'cores', 250],
    ['250 millicores', 'cores', 250],
    ['5 min', 'duration', 300_000],
    ['1.5 h', 'duration', 5_400_000],
    ['80 %', 'percent', 8000],
    ['12.5%', 'percent', 1250],
  ])('%s of %s is %d', (text, unit, value) => {
    expect(parseQuantity(text, unit)).toEqual({ value })
  })

  it.each<[string, Unit, RegExp, RegExp]>([
    ['2g', 'bytes', /"g" can mean several/, /GB .*GiB/],
    ['2G', 'bytes', /"G" can mean several/, /GB .*GiB/],
    ['2 Gi', 'bytes', /"Gi" can mean several/, /GiB/],
    ['100m', 'cores', /"m" can mean several/, /millicores/],
    ['5', 'bytes', /no unit/, /GiB/],
    ['5', 'cores', /no unit/, /cores/],
    ['5 GiB', 'cores', /not a unit of cores/, /cores/],
    ['5 users', 'count', /not a unit of count/, /whole number/],
    ['1.5', 'count', /finer/, /whole number/],
    ['0.3 B', 'bytes', /finer/, /whole bytes/],
    ['0.0001 cores', 'cores', /finer/, /thousandths/],
    ['-1 GiB', 'bytes', /not a quantity/, /20 GiB/],
    ['1e3', 'count', /not a unit|not a quantity/, /whole number/],
    ['1,000 MB', 'bytes', /not a quantity/, /20 GiB/],
    ['', 'duration', /not a quantity/, /30 s/],
    ['999999999999999 TiB', 'bytes', /too large/, /smaller/],
    ['5 constructor', 'bytes', /"constructor" is not a unit/, /20 GiB/],
    ['5 toString', 'bytes', /"toString" is not a unit/, /20 GiB/],
  ])('%s of %s is refused', (text, unit, why, fix) => {
    const parsed = parseQuantity(text, unit)
    expect(parsed).toEqual({ why: expect.stringMatching(why), fix: expect.stringMatching(fix) })
  })
})

it.each<[number, Unit, string]>([
  [1610612736, 'bytes', '1.5 GiB'],
  [1_500_000_000, 'bytes', '1.5 GB'],
  [1024, 'bytes', '1 KiB'],
  [0, 'bytes', '0 B'],
  [250, 'cores', '0.25 cores'],
  [1255, 'cores', '1255 millicores'],
  [90_000, 'duration', '90 s'],
  [1250, 'percent', '12.5 %'],
  [7, 'count', '7'],
])('%d of %s reads %s', (value, unit, text) => {
  expect(formatQuantity(value, unit)).toBe(text)
})

it('what is formatted is read back as the same quantity', () => {
  fc.assert(
    fc.property(fc.constantFrom(...units), fc.nat({ max: Number.MAX_SAFE_INTEGER }), (unit, value) => {
      const bounded = unit === 'bytes' ? value : value % 1e12
      expect(parseQuantity(formatQuantity(bounded, unit), unit)).toEqual({ value: bounded })
    }),
  )
})

it.each(units)('the example of %s holds quantities of it', (unit) => {
  const quantities = exampleOf(unit).match(/\d+(?: (?!or\b)[A-Za-z%]+)?/g) ?? []
  expect(quantities.length).toBeGreaterThan(0)
  for (const each of quantities) expect(parseQuantity(each, unit)).toHaveProperty('value')
})
