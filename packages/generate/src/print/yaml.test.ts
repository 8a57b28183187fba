import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { type Json, printYaml, printYamlDocuments } from './yaml.ts'

const VERSIONS = ['1.1', '1.2'] as const

/** Maps in place of objects, so that a key read as a number or a boolean is not taken for its text. */
function withMaps(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value
  if (Array.isArray(value)) return value.map(withMaps)
  const members = Object.entries(value).flatMap(([key, member]) =>
    member === undefined ? [] : [[key, withMaps(member)] as const],
  )
  return new Map(members)
}

function expectSurvival(value: Json): void {
  const text = printYaml(value)
  for (const version of VERSIONS) {
    expect(parse(text, { version, merge: false, mapAsMap: true })).toStrictEqual(withMaps(value))
  }
}

/** The text in each place where a string can stand, and last in the document. */
function everyPlaceOf(text: string): Json {
  return { [text]: { [text]: [text, [text, [text]], { [text]: text, after: text }] }, last: text }
}

describe('the shape of a document', () => {
  it('is that of the example in its documentation', () => {
    const value = { args: ['-c', 'exec nginx'], ports: [{ name: 'on', port: 80 }] }
    expect(printYaml(value)).toBe('args:\n  - -c\n  - exec nginx\nports:\n  - name: "on"\n    port: 80\n')
  })

  it.each<[Json, string]>([
    [null, 'null\n'],
    [true, 'true\n'],
    ['text', 'text\n'],
    ['two\nlines', '"two\\nlines"\n'],
    [[], '[]\n'],
    [{}, '{}\n'],
    [{ gone: undefined }, '{}\n'],
    [[[], {}, { gone: undefined }], '- []\n- {}\n- {}\n'],
    [{ list: [], none: {}, bare: { gone: undefined } }, 'list: []\nnone: {}\nbare: {}\n'],
    [{ gone: undefined, kept: null, also: undefined }, 'kept: null\n'],
    [{ b: 1, a: { z: false, y1: 2 } }, 'b: 1\na:\n  z: false\n  y1: 2\n'],
    [[[1, [2, 3]], { a: { b: 1 }, c: [4] }], '- - 1\n  - - 2\n    - 3\n- a:\n    b: 1\n  c:\n    - 4\n'],
    [{ a: 'x\ny\n', b: ['x\n\ny'] }, 'a: |\n  x\n  y\nb:\n  - |-\n    x\n\n    y\n'],
  ])('prints %j', (value, text) => {
    expect(printYaml(value)).toBe(text)
    expectSurvival(value)
  })

  it('announces a key that is too long to be recognised by its colon', () => {
    const key = 'k'.repeat(1001)
    const value = { [key]: { [key]: 1, list: [{ [key]: ['two\nlines'] }] } }
    expect(printYaml({ [key]: 1 })).toBe(`? ${key}\n: 1\n`)
    expectSurvival(value)
  })

  it('separates documents and puts nothing before the first or after the last', () => {
    const values: Json[] = [{ a: 'x\n' }, [], 'text', { b: 'x\n\n' }, null]
    expect(printYamlDocuments([])).toBe('')
    expect(printYamlDocuments([{ a: 1 }])).toBe('a: 1\n')
    expect(printYamlDocuments([{ a: 1 }, { b: 2 }])).toBe('a: 1\n---\nb: 2\n')
    const documents = parseAllDocuments(printYamlDocuments(values))
    expect([...documents].map((document) => document.toJS())).toStrictEqual(values)
  })
})

describe('a string', () => {
  const PLAIN =
    'nginx:1.27@sha256:0a1b|registry.example.com/a/b|app.kubernetes.io/name|' +
    'http://x:80/?a=b#c|$(POD_IP)|--flag=1|-c|100m|' +
    '512Mi|30s|25%|10.0.0.0/8|/healthz|a b|a  b|x#1|a:b|none|Yesterday|' +
    'offline|nano|info|~/x|\\d+|Grüße|日本|😀|a\'b|a"b|_a|<a'

  const QUOTED =
    '~|null|NULL|y|Y|n|yes|Yes|no|NO|on|On|off|OFF|true|True|false|' +
    'FALSE|=|<<|.inf|-.INF|+.Inf|.nan|.NaN|inf|-Infinity|nan|' +
    '0|1|-1|+1|007|010|0o7|0x1F|-0x1|0b11|1_000|-_1|1,000|.5|1.|' +
    '1.5|1e3|1E+3|.e5|e5|1:20|190:20:30.15|8080:80|10.0.0.1|' +
    '2001-01-01|2001-1-1|2001-12-14t21:59:43.10-05:00|2001-12-14 21:59:43.10 -5|2001-12-15 2:59:43Z|1234e5|0x1p3|' +
    '.|..|...|... a|-|--|---|--- a|---a|- a|? a|: a|?|:|:a|?a|!|!a|&a|*a|>a|%a|@a|`a|\'a|"a|#a|,a|[a|]a|{a|}a|=a|' +
    ' a|a |a:|a: b|a #|a # b|a<<|a\tb|\t|\r|a\rb|\u0000|\u0007|\u001b[0m|' +
    '\u007f|\u0085|\u009f|\u00a0|\u00ad|\u061c|\u200b|\u202e|' +
    '\u2028|\u2029|\u3000|\ufeff|\ufeffa|\ufffe|\uffff'

  it.each(PLAIN.split('|'))('stays plain: %j', (text) => {
    expect(printYaml([text])).toBe(`- ${text}\n`)
    expect(printYaml({ [text]: 1 })).toBe(`${text}: 1\n`)
    expectSurvival(everyPlaceOf(text))
  })

  it.each([...QUOTED.split('|'), '', ' ', '|', '|a'])('is quoted: %j', (text) => {
    expect(printYaml([text])).toMatch(/^- ".*"\n$/)
    expect(printYaml({ [text]: 1 })).toMatch(/^".*": 1\n$/)
    expectSurvival(everyPlaceOf(text))
  })

  it('is quoted with escapes for what nobody sees and without for the rest', () => {
    expect(printYaml(['"\\\t\b\0\x7f\x85\u2028\ufeff: é😀'])).toBe(
      '- "\\"\\\\\\t\\b\\u0000\\u007f\\u0085\\u2028\\ufeff: é😀"\n',
    )
  })

  it.each([
    ['a\n', '|\n  a\n'],
    ['a\nb', '|-\n  a\n  b\n'],
    ['a\n\n\n', '|+\n  a\n\n\n'],
    ['\n\na\n', '|\n\n\n  a\n'],
    ['a\n\n b\n\tc\n', '|\n  a\n\n   b\n  \tc\n'],
    [' a\nb', '|2-\n   a\n  b\n'],
    ['\n\ta\n', '|2\n\n  \ta\n'],
    ['a  \n  \nb\n', '|\n  a  \n    \n  b\n'],
    ['# a: b\n--- \n...\n% "\n', '|\n  # a: b\n  --- \n  ...\n  % "\n'],
  ])('of several lines is a literal block: %j', (text, block) => {
    expect(printYaml({ key: text })).toBe(`key: ${block}`)
    expectSurvival(everyPlaceOf(text))
  })

  it.each([
    '\n',
    '\n\n',
    ' \n',
    'a\n ',
    'a \n',
    'a\n\t\n',
    ' a\n\n',
    'a\r\nb',
    'a\nb\0',
    'a\n\u2028',
    'a\n\ufeff',
    'a\n\x85',
  ])('of several lines that a literal block might not keep is quoted: %j', (text) => {
    expect(printYaml({ key: text })).toMatch(/^key: ".*"\n$/)
    expectSurvival(everyPlaceOf(text))
  })

  it.each(['\ud800', 'a\udc00', '\udc00\ud800', 'a\nb\ud800\n'])('with a lone surrogate is refused: %j', (text) => {
    expect(() => printYaml(text)).toThrow(TypeError)
    expect(() => printYaml([text])).toThrow(TypeError)
    expect(() => printYaml({ [text]: 1 })).toThrow(TypeError)
  })

  it('may be longer than the stack of a regular expression', () => {
    const text = 'a b:c'.repeat(4_000_000)
    expect(printYaml({ key: text })).toBe(`key: ${text}\n`)
  })
})

describe('a number', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [-12, '-12'],
    [0.1, '0.1'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [1e21, '1000000000000000000000'],
    [-1.5e22, '-15000000000000000000000'],
    [1e-6, '0.000001'],
    [1e-7, '0.0000001'],
    [-1.25e-9, '-0.00000000125'],
  ])('%d is written %s', (value, text) => {
    expect(printYaml(value)).toBe(`${text}\n`)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('that is %d is refused', (value) => {
    expect(() => printYaml({ value })).toThrow(TypeError)
  })

  it('comes back from digits alone', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(printYaml(value)).toMatch(/^-?[0-9]+(\.[0-9]+)?\n$/)
        expectSurvival(value)
      }),
    )
  })
})

it('refuses what is not JSON', () => {
  const outside: unknown = [undefined, () => 1, 1n]
  expect(() => printYaml(outside as Json)).toThrow(TypeError)
})

describe('whatever is printed', () => {
  const fragments =
    '¦ ¦  ¦\n¦\n\n¦\t¦: ¦:¦ #¦#¦---¦...¦- ¦-¦? ¦&a¦*a¦!!str¦|¦>¦{¦}¦' +
    '[¦]¦,¦%YAML¦@¦`¦\'¦"¦\\¦0¦1¦0x¦0o¦1e3¦.¦+¦_¦:30¦2001-01-01¦' +
    'T¦12:00:00Z¦on¦y¦no¦true¦null¦~¦<<¦=¦a¦é¦😀¦\0¦\x1b¦\x85¦\xa0¦\u2028¦\ufeff¦\r¦\r\n¦\uffff'
  const text = fc.oneof(
    fc.array(fc.constantFrom(...fragments.split('¦')), { maxLength: 8 }).map((parts) => parts.join('')),
    fc.string({ unit: fc.constantFrom(...'-+.,:_0123456789eExXoObTtZz '.split('')), maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...'\n \ta#:-|é'.split('')), maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc
      .tuple(fc.string({ maxLength: 3 }), fc.integer({ min: 950, max: 1100 }))
      .map(([end, size]) => end.padStart(size, 'k"')),
  )
  const tree = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 5 },
      text,
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(text, fc.option(tie('json'), { nil: undefined }), { maxKeys: 4 }),
    ),
  })).json

  it('keeps any string in any place', () => {
    fc.assert(
      fc.property(text, (string) => expectSurvival(everyPlaceOf(string))),
      { numRuns: 1000 },
    )
  })

  it('keeps any tree', () => {
    fc.assert(fc.property(tree, expectSurvival), { numRuns: 1000 })
  })

  it('keeps the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(text, fc.boolean()), (members) => {
        const read: Map<string, boolean> = parse(printYaml(members), { merge: false, mapAsMap: true })
        expect([...read.keys()]).toStrictEqual(Object.keys(members))
      }),
    )
  })

  it('never has a line that ends a document', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(printYaml(value)).not.toMatch(/^(?:---|\.{3})/m)
      }),
    )
  })
})
