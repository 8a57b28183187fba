import type { DeployedService } from '@waybill/model'

/** What the supervisor starts as one process: a service, or one shard of it. */
export interface Unit {
  readonly name: string
  readonly service: DeployedService
  readonly shard?: number
}

export function unitsOf(service: DeployedService): Unit[] {
  const { id, kind, replicas, shape } = service
  if (shape.processes.shape === 'absent' || replicas === 0) return []
  if (kind !== 'sharded') return [{ name: id, service }]
  return Array.from({ length: replicas }, (_, shard) => ({ name: `${id}-${shard}`, service, shard }))
}

/** Where the file system of a unit's image lies in the demo image. */
export const rootOf = (name: string): string => `/services/${name}`
