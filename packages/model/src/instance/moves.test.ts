import { describe, expect, it } from 'vitest'
import { wordingOf } from '../errors/problem.ts'
import { resolve } from '../resolve/resolve.ts'
import { presentNames } from './moves.ts'
import { readInstance } from './read.ts'
import { shop } from './settings-for-test.ts'

const head = 'schema: 1\nid: shop\nproduct: shop\n'
const read = (text: string) => {
  const file = readInstance(head + text, 'instance.yaml')
  if (!file.ok) throw new Error(JSON.stringify(file.problems))
  return file.value
}
/** What `resolve` says of a file: code and line. */
function said(text: string): string[] {
  const { instance, locate } = read(text)
  const resolved = resolve(shop, instance)
  return locate(resolved.ok ? resolved.warnings : resolved.problems).map(
    ({ code, at }) => `${code} ${at?.line ?? 'nowhere'}`,
  )
}

describe('an instance with old names', () => {
  it('works, each old name with a warning at its line', () => {
    expect(
      said('settings:\n  site:\n    upload: 20 MiB\n  web:\n    name: shop.example\nfeatures:\n  post: false\n'),
    ).toEqual(['WB2025 8', 'WB2025 6', 'WB2025 10'])
  })

  it('gets its values under the present names, along chains of renames', () => {
    const { instance, renames } = presentNames(shop, read('settings: { web: { name: a.example } }\n').instance)
    expect(instance.settings).toEqual({ web: {}, site: { host: 'a.example' } })
    expect(renames).toEqual([
      {
        what: 'setting',
        from: 'web.name',
        to: 'site.host',
        path: ['settings', 'web', 'name'],
        now: ['settings', 'site', 'host'],
      },
    ])
  })

  it.each([
    [
      'dependencies:\n  database: { mode: external, host: db.example }\n',
      { dependencies: { db: { mode: 'external', host: 'db.example' } } },
    ],
    ['sizes: { database: { cpu: { limit: 1 cores } } }\n', { sizes: { db: { cpu: { limit: '1 cores' } } } }],
    ['secrets: { versions: { old-password: 2 } }\n', { secrets: { versions: { 'db-password': 2 } } }],
    [
      'secrets: { existing: { old-password/value: { name: a, key: b } } }\n',
      { secrets: { existing: { 'db-password/value': { name: 'a', key: 'b' } } } },
    ],
    ['overlays: [{ at: services/database/image, set: x }]\n', { overlays: [{ at: 'services/db/image', set: 'x' }] }],
  ])('%s', (text, expected) => {
    const { instance, problems } = presentNames(shop, read(text).instance)
    expect(instance).toMatchObject(expected)
    expect(problems.map(({ code }) => code)).toEqual(['WB2025'])
  })

  it('is refused where it has the new name, too', () => {
    expect(said('settings:\n  site:\n    host: a.example\n    name: b.example\n')).toEqual(['WB2024 7'])
  })

  it('a wrong value is reported at the line of the old name', () => {
    expect(said('settings:\n  site:\n    host: a.example\n    upload: 20\n')).toEqual(['WB2025 7', 'WB2008 7'])
  })

  it('the warning says how to migrate', () => {
    const { problems } = presentNames(shop, read('features: { post: true }\n').instance)
    expect(problems.map((each) => wordingOf(each).fix).join()).toContain('waybill instance migrate')
  })
})
