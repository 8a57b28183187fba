import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyRuns } from '../runs-for-test.ts'
import { readInstance } from './read.ts'

const head = 'schema: 1\nid: shop\nproduct: parcels\n'
const problemsIn = (text: string) => {
  const read = readInstance(text, 'instance.yaml')
  return read.ok
    ? []
    : read.problems.map(({ code, at }) => ({ code, file: at?.file, line: at?.line, column: at?.column }))
}
const found = (code: string, line: number, column: number) => ({ code, file: 'instance.yaml', line, column })

it('reads plain data', () => {
  const text = `${head}features: { mail: true }\nload:\n  users: 100 # people\n  photos: 20 GiB\nsite:\n  publish: { http: 0x1f90 }\n`
  const read = readInstance(text, 'instance.yaml')
  expect(read).toMatchObject({
    ok: true,
    value: {
      instance: {
        id: 'shop',
        features: { mail: true },
        load: { users: 100, photos: '20 GiB' },
        site: { publish: { http: 8080 } },
      },
    },
  })
})

describe('values that YAML readers take for different things', () => {
  it.each(['yes', 'No', 'on', 'OFF', 'y', 'N', '12:30:45', '190:20:30', '0777', '-010', '1_000', '1_0.5'])(
    '%s',
    (value) => {
      expect(problemsIn(`${head}settings:\n  site:\n    x: ${value}\n`)).toEqual([found('WB2005', 6, 8)])
    },
  )

  it.each([
    '"yes"',
    "'0777'",
    'true',
    '"12:30"',
    '10',
    '0o17',
    '1.2.3',
    '2026-01-02',
    'yesterday',
    'v1_0',
    '12:99:00',
    '08:00 h',
  ])('but not %s', (value) => {
    expect(problemsIn(`${head}settings:\n  site:\n    x: ${value}\n`)).toEqual([])
  })

  it('also as a key', () => {
    expect(problemsIn(`${head}settings:\n  site:\n    no: 1\n`)).toEqual([found('WB2005', 6, 5)])
  })
})

describe('YAML that is not plain data', () => {
  it.each([
    ['an alias', `${head}settings:\n  a: &x { b: 1 }\n  c: *x\n`, [found('WB2004', 6, 6)]],
    ['a tag', `${head}settings:\n  a: !!binary aGk=\n`, [found('WB2004', 5, 6)]],
    ['a tag of its own', `${head}settings:\n  a: !secret x\n`, [found('WB2004', 5, 6)]],
    ['a merge key', `${head}settings:\n  a: { <<: { b: 1 } }\n`, [found('WB2004', 5, 8)]],
    ['the key __proto__', `${head}settings:\n  __proto__: { b: 1 }\n`, [found('WB2004', 5, 3)]],
  ])('%s', (_, text, expected) => {
    const lines = problemsIn(text).map(({ code, line }) => ({ code, line }))
    for (const { code, line } of expected) expect(lines).toContainEqual({ code, line })
  })

  it('a billion laughs are refused before they are expanded', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `  l${i + 1}: &l${i + 1} [${Array.from({ length: 10 }, () => `*l${i}`).join(', ')}]`,
    )
    const problems = problemsIn(`${head}settings:\n  l0: &l0 [x]\n${levels.join('\n')}\n`)
    expect(problems).toHaveLength(300)
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['WB2004']))
  })
})

describe('the form of the file', () => {
  it.each([
    ['a duplicate key', `${head}id: other\n`, [found('WB2002', 4, 1)]],
    [
      'an unfinished list',
      `${head}overlays: [\n`,
      [expect.objectContaining({ code: 'WB2001', file: 'instance.yaml' })],
    ],
    [
      'a tab for indentation',
      `${head}site:\n\tnamespace: a\n`,
      expect.arrayContaining([expect.objectContaining({ code: 'WB2001', line: 5 })]),
    ],
    ['two documents', `${head}---\n${head}`, [expect.objectContaining({ code: 'WB2001' })]],
    ['bytes that are not UTF-8', `${head}# \uFFFD\n`, [{ code: 'WB2003', file: 'instance.yaml' }]],
    ['more than 1 MB', `${head}# ${'x'.repeat(1_000_000)}\n`, [{ code: 'WB4007', file: 'instance.yaml' }]],
    ['a newer schema', head.replace('1', '2'), [found('WB3001', 1, 1)]],
    ['no schema', 'id: shop\n', [found('WB3002', 1, 1)]],
    ['a schema as text', head.replace('1', "'1'"), [found('WB3002', 1, 1)]],
    ['nothing', '', [expect.objectContaining({ code: 'WB3002' })]],
    ['a list', '- a\n', [expect.objectContaining({ code: 'WB3002', line: 1 })]],
    ['101 levels', `${head}settings:\n  a:\n    b: ${'['.repeat(99)}${']'.repeat(99)}\n`, [found('WB4008', 6, 105)]],
    [
      '10,000 levels',
      `${head}settings: ${'['.repeat(10_000)}\n`,
      [expect.objectContaining({ code: 'WB4008', line: 4 })],
    ],
    [
      'unknown keys, all of them',
      `${head}lod: {}\nsite:\n  regsitry: x\n`,
      [found('WB1001', 6, 3), found('WB1001', 4, 1)],
    ],
    ['a wrong type and a missing key', 'schema: 1\nid: 5\n', [found('WB1002', 2, 1), found('WB1003', 1, 1)]],
  ])('%s', (_, text, expected) => {
    expect(problemsIn(text)).toEqual(expected)
  })

  it('a byte order mark and Windows line ends change nothing', () => {
    expect(problemsIn(`\uFEFF${head}`.replaceAll('\n', '\r\n'))).toEqual([])
  })
})

it('problems that are found later get their line', () => {
  const read = readInstance(`${head}overlays:\n  - at: a\n    set: b\n  - at: c\n    set: d\n`, 'instance.yaml')
  if (!read.ok) throw new Error('the file is good')
  const [at] = read.value.locate([{ code: 'WB2013', severity: 'error', path: ['overlays', '1', 'at'], params: {} }])
  expect(at?.at).toEqual({ file: 'instance.yaml', line: 7, column: 5 })
})

describe('any text is read or refused', () => {
  const check = (text: string) => {
    const read = readInstance(text, 'instance.yaml')
    if (!read.ok) expect(read.problems.length).toBeGreaterThan(0)
  }
  const good = `${head}load:\n  users: 100\nsettings:\n  site:\n    host: a.example\nfeatures: { mail: true }\noverlays:\n  - at: services/api/image\n    set: "x"\n`
  const signs = ':-[]{}&*!|>%@`"\'#,?\n\t ~'.split('')
  const words = ['<<', '---', '...', '!!set', '&a', '*a', '0x', '\0', '\uD800', '\u2028', 'yes']
  const piece = fc.constantFrom(...signs, ...words)

  it('made of YAML signs', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => check(pieces.join(''))),
      propertyRuns,
    )
  })
  it('made of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => check(new TextDecoder().decode(bytes))),
      propertyRuns,
    )
  })
  it('made of a good file with changes', () => {
    const change = fc.tuple(fc.nat(good.length), fc.nat(5), fc.oneof(piece, fc.string({ maxLength: 4 })))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) =>
        check(changes.reduce((text, [at, drop, insert]) => text.slice(0, at) + insert + text.slice(at + drop), good)),
      ),
      propertyRuns,
    )
  })
})
