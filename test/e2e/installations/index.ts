import { onCluster } from './cluster.ts'
import { onDockerHost } from './docker-host.ts'

/** How Parcels is installed from what each target renders. */
export const installers = {
  compose: onDockerHost('compose'),
  docker: onDockerHost('docker'),
  single: onDockerHost('single'),
  kubernetes: onCluster('kubernetes'),
  helm: onCluster('helm'),
}
