import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkCatalog } from '../check/check.ts'
import type { Json } from '../json.ts'
import { catalogOf } from './catalog.ts'
import { propertyRuns } from '../runs-for-test.ts'
import {
  GiB,
  area,
  constant,
  cores,
  estimated,
  feature,
  get,
  http,
  load,
  count,
  postgres,
  product,
  secret,
  setting,
  settings,
  stateless,
  text,
  when,
} from '../authoring/index.ts'
import { resolve } from '../resolve/resolve.ts'
import { readProduct } from './locate.ts'

const core = area('core', 'Core')
const guess = estimated('test')
const site = settings('site', 'Site', { host: setting.hostname({ title: 'Host', default: 'a.example' }) })
const users = load({ users: count('Users', { default: 5 }) }).users
const extra = feature('extra', { title: 'Extra', help: 'More' })
const db = postgres('db', { holds: 'rows', version: '>=15', area: core })
const api = stateless('api', { does: 'Answers', area: core, ports: { http: http(8080) } })
const good = product('p', {
  version: '1',
  title: 'P',
  settings: [site],
  features: [extra],
  dependencies: [db],
  services: [
    api.runs({
      image: 'a:1',
      env: { A: text`${site.host}:${users}`, B: db.url(), C: when(extra, secret.password('pw')) },
      health: get(api.ports.http, '/'),
      prober: { http: ['true'] },
      size: { cpu: constant(cores(1), guess), memory: constant(GiB(1), guess), replicas: 2 },
    }),
  ],
  targets: [{ id: 'compose' }],
})
const goodText = JSON.stringify(good, null, 1)

/** Reads, checks and resolves, as the command line does; what it gives does not matter, that it gives something does. */
function use(content: string): void {
  const read = readProduct(content, 'product.json')
  if (!read.ok) {
    expect(read.problems.length).toBeGreaterThan(0)
    for (const { at } of read.problems) expect(at?.file).toBe('product.json')
    return
  }
  const catalog = catalogOf(read.value)
  if (checkCatalog(catalog).some(({ severity }) => severity === 'error')) return
  resolve(read.value, { schema: 1, id: 'i', product: read.value.id })
}

it('the good one is read, checked and resolved', () => {
  const read = readProduct(goodText, 'product.json')
  if (!read.ok) throw new Error('the product is good')
  expect(read.value).toEqual(good)
  expect(checkCatalog(catalogOf(read.value)).filter(({ severity }) => severity === 'error')).toEqual([])
  expect(resolve(read.value, { schema: 1, id: 'i', product: 'p' })).toMatchObject({
    ok: true,
    value: { services: [{ id: 'db' }, { id: 'api', replicas: 2 }] },
  })
})

it.each([
  ['100 levels', 100, 'WB3002', 1],
  ['101 levels', 101, 'WB4008', 1],
  ['100,000 levels', 100_000, 'WB4008', 1],
])('%s', (_, depth, code, line) => {
  const read = readProduct('['.repeat(depth) + ']'.repeat(depth), 'product.json')
  expect(read).toMatchObject({ ok: false, problems: [{ code, at: { file: 'product.json', line } }] })
})

it('brackets in texts do not count, and the place of the deepest level is found', () => {
  const inText = readProduct(JSON.stringify({ schema: 1, id: `"${'['.repeat(200)}` }), 'product.json')
  expect(inText.ok ? [] : inText.problems.map(({ code }) => code)).not.toContain('WB4008')
  const deep = readProduct(`{\n "a":\n  ${'['.repeat(100)}`, 'product.json')
  expect(deep).toMatchObject({ problems: [{ code: 'WB4008', at: { line: 3, column: 102 } }] })
})

describe('any text is read or refused, without a crash', () => {
  it('any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => use(new TextDecoder().decode(bytes))),
      propertyRuns,
    )
  })

  it('any JSON', () => {
    fc.assert(fc.property(fc.json(), use), propertyRuns)
  })

  it('the good one with other text in it', () => {
    const change = fc.tuple(
      fc.nat(goodText.length),
      fc.nat(8),
      fc.oneof(
        fc.constantFrom('{', '}', '[', ']', '"', ',', 'null', '-1', '1e999', '\\u0000'),
        fc.string({ maxLength: 3 }),
      ),
    )
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) =>
        use(
          changes.reduce(
            (before, [at, drop, insert]) => before.slice(0, at) + insert + before.slice(at + drop),
            goodText,
          ),
        ),
      ),
      propertyRuns,
    )
  })

  it('the good one with other values in it', () => {
    const places = placesIn(good)
    const value = fc.oneof(
      fc.constantFrom<Json>(null, 0, -1, 1e308, '', 'api', 'db', 'constructor', '__proto__', [], {}, true),
      fc.constantFrom<Json>(
        { op: 'setting', id: 'site.host' },
        { op: 'replicas', service: 'api' },
        { op: 'output', dependency: 'db', name: 'url' },
        { op: 'feature', id: 'extra' },
        { op: 'load', id: 'users' },
        { op: 'secret', id: 'pw' },
      ),
      fc.nat(places.length - 1).map((i) => places[i]!.value),
      fc.jsonValue() as fc.Arbitrary<Json>,
    )
    const change = fc.tuple(fc.nat(places.length - 1), value)
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const copy = structuredClone(good)
        for (const [i, replacement] of changes) replace(copy, places[i]!.path, structuredClone(replacement))
        use(JSON.stringify(copy))
      }),
      { numRuns: propertyRuns.numRuns * 4 },
    )
  })
})

function placesIn(value: unknown, path: readonly string[] = []): { path: readonly string[]; value: Json }[] {
  const own = path.length === 0 ? [] : [{ path, value: value as Json }]
  if (typeof value !== 'object' || value === null) return own
  return [...own, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]))]
}

function replace(root: unknown, path: readonly string[], value: Json): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], root)
  const key = path.at(-1)!
  // an earlier change may have removed the place
  if (typeof parent === 'object' && parent !== null) (parent as Record<string, Json>)[key] = value
}
