import { type DeployedService, compact } from '@waybill/model'
import { type Context, type Pod, membersOf } from './context.ts'
import type { Block } from './manifest.ts'

type Wishes = Pick<DeployedService, 'user' | 'relax'>

/** The Pod Security level "restricted" plus a read-only root; what a service relaxes is applied to its container alone. */
export function containerSecurity({ user, relax }: Wishes, main: DeployedService, { site }: Context): Block {
  const relaxes = (what: string) => relax.some((each) => each.what === what)
  const privileged = relaxes('privileged')
  const added = relax.flatMap(({ what, value }) =>
    what === 'capability' && value !== undefined ? [value.replace(/^CAP_/, '')] : [],
  )
  return compact({
    runAsNonRoot: relaxes('root') ? false : undefined,
    ...site.containerUser(user, main.user),
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
export const waitSecurity = (asked: DeployedService, main: DeployedService, context: Context): Block =>
  containerSecurity({ user: waitUser(asked, main), relax: [] }, main, context)

function waitUser(asked: DeployedService, main: DeployedService): DeployedService['user'] {
  if (asked.user.uid !== 0 && !asked.relax.some(({ what }) => what === 'root')) return asked.user
  return main.user.uid === 0 ? nobody : main.user
}

/** The user without rights, by the number that it has everywhere. */
const nobody = { uid: 65534, gid: 65534 }

export const podSecurity = ({ main }: Pod, { site }: Context): Block => ({
  runAsNonRoot: true,
  ...site.podUser(main),
  seccompProfile: { type: 'RuntimeDefault' },
})

/** What a pod shares with its machine, if anything. */
export function hostAccess(pod: Pod): Block {
  const hostNetwork = usesHostNetwork(pod)
  return hostNetwork ? { hostNetwork, dnsPolicy: 'ClusterFirstWithHostNet' } : {}
}

export const usesHostNetwork = (pod: Pod): boolean =>
  membersOf(pod).some(({ relax }) => relax.some(({ what }) => what === 'host-network'))
