import { type Json, compact } from '@waybill/model'
import type { Block } from '../manifest.ts'
import type { SiteInput } from './input.ts'

/**
 * Where the pods of a service run. Node labels are merged key by key, tolerations are added up; an affinity or a priority
 * class of a service replaces the one for all, rule by rule of `affinity`.
 */
export function placementOf(service: string, { wishes }: SiteInput): Block {
  const { placement } = wishes
  if (!placement) return {}
  const own = placement.services?.[service] ?? {}
  const tolerations = [...(placement.tolerations ?? []), ...(own.tolerations ?? [])]
  return compact({
    nodeSelector: filled({ ...placement.nodeSelector, ...own.nodeSelector }),
    tolerations: tolerations.length > 0 ? tolerations.map((each): Json => ({ ...each })) : undefined,
    affinity: filled({ ...placement.affinity, ...own.affinity }),
    priorityClassName: own.priorityClass ?? placement.priorityClass,
  })
}

const filled = (members: Block): Block | undefined => (Object.keys(members).length > 0 ? members : undefined)
