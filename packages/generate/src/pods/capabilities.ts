import type { Capabilities } from '../target.ts'

/** What a cluster can do, however the objects get there. */
export const clusterCapabilities: Capabilities = {
  livenessRestart: true,
  startupProbe: true,
  startOrder: { healthy: true, completed: true },
  manyMachines: true,
  rollingUpdate: true,
  schedules: true,
  daemons: true,
  networkPolicy: 'connections',
  volumeSize: true,
  replicaIdentity: true,
  operators: true,
}
