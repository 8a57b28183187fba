import type { DeployedService } from '@waybill/model'

/** One kind of pod: the service that it is named after, and those that run beside it or before it. */
export interface Pod {
  readonly main: DeployedService
  readonly sidecars: readonly DeployedService[]
  readonly inits: readonly DeployedService[]
}

/** Everything that runs in a pod. */
export const membersOf = ({ main, sidecars, inits }: Pod): DeployedService[] => [main, ...sidecars, ...inits]
