import type { DeployedExposure, DeployedService, Deployment } from '@waybill/model'
import type { Dialect } from './dialect.ts'
import { type Lost, lost } from './losses.ts'
import type { PublishedPort } from './specification.ts'
import { isRelaxed } from './units.ts'

type Port = DeployedService['ports'][number]

/** A published port with what is said about it. */
export interface Published {
  readonly service: DeployedService
  readonly port: Port
  readonly exposure: DeployedExposure
}

const speaksHttp = ({ protocol }: Port): boolean => protocol !== 'tcp' && protocol !== 'udp'

function publishedOf(service: DeployedService): Published[] {
  return service.exposures.flatMap((exposure) => {
    const port = service.ports.find(({ id }) => id === exposure.port)
    return port ? [{ service, port, exposure }] : []
  })
}

/** What the edge proxy routes to. */
export const proxied = (services: readonly DeployedService[]): Published[] =>
  services.flatMap((service) => publishedOf(service).filter(({ port }) => speaksHttp(port)))

/** What no HTTP proxy can route: published by the container itself, which only one container can do. */
export const directlyPublished = (service: DeployedService): Published[] =>
  service.replicas > 1 || isRelaxed(service, 'host-network')
    ? []
    : publishedOf(service).filter(({ port }) => !speaksHttp(port))

export function directPorts(service: DeployedService, site: Deployment['site']): PublishedPort[] {
  return directlyPublished(service).map((each) =>
    publishedPort(each.port.number, numberOf(each, site), site, each.port.protocol === 'udp' ? 'udp' : 'tcp'),
  )
}

/** The port of the machine that leads to one that no HTTP proxy can route. */
export const numberOf = ({ service, port }: Published, { publish }: Deployment['site']): number =>
  publish?.ports?.[`${service.id}/${port.id}`] ?? port.number

export const publishedPort = (
  target: number,
  published: number,
  { publish }: Deployment['site'],
  protocol: 'tcp' | 'udp',
): PublishedPort => ({
  target,
  published: String(published),
  protocol,
  ...(publish?.address !== undefined && { host_ip: publish.address }),
})

export function exposureLosses(service: DeployedService, { custom }: Dialect): Lost[] {
  const at = `services/${service.id}/expose`
  return publishedOf(service)
    .filter(({ port }) => !speaksHttp(port))
    .flatMap(({ port, exposure }) => [
      ...(isRelaxed(service, 'host-network')
        ? [
            lost(
              'exposure.hostNetwork',
              `${at}/${port.id}`,
              'degraded',
              `"${service.id}" has the network of the machine: it listens on port ${port.number} as it likes, whatever site.publish says.`,
              'Let the service itself read its address and port, or guard the port with the firewall of the machine.',
            ),
          ]
        : []),
      ...(service.replicas > 1
        ? [
            lost(
              'exposure.replicas',
              `${at}/${port.id}`,
              'unsupported',
              `Port ${port.number} of the machine can belong to one container only, and there are ${service.replicas}.`,
              `Run one replica, or put a load balancer for this port into ${custom}.`,
            ),
          ]
        : []),
      ...(exposure.certificate === undefined
        ? []
        : [
            lost(
              'exposure.tls',
              `${at}/${port.id}`,
              'degraded',
              `The edge ends TLS for HTTP only; port ${port.number} is published as the service speaks it.`,
              'Let the service itself speak TLS on this port.',
            ),
          ]),
    ])
}
