import { expect, test } from 'vitest'
import { staleFiles } from './kept.ts'

const old = 'base/files/api/11111111-nginx.conf'
const older = 'base/files/api/00000000-nginx.conf'
const now = 'base/files/api/22222222-nginx.conf'
const edge = 'base/edge/33333333/Caddyfile'

test.each([
  [
    'a file that is rendered no more',
    ['base/db.yaml', 'base/api.yaml'],
    ['base/api.yaml'],
    ['base/db.yaml', 'base/api.yaml'],
    ['base/db.yaml'],
  ],
  ['the generation before stays', [old], [now], [old], []],
  ['the one before that goes', [old], [now], [old, older], [older]],
  ['a render without a change ends no generation', [now], [now], [now, old], []],
  ['the edge counts, too', [edge], [now], [edge], []],
  ['what was never ours stays', [], ['base/api.yaml'], ['base/notes.txt', 'custom/mine.yaml'], []],
])('%s', (_, before, rendered, onDisk, stale) => {
  expect(staleFiles(before, rendered, onDisk)).toEqual(stale)
})
