import { type DeployedExposure, type DeployedService, contentName } from '@waybill/model'
import { secretObject } from '../../secrets/plan.ts'
import type { Context } from './context.ts'
import { manifest, selectorOf } from './labels.ts'
import type { Block, Manifest } from './manifest.ts'
import { servicePort } from './services.ts'

type Port = DeployedService['ports'][number]
interface Published {
  readonly service: DeployedService
  readonly port: Port
  readonly exposure: DeployedExposure
}

/** What stands in front of the published ports on this site. */
const frontOf = ({ deployment, options }: Context) => deployment.site.ingress ?? { kind: options.gateway }

const isWeb = ({ protocol }: Port): boolean => protocol !== 'tcp' && protocol !== 'udp'

/** Whether an object of ours lets people outside reach a port. */
export const isPublished = (port: Port, context: Context): boolean => frontOf(context).kind !== 'none' || !isWeb(port)

/** The objects in front of the published ports: an Ingress or routes, and Services with an address outside. */
export function edgeObjects(context: Context): Manifest[] {
  const published = publishedOf(context)
  const web = published.filter(({ port }) => isWeb(port))
  const direct = published.filter(({ port }) => !isWeb(port))
  return [...webObjects(web, context), ...loadBalancers(direct, context)]
}

const publishedOf = ({ deployment }: Context): Published[] =>
  deployment.services
    .filter(({ shape }) => shape.pods.shape !== 'absent')
    .flatMap((service) =>
      service.exposures.flatMap((exposure) => {
        const port = service.ports.find(({ id }) => id === exposure.port)
        return port ? [{ service, port, exposure }] : []
      }),
    )

function webObjects(web: readonly Published[], context: Context): Manifest[] {
  const front = frontOf(context)
  if (web.length === 0 || front.kind === 'none') return []
  for (const each of web) noteBackend(each, context)
  if (front.kind === 'ingress') return ingresses(web, 'class' in front || 'annotations' in front ? front : {}, context)
  if ('name' in front) return routes(web, front, context)
  context.lose({
    loss: 'exposure.gateway',
    at: 'site/ingress',
    severity: 'unsupported',
    reason: 'The site does not name its Gateway, so nothing is published.',
    workaround: 'Set site.ingress to { kind: gateway, name: … } in the instance.',
  })
  return []
}

function noteBackend({ service, port }: Published, { lose }: Context): void {
  if (port.protocol === 'http') return
  lose({
    loss: 'exposure.protocol',
    at: `services/${service.id}/expose`,
    severity: 'note',
    reason: `How an ingress controller is told that a port speaks ${port.protocol} differs between controllers.`,
    workaround: "Set the controller's annotation in site.ingress.annotations.",
  })
}

interface IngressSite {
  readonly class?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** One Ingress for each certificate, because a certificate and its hosts change together. */
function ingresses(web: readonly Published[], site: IngressSite, context: Context): Manifest[] {
  const byCertificate = Map.groupBy(web, ({ exposure }) => exposure.certificate)
  return [...byCertificate].map(([certificate, list]) => {
    const hosts = Map.groupBy(list, ({ exposure }) => exposure.host)
    const secret = context.deployment.secrets.find(({ id }) => id === certificate)
    return manifest(
      context.deployment,
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        name: certificate ?? 'without-certificate',
        ...(site.annotations && { annotations: site.annotations }),
      },
      {
        spec: {
          ...(site.class !== undefined && { ingressClassName: site.class }),
          ...(secret && { tls: [{ hosts: [...hosts.keys()], secretName: secretObject(secret) }] }),
          rules: [...hosts].map(([host, paths]) => ({ host, http: { paths: paths.map(ingressPath) } })),
        },
      },
    )
  })
}

const ingressPath = ({ service, port, exposure }: Published): Block => ({
  path: exposure.path,
  pathType: 'Prefix',
  backend: { service: { name: service.id, port: { name: port.id } } },
})

interface GatewaySite {
  readonly name: string
  readonly namespace?: string
  readonly section?: string
}

/** One route for each port and host; routes of one host are merged by the Gateway. */
function routes(web: readonly Published[], { name, namespace, section }: GatewaySite, context: Context): Manifest[] {
  const parent = {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(section !== undefined && { sectionName: section }),
  }
  const byPort = Map.groupBy(web, ({ service, port }) => `${service.id}-${port.id}`)
  return [...byPort].flatMap(([route, ofPort]) => {
    const byHost = Map.groupBy(ofPort, ({ exposure }) => exposure.host)
    return [...byHost].map(([host, list]) => {
      const { service, port } = list[0]!
      noteCertificates(list, context)
      return manifest(
        context.deployment,
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          name: byHost.size === 1 ? route : `${route}-${contentName(host)}`,
          service: service.id,
        },
        {
          spec: {
            parentRefs: [parent],
            hostnames: [host],
            rules: list.map(({ exposure }) => ({
              matches: [{ path: { type: 'PathPrefix', value: exposure.path } }],
              backendRefs: [{ name: service.id, port: port.number }],
            })),
          },
        },
      )
    })
  })
}

function noteCertificates(list: readonly Published[], { lose }: Context): void {
  for (const { service, exposure } of list) {
    if (exposure.certificate === undefined) continue
    lose({
      loss: 'exposure.certificate',
      at: `services/${service.id}/expose`,
      severity: 'note',
      reason: `A Gateway ends TLS with the certificates of its own listeners, not with "${exposure.certificate}".`,
      workaround: `Give the Gateway a listener with a certificate for ${exposure.host}.`,
    })
  }
}

/** Ports that are not HTTP get an address outside of their own. */
function loadBalancers(direct: readonly Published[], context: Context): Manifest[] {
  const { deployment, pods, podOf } = context
  const byService = Map.groupBy(direct, ({ service }) => service)
  return [...byService].map(([service, list]) => {
    const pod = pods.find(({ main }) => main.id === podOf(service.id))!
    const ports = [...new Set(list.map(({ port }) => port))]
    return manifest(
      deployment,
      { apiVersion: 'v1', kind: 'Service', name: `${service.id}-public`, service: service.id },
      {
        spec: {
          type: 'LoadBalancer',
          selector: selectorOf(deployment, pod.main.id),
          ports: ports.map((port) => servicePort(service, port, pod)),
        },
      },
    )
  })
}
