import type { Deployment } from '@waybill/model'
import { expect, test } from 'vitest'
import type { Loss } from '../target.ts'
import { strictProblems } from './strict.ts'

const loss = (more: Partial<Loss>): Loss => ({
  target: 'compose',
  loss: 'health.liveness',
  at: 'services/api/health/live',
  severity: 'degraded',
  reason: 'no restart',
  workaround: 'watch',
  ...more,
})

test.each([
  ['nobody accepts it', [], {}, 1],
  ['accepted everywhere', [{ loss: 'health.liveness', reason: 'known' }], {}, 0],
  ['accepted there', [{ loss: 'health.liveness', at: 'services/api', reason: 'known' }], {}, 0],
  ['accepted elsewhere', [{ loss: 'health.liveness', at: 'services/ap', reason: 'known' }], {}, 1],
  ['another one accepted', [{ loss: 'volume.size', reason: 'known' }], {}, 1],
  ['accepted for another target', [{ loss: 'health.liveness', reason: 'known' }], { target: 'kubernetes' }, 1],
  ['only a note', [], { severity: 'note' as const }, 0],
])('%s', (_, accepts, more, count) => {
  const targets: Deployment['targets'] = { compose: { options: {}, accepts } }
  expect(strictProblems([loss(more)], { targets } as Deployment)).toHaveLength(count)
})
