import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyRuns } from '../runs-for-test.ts'
import type { Json } from '../json.ts'
import { type Setting, settingTypes } from '../product/schema.ts'
import { readSettingValue } from '../resolve/setting-values.ts'
import { instanceSchemaOf } from './product-schema.ts'
import { settingSchema } from './setting-schema.ts'
import { shop } from './settings-for-test.ts'

// formats are words for editors here; unions of types are what amounts are
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, validateFormats: false })

describe('the schema of an instance of a product', () => {
  const valid = ajv.compile(instanceSchemaOf(shop))
  const head = { schema: 1, id: 'shop', product: 'shop' }

  it.each<[string, object]>([
    ['nothing chosen', {}],
    ['settings', { settings: { site: { host: 'a.example', limit: '20 MiB', region: 'us' } } }],
    ['an entry that changes one of the product', { settings: { mail: { routes: [{ id: 'main', port: 26 }] } } }],
    ['an entry that is dropped', { settings: { mail: { routes: [{ id: 'main', drop: true }] } } }],
    ['a new entry', { settings: { mail: { routes: [{ id: 'x', to: 'a.example' }] } } }],
    ['entries of a map', { settings: { mail: { labels: { a: null, c: 3 } } } }],
    ['load', { load: { users: 500 }, profile: 'large' }],
    ['a dependency', { dependencies: { db: { mode: 'external', host: 'db.example', port: 5432 } } }],
    ['an old name', { settings: { site: { name: 'a.example' } }, features: { post: true } }],
    ['what all instances have', { site: { registry: 'r.example' }, target: 'compose' }],
  ])('takes %s', (_, choices) => {
    expect(valid({ ...head, ...choices }) ? [] : valid.errors).toEqual([])
  })

  it.each<[string, object]>([
    ['another product', { product: 'letters' }],
    ['an unknown setting', { settings: { site: { hots: 'a.example' } } }],
    ['an unknown group', { settings: { sites: {} } }],
    ['a wrong choice', { settings: { site: { region: 'mars' } } }],
    ['an amount without its unit', { settings: { site: { limit: '20' } } }],
    ['g', { settings: { site: { limit: '20g' } } }],
    ['a number for a text', { settings: { site: { banner: 5 } } }],
    ['a text against its pattern', { settings: { site: { banner: '5' } } }],
    ['a new entry without what it needs', { settings: { mail: { routes: [{ id: 'x', port: 26 }] } } }],
    ['dropping what is not there', { settings: { mail: { routes: [{ id: 'x', drop: true }] } } }],
    ['a value above its limit in a map', { settings: { mail: { labels: { c: 10 } } } }],
    ['dropping what a map does not have', { settings: { mail: { labels: { c: null } } } }],
    ['a feature in quotes', { features: { mail: 'true' } }],
    ['an unknown mode', { dependencies: { db: { mode: 'operator' } } }],
    ['an unknown profile', { profile: 'huge' }],
    ['an unknown target', { target: 'helm' }],
    ['an unknown factor', { load: { user: 1 } }],
  ])('refuses %s', (_, choices) => {
    expect(valid({ ...head, ...choices })).toBe(false)
  })
})

/** Settings whose limits a schema can say; the limits of amounts are for `check`. */
const declared = fc
  .record({
    type: fc.constantFrom(...settingTypes),
    of: fc.constantFrom('text' as const, 'bytes' as const, 'boolean' as const, 'count' as const),
    max: fc.constantFrom(5, 100),
    pattern: fc.constantFrom('[a-z]*', 'a|b', '\\d+'),
    preset: fc.boolean(),
  })
  .map(({ type, of, max, pattern, preset }): Setting => {
    const limits = type === 'count' || (type === 'map' && of === 'count') ? { max } : {}
    const form = type === 'text' || (type === 'map' && of === 'text') ? { pattern } : {}
    const data = type === 'map' || type === 'keyedList'
    const choices = type === 'choice' ? { choices: [{ id: 'a' }, { id: 'b' }] } : {}
    const fields = type === 'keyedList' ? { fields: [{ id: 'f', type: of, required: true }] } : {}
    const entries = { text: 'a', boolean: true, count: 1, bytes: 1024 }[of]
    const own = type === 'map' ? { a: entries } : [{ id: 'a', f: entries }]
    const map = type === 'map' ? { of } : {}
    return {
      id: 'x',
      title: 'X',
      type,
      ...map,
      ...limits,
      ...form,
      ...choices,
      ...fields,
      ...(data && preset && { default: own }),
    }
  })
const leaf = fc.oneof(
  fc.constantFrom<Json>(
    'a',
    'b',
    'x.example',
    'a@b.example',
    'https://a.example',
    '1 KiB',
    '2 cores',
    '5 min',
    '80 %',
    '20',
    '5g',
  ),
  fc.constantFrom<Json>(0, 3, 50, 1000, -1, 1.5, true, false, null, '', 'A'),
)
const given = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'op'), leaf, { noNullPrototype: true }) },
  {
    weight: 2,
    arbitrary: fc.uniqueArray(
      fc.record(
        { id: fc.constantFrom<Json>('a', 'b', 5), f: leaf, drop: fc.constantFrom<Json>(true, false), g: leaf },
        { requiredKeys: ['id'], noNullPrototype: true },
      ),
      { maxLength: 2, selector: ({ id }) => id },
    ),
  },
)

it('takes exactly what `check` takes, for every type', () => {
  const seen = { taken: 0, refused: 0 }
  fc.assert(
    fc.property(declared, given, (setting, value) => {
      const read = readSettingValue(setting, value)
      const takes = ajv.validate(settingSchema(setting), value)
      seen[takes ? 'taken' : 'refused']++
      expect({ setting, value, takes }).toEqual({ setting, value, takes: 'value' in read })
    }),
    { ...propertyRuns, numRuns: 2000 },
  )
  expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(50)
})

it('a pattern that JavaScript cannot read is for RE2 only', () => {
  const setting = { type: 'text', pattern: '(?i)[a-z]+\\z' } as const
  expect(settingSchema(setting)).toEqual({ type: 'string' })
  expect(settingSchema(setting, 're2')).toEqual({ type: 'string', pattern: '^(?:(?i)[a-z]+\\z)$' })
})

it('says in words what a schema has no word for', () => {
  const { settings } = instanceSchemaOf(shop).properties as {
    settings: { properties: Record<string, { properties: object }> }
  }
  expect(settings.properties.site!.properties).toMatchObject({
    limit: { description: expect.stringContaining('from 1 MiB up to 1 GiB'), default: '10 MiB' },
    region: { description: expect.stringContaining('Cannot change after the installation.') },
    host: { description: 'Required.' },
    name: { deprecated: true },
  })
})
