import { expect, it } from 'vitest'
import { catalogOf } from '../product/catalog.ts'
import type { InstanceDefinition } from './schema.ts'
import { shop } from './settings-for-test.ts'
import { effectiveValues } from './values.ts'

const valuesOf = (choices: Partial<InstanceDefinition>) =>
  new Map(
    effectiveValues(catalogOf(shop), { schema: 1, id: 'i', product: 'shop', ...choices }).map(
      ({ path, value, from, applies }) => [path.join('.'), { value, from, applies }],
    ),
  )

it.each<[string, Partial<InstanceDefinition>, unknown, string, boolean]>([
  ['settings.site.limit', {}, '10 MiB', 'default', true],
  ['settings.site.limit', { settings: { site: { limit: '1024 KiB' } } }, '1 MiB', 'instance', true],
  ['settings.site.limit', { settings: { site: { upload: '2 MiB' } } }, '2 MiB', 'instance', true],
  ['settings.site.host', {}, undefined, 'nobody', true],
  ['settings.mail.sender', {}, undefined, 'nobody', false],
  ['settings.mail.sender', { features: { mail: true } }, undefined, 'nobody', true],
  ['settings.mail.user', { settings: { mail: { auth: true } } }, undefined, 'nobody', true],
  ['settings.mail.labels', { settings: { mail: { labels: { b: null, c: 3 } } } }, { a: 1, c: 3 }, 'both', true],
  [
    'settings.mail.routes',
    { settings: { mail: { routes: [{ id: 'main', port: 26 }] } } },
    [{ id: 'main', port: 26, to: 'mail.example', keep: '7 d' }],
    'both',
    true,
  ],
  ['features.mail', {}, false, 'default', true],
  ['dependencies.db.mode', {}, 'bundled', 'default', true],
  ['dependencies.db.mode', { features: { mail: true } }, 'bundled', 'default', false],
  ['dependencies.db.port', {}, 5432, 'default', false],
  ['dependencies.db.port', { dependencies: { db: { mode: 'external' } } }, 5432, 'default', true],
  ['load.users', {}, 100, 'default', true],
  ['load.users', { profile: 'large' }, 5000, 'profile', true],
  ['load.users', { profile: 'large', load: { users: 7 } }, 7, 'instance', true],
])('%s of %j', (path, choices, value, from, applies) => {
  expect(valuesOf(choices).get(path)).toEqual({ value, from, applies })
})
