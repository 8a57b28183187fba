import type { Loss } from '../../target.ts'

/** A loss of this target; `at` are ids from the root, such as `services/api/health/live`. */
export const lost = (
  loss: string,
  at: string,
  severity: Loss['severity'],
  reason: string,
  workaround: string,
): Loss => ({ target: 'compose', loss, at, severity, reason, workaround })
