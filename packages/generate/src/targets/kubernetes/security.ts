import { type DeployedService, compact } from '@waybill/model'
import type { Pod } from './context.ts'
import { membersOf } from './context.ts'
import type { Block } from './manifest.ts'

type Wishes = Pick<DeployedService, 'user' | 'relax'>

/** The Pod Security level "restricted" plus a read-only root; what a service relaxes is applied to its container alone. */
export function containerSecurity({ user, relax }: Wishes, main: DeployedService): Block {
  const relaxes = (what: string) => relax.some((each) => each.what === what)
  const privileged = relaxes('privileged')
  const added = relax.flatMap(({ what, value }) =>
    what === 'capability' && value !== undefined ? [value.replace(/^CAP_/, '')] : [],
  )
  return compact({
    // the user is the pod's unless it is a guest with one of its own
    runAsNonRoot: relaxes('root') ? false : undefined,
    runAsUser: user.uid === main.user.uid ? undefined : user.uid,
    runAsGroup: user.gid === main.user.gid ? undefined : user.gid,
    privileged: privileged || undefined,
    // refused together with "privileged"
    allowPrivilegeEscalation: privileged,
    readOnlyRootFilesystem: !relaxes('writable-root'),
    capabilities: compact({ drop: ['ALL'], add: added.length === 0 ? undefined : added }),
  })
}

/**
 * A wait runs in the pods of whoever waits, who did not ask for what the other one relaxes: nothing of that comes with the
 * image. Only its user does, for whom the programs and files of the image are made, unless that is root.
 */
export const waitSecurity = (asked: DeployedService, main: DeployedService): Block =>
  containerSecurity({ user: waitUser(asked, main), relax: [] }, main)

function waitUser(asked: DeployedService, main: DeployedService): DeployedService['user'] {
  if (asked.user.uid !== 0 && !asked.relax.some(({ what }) => what === 'root')) return asked.user
  return main.user.uid === 0 ? nobody : main.user
}

/** The user without rights, by the number that it has everywhere. */
const nobody = { uid: 65534, gid: 65534 }

/** Pods share files between containers through their group. */
export function podSecurity(pod: Pod): Block {
  const { uid, gid } = pod.main.user
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: gid,
    fsGroup: gid,
    // a large volume is not walked through at every start
    fsGroupChangePolicy: 'OnRootMismatch',
    seccompProfile: { type: 'RuntimeDefault' },
  }
}

/** What a pod shares with its machine, if anything. */
export function hostAccess(pod: Pod): Block {
  const hostNetwork = usesHostNetwork(pod)
  return hostNetwork ? { hostNetwork, dnsPolicy: 'ClusterFirstWithHostNet' } : {}
}

export const usesHostNetwork = (pod: Pod): boolean =>
  membersOf(pod).some(({ relax }) => relax.some(({ what }) => what === 'host-network'))
