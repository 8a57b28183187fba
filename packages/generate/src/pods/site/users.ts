import { type DeployedService, compact } from '@waybill/model'
import type { Block } from '../manifest.ts'
import type { User } from './fields.ts'
import type { SiteInput } from './input.ts'

/** A large volume is not walked through at every start. */
const volumeOwnership = { fsGroupChangePolicy: 'OnRootMismatch' }

/** What the product says about users and a platform that gives them overrules. */
export function loseFixedUsers({ wishes, deployment, lose }: SiteInput): void {
  if (wishes.users !== 'platform') return
  const workaround = 'Let group 0 write in the image what the program writes, or set site.users to "fixed".'
  for (const { id, user, relax } of deployment.services) {
    const at = `services/${id}`
    if (relax.some(({ what }) => what === 'root')) {
      const reason = 'It asks for root, and the platform gives it a user without rights.'
      lose({ loss: 'users.root', at: `${at}/relax`, severity: 'degraded', reason, workaround })
    } else {
      const reason = `It runs with the ids that the platform gives instead of ${user.uid}:${user.gid}.`
      lose({ loss: 'users.platform', at: `${at}/user`, severity: 'note', reason, workaround })
    }
  }
  for (const { id, owner } of deployment.volumes) {
    if (!owner) continue
    const reason = `Its files belong to the group that the platform gives instead of ${owner.uid}:${owner.gid}.`
    lose({ loss: 'users.owner', at: `volumes/${id}/owner`, severity: 'note', reason, workaround })
  }
}

/** Pods share files between containers through their group. */
export function podUser(service: Pick<DeployedService, 'user'>, input: SiteInput): Block {
  if (input.wishes.users === 'platform') return volumeOwnership
  const { uid, gid } = service.user
  return { runAsUser: uid, runAsGroup: gid, fsGroup: gid, ...volumeOwnership }
}

/** The user is the pod's unless it is a guest with one of its own. */
export function containerUser(user: User, pod: User, input: SiteInput): Block {
  if (input.wishes.users === 'platform') return {}
  return compact({
    runAsUser: user.uid === pod.uid ? undefined : user.uid,
    runAsGroup: user.gid === pod.gid ? undefined : user.gid,
  })
}
