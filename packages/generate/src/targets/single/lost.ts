import type { Loss } from '../../target.ts'

/** A loss of this target; `at` are ids from the root, such as `services/api/health/live`. */
export const lost = (
  loss: string,
  at: string,
  severity: Loss['severity'],
  reason: string,
  workaround: string,
): Loss => ({ target: 'single', loss, at, severity, reason, workaround })

/** What an admin does about most of it. */
export const toCompose = 'Move to Compose; base/README.md of the output says how, and the data come along.'
