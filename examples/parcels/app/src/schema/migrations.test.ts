import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compareVersions, judge, migrations } from './migrations.ts'

test('the list and the files are the same, in the same order', () => {
  const files = readdirSync(new URL('../../migrations', import.meta.url)).sort()
  expect(migrations.map(({ id }) => `${id}.sql`)).toEqual(files)
})

test.each([
  ['1.0.0', '1.0.0', 0],
  ['1.0', '1.0.0', 0],
  ['1.2.0', '1.10.0', -1],
  ['2.0.0', '1.9.9', 1],
])('%s against %s', (a, b, sign) => expect(Math.sign(compareVersions(a, b))).toBe(sign))

const known = [
  { id: '001-a', version: '1.0.0' },
  { id: '002-b', version: '1.0.0' },
  { id: '003-c', version: '1.2.0' },
]
test.each([
  { applied: [], expect: '1.0.0', ok: false },
  { applied: known.slice(0, 1), expect: '1.0.0', ok: false },
  { applied: known.slice(0, 2), expect: '1.0.0', ok: true },
  { applied: known.slice(0, 2), expect: '1.1.0', ok: true }, // 1.1.0 needed no migration
  { applied: known.slice(0, 2), expect: '1.2.0', ok: false },
  { applied: known, expect: '1.2.0', ok: true },
  { applied: known, expect: '1.0.0', ok: true }, // a newer schema serves an older version
  { applied: known, expect: '9.0.0', ok: false }, // this image cannot know
  { applied: [...known, { id: '004-d', version: '9.0.0' }], expect: '9.0.0', ok: true },
])('with $applied.length applied, $expect: $ok', ({ applied, expect: version, ok }) =>
  expect(judge(applied, version, known).ok).toBe(ok),
)
