import type { DeployedService, Deployment } from '@waybill/model'
import { authorityVariables } from '../../site/authorities.ts'
import { type SiteVariable, proxyVariables, withoutOwn } from '../../site/proxy.ts'

/** What the site adds to the variables of a service, whose own word wins: everything inside has one address, which needs no proxy. */
export function siteVariables(service: DeployedService, { site, external }: Deployment): SiteVariable[] {
  const goesOut = service.egress.length > 0 || external.some(({ usedBy }) => usedBy.includes(service.id))
  const proxy = site.proxy && goesOut ? proxyVariables(site.proxy, []) : []
  const authorities = authoritiesOfSite(site) === undefined ? [] : authorityVariables
  return withoutOwn([...proxy, ...authorities], service.env)
}

/** The file of the machine with the certificates of the site's authorities; every service finds it at `authoritiesFile`. */
export const authoritiesOfSite = ({ certificateAuthority }: Deployment['site']): string | undefined =>
  certificateAuthority?.file
