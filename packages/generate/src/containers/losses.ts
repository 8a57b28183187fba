import type { Loss } from '../target.ts'

/** A loss before the target that has it puts its name to it. */
export type Lost = Omit<Loss, 'target'>

/** A loss on Docker; `at` are ids from the root, such as `services/api/health/live`. */
export const lost = (
  loss: string,
  at: string,
  severity: Loss['severity'],
  reason: string,
  workaround: string,
): Lost => ({
  loss,
  at,
  severity,
  reason,
  workaround,
})
