import type { DeployedService } from '@waybill/model'

/** What is started as one: a whole service or one of its shards. */
export interface Unit {
  readonly name: string
  readonly service: DeployedService
  readonly shard?: number
  /** Containers of it; more than one only for stateless services. */
  readonly copies: number
  /** The one of them that is meant, from 1, where each is written for itself. */
  readonly copy?: number
}

/** The units of a service. A sidecar or an init step of a pod is a service like any other on Docker. */
export function unitsOf(service: DeployedService): Unit[] {
  const { id, kind, replicas, shape } = service
  if (shape.containers.shape === 'absent') return []
  if (kind === 'sharded') {
    return Array.from({ length: replicas }, (_, shard) => ({ name: shardName(id, shard), service, shard, copies: 1 }))
  }
  return [{ name: id, service, copies: kind === 'stateless' || kind === 'stateful' ? replicas : 1 }]
}

/** Also the host name of the shard, and of what is kept for it. */
export const shardName = (id: string, shard: number): string => `${id}-${shard}`

/** What a container of several is called. */
export const copyName = (unit: string, copy: number): string => `${unit}-${copy}`

/** Runs to its end during `up`. */
export const isOneShot = ({ kind }: DeployedService): boolean => kind === 'job'

/** Stays up until it is told to stop. */
export const isLongRunning = ({ kind }: DeployedService): boolean => kind !== 'job' && kind !== 'cron'

export const isRelaxed = ({ relax }: DeployedService, what: DeployedService['relax'][number]['what']): boolean =>
  relax.some((each) => each.what === what)
