import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import type { Setting, SettingType } from '../product/schema.ts'
import { settingTypes } from '../product/schema.ts'
import { describeValue, readSettingValue } from './setting-values.ts'

const setting = (type: SettingType, more: Partial<Setting> = {}): Setting => ({ id: 'x', title: 'X', type, ...more })
const bytes = (value: number) => ({ op: 'quantity', unit: 'bytes', value })
const rules = setting('keyedList', {
  fields: [
    { id: 'to', type: 'hostname', required: true },
    { id: 'size', type: 'bytes' },
  ],
})

const withDefaults = setting('keyedList', {
  fields: [
    { id: 'to', type: 'hostname', required: true },
    { id: 'port', type: 'count', default: 80, max: 65535 },
  ],
  default: [
    { id: 'a', to: 'a.example' },
    { id: 'b', to: 'b.example', port: 81 },
  ],
})
const preset = [
  { id: 'a', port: 80, to: 'a.example' },
  { id: 'b', port: 81, to: 'b.example' },
]

describe('values that fit', () => {
  it.each<[Setting, Json, unknown]>([
    [setting('text'), 'a "b" $c', 'a "b" $c'],
    [setting('text'), '', ''],
    [setting('text', { pattern: '[a-z]+' }), 'abc', 'abc'],
    [setting('hostname'), 'product.example.com', 'product.example.com'],
    [setting('hostname'), 'localhost', 'localhost'],
    [setting('email'), 'a@b.example', 'a@b.example'],
    [setting('url'), 'https://example.com/path?x=1', 'https://example.com/path?x=1'],
    [setting('boolean'), false, false],
    [setting('choice', { choices: [{ id: 'info' }, { id: 'warn' }] }), 'warn', 'warn'],
    [setting('count', { min: 1, max: 3 }), 3, 3],
    [setting('bytes', { max: 2 ** 40 }), '20 GiB', bytes(20 * 2 ** 30)],
    [setting('cores'), '250 millicores', { op: 'quantity', unit: 'cores', value: 250 }],
    [setting('duration'), '5 min', { op: 'quantity', unit: 'duration', value: 300_000 }],
    [setting('percent'), '80 %', { op: 'quantity', unit: 'percent', value: 8000 }],
    [setting('map', { of: 'bytes' }), { a: '1 KiB' }, { a: 1024 }],
    [setting('map', { of: 'count', default: { a: 1, b: 2 } }), { b: 3, c: 4 }, { a: 1, b: 3, c: 4 }],
    [setting('map', { of: 'count', default: { a: 1, b: 2 } }), { a: null }, { b: 2 }],
    [setting('map', { of: 'duration', default: { a: 1000 } }), { b: '1 min' }, { a: 1000, b: 60_000 }],
    [setting('map'), {}, {}],
    [
      rules,
      [
        { id: 'a', to: 'a.example', size: '1 KiB' },
        { id: 'b', to: 'b.example' },
      ],
      [
        { id: 'a', to: 'a.example', size: 1024 },
        { id: 'b', to: 'b.example' },
      ],
    ],
    [withDefaults, [], preset],
    [withDefaults, [{ id: 'a', port: 1 }], [{ ...preset[0], port: 1 }, preset[1]]],
    [withDefaults, [{ id: 'b', drop: true }], [preset[0]]],
    [withDefaults, [{ id: 'c', to: 'c.example' }], [...preset, { id: 'c', to: 'c.example', port: 80 }]],
  ])('%j takes %j', (declared, given, value) => {
    expect(readSettingValue(declared, given)).toEqual({ value })
  })
})

describe('values that do not fit', () => {
  it.each<[Setting, Json, RegExp, string?]>([
    [setting('text'), 5, /text, in quotes/],
    [setting('text'), true, /text, in quotes/],
    [setting('text'), 'a\0b', /text/],
    [setting('text', { pattern: '[a-z]+' }), 'abc\n', /text/],
    [setting('text', { pattern: 'a|b' }), 'ac', /text/],
    [setting('hostname'), 'UPPER_case.example', /host name/],
    [setting('hostname'), 'https://a.example', /host name/],
    [setting('hostname'), 'a..b', /host name/],
    [setting('hostname'), `${'a'.repeat(64)}.example`, /host name/],
    [setting('hostname'), '-a.example', /host name/],
    [setting('email'), 'nobody', /e-mail/],
    [setting('url'), 'example.com', /URL/],
    [setting('url'), 'mailto:a@b.example', /URL/],
    [setting('boolean'), 'true', /true or false/],
    [setting('boolean'), 1, /true or false/],
    [setting('choice', { choices: [{ id: 'info' }] }), 'debug', /one of info/],
    [setting('count', { min: 1, max: 3 }), 4, /whole number from 1 up to 3/],
    [setting('count'), 1.5, /whole number/],
    [setting('count'), -1, /whole number/],
    [setting('count'), '3', /whole number/],
    [setting('bytes'), 20, /20 GiB/],
    [setting('bytes'), '20G', /20 GiB/],
    [setting('bytes', { max: 2 ** 30 }), '20 GiB', /up to 1 GiB/],
    [setting('bytes'), ['1 GiB'], /20 GiB/],
    [setting('map'), ['a'], /a map/],
    [setting('map', { of: 'count' }), { a: 'b' }, /a whole number/, 'a'],
    [setting('map', { of: 'count', min: 1, max: 9 }), { a: 10 }, /from 1 up to 9/, 'a'],
    [setting('map', { of: 'choice', choices: [{ id: 'x' }] }), { a: 'y' }, /one of x/, 'a'],
    [setting('map', { of: 'text', pattern: '[a-z]+' }), { a: 'A' }, /matches \[a-z\]\+/, 'a'],
    [setting('map'), { a: null }, /a value/, 'a'],
    [setting('map'), { a: { b: 'c' } }, /a text/, 'a'],
    [setting('map'), { op: 'secret', id: 'db-password' }, /another name than "op"/, 'op'],
    [rules, { id: 'a' }, /list of entries/],
    [rules, [{ to: 'a.example' }], /an entry with an id/, '0'],
    [rules, ['a'], /an entry with an id/, '0'],
    [rules, [{ id: 5, to: 'a.example' }], /an entry with an id/, '0'],
    [
      rules,
      [
        { id: 'a', to: 'a.example' },
        { id: 'a', to: 'b.example' },
      ],
      /id of their own/,
      '1',
    ],
    [rules, [{ id: 'a' }], /an entry with "to"/, 'a'],
    [rules, [{ id: 'a', to: 'a.example', form: 'x' }], /only the fields id, to, size/, 'a/form'],
    [rules, [{ id: 'a', to: 'a.example', sise: 'x' }], /"size" \(only the fields/, 'a/sise'],
    [rules, [{ id: 'a', to: 'a b' }], /a host name/, 'a/to'],
    [withDefaults, [{ id: 'a', port: 70_000 }], /up to 65535/, 'a/port'],
    [withDefaults, [{ id: 'a', drop: false }], /"drop: true"/, 'a/drop'],
    [withDefaults, [{ id: 'a', drop: true, port: 1 }], /alone/, 'a/drop'],
    [withDefaults, [{ id: 'c', drop: true }], /that the product has/, 'c/drop'],
  ])('%j refuses %j', (declared, given, expected, at = '') => {
    expect(readSettingValue(declared, given)).toEqual({
      misfits: [
        {
          at: at === '' ? [] : at.split('/'),
          expected: expect.stringMatching(expected),
          found: expect.stringMatching(/./),
        },
      ],
    })
  })

  it('every wrong entry is reported', () => {
    const given = [{ id: 'a', to: 'a b' }, { to: 'x' }, { id: 'b', to: 'b.example', size: 5 }]
    const read = readSettingValue(rules, given)
    expect('misfits' in read && read.misfits.map(({ at }) => at.join('/'))).toEqual(['a/to', '1', 'b/size'])
  })
})

it('any JSON is a value or refused, never an error', () => {
  const declared = fc
    .record({
      type: fc.constantFrom(...settingTypes),
      of: fc.constantFrom('text' as const, 'bytes' as const, 'boolean' as const),
    })
    .map(({ type, of }) => setting(type, { of, choices: [{ id: 'a' }], fields: [{ id: 'f', type: of }] }))
  fc.assert(
    fc.property(declared, fc.jsonValue(), (each, given) => {
      const read = readSettingValue(each, given as Json)
      if (!('value' in read)) expect(read.misfits.length).toBeGreaterThan(0)
    }),
  )
})

it('shows long values cut', () => {
  expect(describeValue('x'.repeat(100))).toHaveLength(58)
  expect(describeValue({ a: 1 })).toBe('{"a":1}')
})
