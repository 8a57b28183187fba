import type { DeployedService } from '@waybill/model'
import { type SiteVariable, proxyServers, proxyVariables } from '../../site/proxy.ts'
import { hostOf } from '../addresses.ts'
import type { Reach } from '../reach.ts'
import type { SiteInput } from './input.ts'

/** What every cluster calls its own services, whatever it adds to their names. */
const clusterDomains = ['.svc', '.cluster.local']

/** The proxy, for services that declare a way out: the others have none, see the policies. */
export function proxyVariablesOf(service: DeployedService, input: SiteInput): SiteVariable[] {
  const { proxy } = input.wishes
  return proxy && goesOut(service, input) ? proxyVariables(proxy, insideNames(input)) : []
}

const goesOut = ({ id, egress }: DeployedService, { deployment }: SiteInput): boolean =>
  egress.length > 0 || deployment.external.some(({ usedBy, operator }) => !operator && usedBy.includes(id))

/** Names of services, the domain below which the names of shards are, and what operators of the cluster run. */
function insideNames({ deployment }: SiteInput): string[] {
  const names = deployment.services
    .filter(({ ports, kind }) => ports.length > 0 || kind === 'sharded')
    .flatMap((service) => {
      if (service.kind !== 'sharded') return [hostOf(service)]
      return [hostOf(service), hostOf(service, 0).replace(/^[^.]*/, '')]
    })
  const byOperators = deployment.external.filter(({ operator }) => operator).map(({ host }) => host)
  return [...names, ...byOperators, ...clusterDomains]
}

/** Who goes out of the cluster goes through the proxy, too. */
export function proxyReaches(reaches: readonly Reach[], { wishes }: SiteInput): Reach[] {
  const first = reaches.find(({ operator }) => !operator)
  if (!first || !wishes.proxy) return []
  return proxyServers(wishes.proxy).map(({ host, port }) => ({
    from: first.from,
    host,
    port,
    at: 'site/proxy',
    range: host,
  }))
}
