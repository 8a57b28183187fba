import { type Problem, problem } from '../errors/problem.ts'
import type { Site } from '../instance/schema.ts'
import { nearest } from '../nearest.ts'
import type { Catalog } from '../product/catalog.ts'
import type { Deployment } from './deployment.ts'

/** Parts of the product that the site names, whether this instance has them or not. */
export function checkSite(site: Site, { product, volumes }: Catalog): Problem[] {
  const services = [...product.services.map(({ id }) => id), ...product.dependencies.map(({ id }) => id)]
  const volumeIds = [...volumes.keys()]
  return [
    ...unknown('volume', ['site', 'claims'], site.claims, volumeIds),
    ...unknown('volume', ['site', 'storageClass', 'volumes'], site.storageClass?.volumes, volumeIds),
    ...unknown('service', ['site', 'placement', 'services'], site.placement?.services, services),
  ]
}

/** The names outside that the site gives addresses to. */
export function checkRanges({ site, services, external }: Deployment, { product }: Catalog): Problem[] {
  const proxies = [site.proxy?.http, site.proxy?.https].flatMap(hostOf)
  const names = [
    ...product.dependencies.map(({ id }) => id),
    ...external.map(({ host }) => host),
    ...services.flatMap(({ egress }) => egress.map(({ to }) => to)),
    ...proxies,
    // the API server, asked by the Job that makes the secrets
    'kubernetes',
  ]
  return unknown('dependency or host outside', ['site', 'ranges'], site.ranges, names)
}

const hostOf = (url: string | undefined): string[] =>
  url === undefined ? [] : [url.replace(/^[^/]*\/\//, '').replace(/(?::\d+)?(?:[/?#].*)?$/, '')]

function unknown(
  kind: string,
  path: readonly string[],
  given: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[],
): Problem[] {
  return Object.keys(given ?? {})
    .filter((id) => !names.includes(id))
    .map((id) => {
      const near = nearest(id, names)
      return problem('WB2017', [...path, id], { kind, id, ...(near === undefined ? {} : { near }) })
    })
}
