import { type DeployedService, type Deployment, type Problem, problem } from '@waybill/model'
import { authoritiesFile, authorityVariables } from '../site/authorities.ts'
import { type SiteVariable, proxyVariables, withoutOwn } from '../site/proxy.ts'
import type { Dialect } from './dialect.ts'
import { type Lost, lost } from './losses.ts'
import type { Mount } from './specification.ts'
import { readOnlyFile } from './storage.ts'
import type { Unit } from './units.ts'

/** What the site adds to the variables of a service, whose own word wins. */
export const siteVariables = (
  service: DeployedService,
  deployment: Deployment,
  units: readonly Unit[],
): readonly SiteVariable[] => {
  const { proxy, certificateAuthority } = deployment.site
  const inside = units.map(({ name }) => name).toSorted()
  const way = proxy && goesOut(service, deployment) ? proxyVariables(proxy, inside) : []
  return withoutOwn([...way, ...(certificateAuthority?.file === undefined ? [] : authorityVariables)], service.env)
}

/** The proxy is for services that declare a way out: the others have none, see the networks. */
export const goesOut = ({ id, egress }: DeployedService, { external }: Deployment): boolean =>
  egress.length > 0 || external.some(({ usedBy }) => usedBy.includes(id))

/** The file with the certificates of the site's authorities. */
export const authorities = ({ site: { certificateAuthority } }: Deployment): Mount[] =>
  certificateAuthority?.file === undefined ? [] : [readOnlyFile(certificateAuthority.file, authoritiesFile)]

export function siteProblems({ site: { certificateAuthority } }: Deployment): Problem[] {
  if (!certificateAuthority || certificateAuthority.file !== undefined) return []
  return [problem('WB5009', ['site', 'certificateAuthority'], {})]
}

/** Words of the site that only a cluster understands, with what becomes of them. */
const clusterWords: Readonly<Record<string, string>> = {
  pullSecrets: 'Docker logs in to registries with `docker login`, once for each user of the machine.',
  storageClass: 'Docker keeps all volumes in one folder.',
  ingress: 'The edge of the product itself ends TLS and routes; site.publish says where it listens.',
  placement: 'Everything runs on this machine.',
  serviceAccount: 'Docker knows no service accounts.',
  monitoring: 'Whoever scrapes reaches the containers by the networks of Docker.',
  ranges: 'Docker does not filter what leaves a network.',
}

export function siteLosses({ site }: Deployment, { title }: Pick<Dialect, 'title'>): Lost[] {
  const unused = Object.entries(clusterWords).flatMap(([word, reason]) =>
    word in site ? [lost('site.unused', `site/${word}`, 'note', reason, `Nothing to do on ${title}.`)] : [],
  )
  if (site.users !== 'platform') return unused
  return [
    ...unused,
    lost(
      'site.users',
      'site/users',
      'note',
      'Docker gives no ids to containers: they run with those that the product names.',
      'Where these ids clash with users of the machine, remap them with the `userns-remap` of Docker.',
    ),
  ]
}
