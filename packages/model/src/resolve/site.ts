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

/** Where TCP and UDP ports are published on a Docker host. */
export function checkPublish(deployment: Deployment, { services }: Catalog): Problem[] {
  const given = deployment.site.publish?.ports ?? {}
  const names = [...services.values()].flatMap(({ service: { id, ports, expose = [] } }) =>
    ports
      .filter((port) => isDirect(port) && expose.some((each) => each.port === port.id))
      .map((port) => `${id}/${port.id}`),
  )
  return [...unknown('published TCP or UDP port', ['site', 'publish', 'ports'], given, names), ...clashes(deployment)]
}

const isDirect = ({ protocol }: { readonly protocol: string }): boolean => protocol === 'tcp' || protocol === 'udp'

interface Listener {
  readonly name: string
  /** `tcp 443`: a machine has each once. */
  readonly slot: string
  readonly number: number
}

/** What the product itself gives twice is no matter of the site, so one of two has to stand in `publish.ports`. */
function clashes(deployment: Deployment): Problem[] {
  const given = deployment.site.publish?.ports ?? {}
  const listeners = listenersOf(deployment)
  return listeners.flatMap((second, i) => {
    const first = listeners.slice(0, i).find(({ slot }) => slot === second.slot)
    const named = [second, first].find((each) => each && Object.hasOwn(given, each.name))
    if (!first || !named) return []
    const names = { first: first.name, second: second.name, number: second.number }
    return [problem('WB2030', ['site', 'publish', 'ports', named.name], names)]
  })
}

function listenersOf({ services, edgeProxy, site: { publish = {} } }: Deployment): Listener[] {
  const { http = 80, https = 443, ports = {} } = publish
  const edge = edgeProxy ? [listener('http', http, 'tcp'), listener('https', https, 'tcp')] : []
  const direct = services.flatMap(({ id, ports: own, exposures }) =>
    own
      .filter((port) => isDirect(port) && exposures.some((each) => each.port === port.id))
      .map((port) => listener(`${id}/${port.id}`, ports[`${id}/${port.id}`] ?? port.number, port.protocol)),
  )
  return [...edge, ...direct]
}

const listener = (name: string, number: number, protocol: string): Listener => ({
  name,
  number,
  slot: `${protocol} ${number}`,
})

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
