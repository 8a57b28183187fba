import { type Deployment, type Problem, problem } from '@waybill/model'
import type { Loss } from '../target.ts'

/** Whether the definition accepts a loss: by its name, everywhere or at the place it names and what lies below. */
export function isAccepted({ target, loss, at }: Loss, { targets }: Deployment): boolean {
  const accepts = targets[target]?.accepts ?? []
  return accepts.some((each) => each.loss === loss && (each.at === undefined || `${at}/`.startsWith(`${each.at}/`)))
}

/** What strict rendering refuses: every loss that nobody accepted. Notes pass, because what they name works in another way. */
export const strictProblems = (losses: readonly Loss[], deployment: Deployment): Problem[] =>
  losses
    .filter((loss) => loss.severity !== 'note' && !isAccepted(loss, deployment))
    .map(({ loss, at, reason }) => problem('WB5003', at.split('/'), { loss, reason }))
