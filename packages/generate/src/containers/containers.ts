import type { DeployedService, EdgeProxy } from '@waybill/model'
import type { Resources, Restrictions } from './specification.ts'
import { isRelaxed } from './units.ts'

/** At most 50 MB of log files for a container. */
export const logging: Restrictions['logging'] = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } }

/** What every container of ours has, a relaxation taken away with its reason in the definition. */
export function restrictions(service: DeployedService): Restrictions {
  const capabilities = service.relax.flatMap(({ what, value }) =>
    what === 'capability' && value !== undefined ? [value.replace(/^CAP_/, '')] : [],
  )
  const privileged = isRelaxed(service, 'privileged')
  return {
    user: userOf(service),
    read_only: isRelaxed(service, 'writable-root') ? undefined : true,
    privileged: privileged ? true : undefined,
    cap_drop: privileged ? undefined : ['ALL'],
    cap_add: capabilities.length > 0 ? capabilities : undefined,
    security_opt: privileged ? undefined : ['no-new-privileges:true'],
    logging,
  }
}

const userOf = ({ user }: Pick<EdgeProxy, 'user'>): string => `${user.uid}:${user.gid}`

/** Limits, and what Docker keeps free of memory when the machine runs short; it has no such thing for processors. */
export function resources({ cpu, memory }: Pick<EdgeProxy, 'cpu' | 'memory'>): Resources {
  const limits = { cpus: String(cpu.limit / 1000), memory: String(memory.limit) }
  return { limits, reservations: memory.request > 0 ? { memory: String(memory.request) } : undefined }
}

/** The same restrictions for the proxy, which nobody relaxes. */
export const proxyRestrictions = (proxy: EdgeProxy): Restrictions => ({
  user: userOf(proxy),
  read_only: true,
  cap_drop: ['ALL'],
  // the official program carries this capability as a file attribute and does not start where it is out of reach
  cap_add: ['NET_BIND_SERVICE'],
  security_opt: ['no-new-privileges:true'],
  logging,
})
