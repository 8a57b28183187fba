import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import type { Json } from '../json.ts'
import { propertyRuns } from '../runs-for-test.ts'
import { type Edit, editInstance } from './edit.ts'
import { readInstance } from './read.ts'

const text = `# The shop of the north   (keep this spacing)
schema: 1
id:   shop          # two   spaces
product: "parcels"

load: { users: 100,   photos: 20 GiB }   # flow

settings:   # what we chose
  site:
      # deeper than usual
      host: 'shop.example'   # single quotes
      note: |
        several
        lines

      labels: {}
  mail:
    routes:
    - id: a   # the first
      to: a.example
    - id: b
      to: b.example
features:
  photos: true
  # tracing: true
sizes:
site: {}
# the end
`

const path = (at: string) => at.split('.')
const set = (at: string, value: Json): Edit => ({ edit: 'set', path: path(at), value })
const unset = (at: string): Edit => ({ edit: 'unset', path: path(at) })
const move = (at: string, to: string): Edit => ({ edit: 'move', path: path(at), to: path(to) })

/** The lines that differ, as a diff shows them. */
function changes(before: string, edit: Edit): string[] {
  const edited = editInstance(before, [edit])
  if (!edited.ok) return edited.problems.map(({ code }) => code)
  const [old, now] = [before.split('\n'), edited.value.split('\n')]
  let start = 0
  while (start < old.length && old[start] === now[start]) start++
  let end = 0
  while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end++
  return [
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...now.slice(start, now.length - end).map((line) => `+${line}`),
  ]
}

describe('an edit changes its own place only', () => {
  it.each<[string, Edit, readonly string[]]>([
    ['a value', set('id', 'north'), ['-id:   shop          # two   spaces', '+id:   north          # two   spaces']],
    ['a quoted value', set('product', 'letters'), ['-product: "parcels"', '+product: "letters"']],
    [
      'a value in single quotes',
      set('settings.site.host', "it's"),
      ["-      host: 'shop.example'   # single quotes", "+      host: 'it''s'   # single quotes"],
    ],
    [
      'a value in a flow map',
      set('load.users', 500),
      ['-load: { users: 100,   photos: 20 GiB }   # flow', '+load: { users: 500,   photos: 20 GiB }   # flow'],
    ],
    [
      'a new value in a flow map',
      set('load.orders', '1 GiB'),
      [
        '-load: { users: 100,   photos: 20 GiB }   # flow',
        '+load: { users: 100,   photos: 20 GiB, orders: 1 GiB }   # flow',
      ],
    ],
    ['a new key of a block', set('settings.site.level', 'warn'), ['+      level: warn']],
    ['a new key at the end', set('features.tracing', false), ['+  tracing: false']],
    ['a new section', set('profile', 'large'), ['+profile: large']],
    [
      'a new nested section',
      set('dependencies.db.mode', 'external'),
      ['+dependencies:', '+  db:', '+    mode: external'],
    ],
    ['a value for an empty key', set('sizes.web.replicas', 2), ['+  web:', '+    replicas: 2']],
    [
      'into an empty map',
      set('site.registry', 'r.example:5000'),
      ['-site: {}', '+site:', '+  registry: r.example:5000'],
    ],
    [
      'a block of text',
      set('settings.site.note', 'short'),
      ['-      note: |', '-        several', '-        lines', '+      note: short'],
    ],
    ['what YAML 1.1 takes for a truth', set('settings.site.level', 'no'), ["+      level: 'no'"]],
    ['what looks like a number', set('settings.site.level', '007'), ["+      level: '007'"]],
    ['a text of several lines', set('settings.site.level', 'a\nb: c'), ['+      level: "a\\nb: c"']],
    [
      'a field of an entry',
      set('settings.mail.routes.a.to', 'c.example'),
      ['-      to: a.example', '+      to: c.example'],
    ],
    ['a new entry', set('settings.mail.routes.c.to', 'c.example'), ['+    - id: c', '+      to: c.example']],
    ['a map', set('settings.site.labels', { a: 'b' }), ['-      labels: {}', '+      labels:', '+        a: b']],
    ['a removed key', unset('settings.site.host'), ["-      host: 'shop.example'   # single quotes"]],
    [
      'a removed key of a flow map',
      unset('load.photos'),
      ['-load: { users: 100,   photos: 20 GiB }   # flow', '+load: { users: 100 }   # flow'],
    ],
    [
      'the first key of a flow map',
      unset('load.users'),
      ['-load: { users: 100,   photos: 20 GiB }   # flow', '+load: { photos: 20 GiB }   # flow'],
    ],
    ['the only key of a block', unset('features.photos'), ['-features:', '-  photos: true', '+features: {}']],
    ['an entry', unset('settings.mail.routes.a'), ['-    - id: a   # the first', '-      to: a.example']],
    ['a rename', move('features.photos', 'features.pictures'), ['-  photos: true', '+  pictures: true']],
    ['nothing there', unset('settings.site.hots'), ['WB2026']],
  ])('%s', (_, edit, expected) => {
    expect(changes(text, edit)).toEqual(expected)
  })

  it('a move into another group keeps quotes and the comment of the line', () => {
    const edited = editInstance(text, [move('settings.site.host', 'settings.web.name')])
    expect(edited.ok && edited.value).toContain("  web:\n    name: 'shop.example'   # single quotes\n")
  })

  it('Windows line ends stay', () => {
    const edited = editInstance(text.replaceAll('\n', '\r\n'), [set('settings.site.level', 'warn'), set('a.b', 1)])
    expect(edited.ok && edited.value.replaceAll('\r\n', '')).not.toContain('\n')
  })

  it('a file without a line break at its end gets one before what is added', () => {
    expect(editInstance('schema: 1 # x', [set('id', 'a')])).toMatchObject({ value: 'schema: 1 # x\nid: a\n' })
  })
})

const word = fc.constantFrom(
  'a',
  'bb',
  'c-d',
  'host',
  'no',
  '1',
  'e f',
  "it's",
  '#x',
  'ü',
  'null',
  '',
  ': ',
  '- a',
  '"q"',
)
const scalar = fc.oneof(
  word,
  fc.string({ maxLength: 12 }),
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(word, scalar, { maxKeys: 3, noNullPrototype: true }) },
)
const places = fc.constantFrom(
  'id',
  'profile',
  'load.users',
  'load.x',
  'settings.site.host',
  'settings.site.note',
  'settings.site.labels.k',
  'settings.site.labels',
  'settings.mail.routes.a.to',
  'settings.mail.routes.z.to',
  'settings.new.x',
  'features.photos',
  'sizes.web.replicas',
  'site.registry',
  'site.a.b',
  'dependencies.db.host',
)
const same = (a: unknown, b: unknown) => expect(JSON.stringify(a)).toBe(JSON.stringify(b))
const well = (given: unknown): boolean =>
  JSON.stringify(given).isWellFormed() && !JSON.stringify(given).includes('\\ud')

/** What stands at a path of a text. */
function got(from: string, at: string): unknown {
  return path(at).reduce<unknown>((node, key) => {
    if (Array.isArray(node)) return (node as { id: string }[]).find(({ id }) => id === key)
    return (node as Record<string, unknown>)[key]
  }, parseDocument(from).toJS())
}

describe('any value at any place', () => {
  it('is read back as it was set, and every comment stays', () => {
    fc.assert(
      fc.property(places, value.filter(well), (at, given) => {
        const edited = editInstance(text, [set(at, given)])
        if (!edited.ok) throw new Error(JSON.stringify(edited.problems))
        same(got(edited.value, at), given)
        const comments = (from: string) => from.match(/#[^\n]*$/gm)
        for (const comment of comments(text) ?? []) expect(edited.value).toContain(comment)
      }),
      propertyRuns,
    )
  })

  it('leaves every line that does not hold it byte for byte', () => {
    const lines = (from: string) => new Set(from.split('\n'))
    fc.assert(
      fc.property(places, scalar.filter(well), (at, given) => {
        const edited = editInstance(text, [set(at, given)])
        if (!edited.ok) throw new Error(JSON.stringify(edited.problems))
        const now = lines(edited.value)
        const lost = [...lines(text)].filter((line) => !now.has(line))
        // the block of text has three lines
        expect(lost.length).toBeLessThanOrEqual(at === 'settings.site.note' ? 3 : 1)
      }),
      propertyRuns,
    )
  })

  it('and set back gives the same bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom('id', 'load.users', 'features.photos'), scalar.filter(well), (at, given) => {
        const there = editInstance(text, [set(at, given)])
        const back = there.ok && editInstance(there.value, [set(at, got(text, at) as Json)])
        expect(back && back.ok && parseDocument(back.value).toJS()).toEqual(parseDocument(text).toJS())
      }),
      propertyRuns,
    )
  })

  it('never makes a word that other YAML readers take for something else', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('yes', 'No', 'y', 'off', '12:30:45', '0777', '0808', '1_000', '0x1f', '1e3'),
        (given) => {
          const edited = editInstance('schema: 1\nid: a\nproduct: b\n', [set('version', given)])
          expect(edited.ok && readInstance(edited.value, 'i.yaml')).toMatchObject({
            ok: true,
            value: { instance: { version: given } },
          })
        },
      ),
    )
  })
})
