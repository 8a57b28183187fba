import {
  type DeployedService,
  type Deployment,
  type Expression,
  type LateDeployment,
  type When,
  both,
  either,
  opposite,
} from '@waybill/model'
import { guardItems, guardMembers, includeMembers, valueMembers } from '../../late/guards.ts'
import { mark, nameOf } from '../../late/open.ts'
import type { Context, Pod } from '../../pods/context.ts'
import { type Owner, manifest, selectorOf } from '../../pods/labels.ts'
import type { Block, Manifest } from '../../pods/manifest.ts'
import { servicePort } from '../../pods/ports.ts'
import type { MetricsPort, Published } from '../../pods/site/fields.ts'
import { lateCertificate } from './late-secrets.ts'
import { siteHas, siteIs, siteText } from './site-values.ts'

/** What the decisions of an open site are made from. */
export interface LateSiteInput extends Owner, Pick<Context, 'options'> {
  readonly deployment: Deployment
  readonly conditions: LateDeployment['conditions']
}

/** A condition as it is asked inside of what a service has. */
export const given = (when: When, service: DeployedService, { conditions }: LateSiteInput): When =>
  conditions.under(when, service.when)

/** Whether this stands in front of published ports; where the site says nothing, the product's wish does. */
export function frontIs(kind: 'ingress' | 'gateway' | 'service' | 'none', { options }: LateSiteInput): Expression {
  const said = siteIs('ingress/kind', kind)
  return options.gateway === kind ? { op: 'any', of: [opposite(siteHas('ingress')), said] } : said
}

const isWeb = ({ port: { protocol } }: Published): boolean => protocol !== 'tcp' && protocol !== 'udp'

/** One account for the whole instance, where the site gives it a meaning. */
export function accounts(input: LateSiteInput): readonly Manifest[] {
  const identity = { apiVersion: 'v1', kind: 'ServiceAccount', name: input.deployment.product.id }
  const account = manifest(input, identity, { automountServiceAccountToken: false })
  const annotations = valueMembers('site/serviceAccount/annotations')
  return guardItems(siteHas('serviceAccount'), [{ ...account, metadata: { ...account.metadata, annotations } }])
}

/** The objects in front of published ports, for each kind that a site may choose. */
export function lateFront(published: readonly Published[], input: LateSiteInput): readonly Manifest[] {
  const web = published.filter(isWeb)
  const direct = published.filter((each) => !isWeb(each))
  const balanced = { type: 'LoadBalancer' }
  const routed = opposite(either(siteIs('ingress/kind', 'service'), siteIs('ingress/kind', 'none')) ?? true)
  return [
    ...guardItems(frontIs('ingress', input), ingresses(web, input)),
    ...guardItems(both(siteIs('ingress/kind', 'gateway'), siteHas('ingress/name')), routes(web, input)),
    ...guardItems(routed, publicServices(direct, balanced, {}, input)),
    ...guardItems(
      siteIs('ingress/kind', 'service'),
      publicServices(published, { type: siteText('ingress/type') }, valuesMember, input),
    ),
  ]
}

const valuesMember = guardMembers(siteHas('ingress/annotations'), {
  annotations: valueMembers('site/ingress/annotations'),
})

const anyWhen = (list: readonly Published[]): When => either(...list.map(({ service }) => service.when))

function ingresses(web: readonly Published[], input: LateSiteInput): readonly Manifest[] {
  const byCertificate = Map.groupBy(web, ({ exposure }) => exposure.certificate)
  return [...byCertificate].flatMap(([certificate, list]) => {
    const when = anyWhen(list)
    const under = (own: When) => input.conditions.under(own, when)
    const hosts = [...Map.groupBy(list, ({ exposure }) => exposure.host)]
    const identity = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', name: certificate ?? 'without-certificate' }
    const named = hosts.flatMap(([host, paths]) => guardItems(under(anyWhen(paths)), [host]))
    const rules = hosts.flatMap(([host, paths]) =>
      guardItems(under(anyWhen(paths)), [
        {
          host,
          http: { paths: paths.flatMap((path) => guardItems(under(path.service.when), [ingressPath(path)])) },
        },
      ]),
    )
    const object = manifest(input, identity, {
      spec: {
        ...guardMembers(siteHas('ingress/class'), { ingressClassName: siteText('ingress/class') }),
        ...(certificate !== undefined && { tls: [{ hosts: named, secretName: tlsSecret(certificate, input) }] }),
        rules,
      },
    })
    const annotations = includeMembers('ingressAnnotations', { certificate: certificate !== undefined })
    return guardItems(when, [{ ...object, metadata: { ...object.metadata, ...annotations } }])
  })
}

function tlsSecret(certificate: string, { deployment }: LateSiteInput): string {
  const secret = deployment.secrets.find(({ id }) => id === certificate)
  const ours = secret ? lateCertificate(secret) : certificate
  const issued = mark({ open: 'choice', if: siteHas('ingress/tls/issuer'), then: `${certificate}-issued`, else: ours })
  return mark({ open: 'choice', if: siteHas('ingress/tls/secret'), then: siteText('ingress/tls/secret'), else: issued })
}

const ingressPath = ({ service, port, exposure }: Published): Block => ({
  path: exposure.path,
  pathType: 'Prefix',
  backend: { service: { name: service.id, port: { name: port.id } } },
})

function routes(web: readonly Published[], input: LateSiteInput): readonly Manifest[] {
  const parent = {
    name: siteText('ingress/name'),
    ...guardMembers(siteHas('ingress/namespace'), { namespace: siteText('ingress/namespace') }),
    ...guardMembers(siteHas('ingress/section'), { sectionName: siteText('ingress/section') }),
  }
  const byPort = Map.groupBy(web, ({ service, port }) => `${service.id}-${port.id}`)
  return [...byPort].flatMap(([route, ofPort]) => {
    const byHost = [...Map.groupBy(ofPort, ({ exposure }) => exposure.host)]
    return byHost.flatMap(([host, list]) => {
      const { service, port } = list[0]!
      const object = manifest(
        input,
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          name: byHost.length === 1 ? route : `${route}-${nameOf(host)}`,
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
      return guardItems(service.when, [{ ...object, metadata: { ...object.metadata, ...valuesMember } }])
    })
  })
}

function publicServices(
  published: readonly Published[],
  kind: Block,
  metadata: Block,
  input: LateSiteInput,
): readonly Manifest[] {
  const byService = Map.groupBy(published, ({ service }) => service)
  return [...byService].flatMap(([service, list]) => {
    const { pod } = list[0]!
    const ports = [...new Set(list.map(({ port }) => port))]
    const identity = { apiVersion: 'v1', kind: 'Service', name: `${service.id}-public`, service: service.id }
    const object = manifest(input, identity, {
      spec: {
        ...kind,
        selector: selectorOf(input.deployment, pod.main.id),
        ports: ports.map((port) => servicePort(service, port, pod)),
      },
    })
    return guardItems(service.when, [{ ...object, metadata: { ...object.metadata, ...metadata } }])
  })
}

/** Objects by which the scraper of an operator finds the ports of a pod. */
export const monitorsOf = (metrics: readonly MetricsPort[], pod: Pod, input: LateSiteInput): readonly Manifest[] =>
  metrics.flatMap(({ service, port, path, named }) => {
    const identity = {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PodMonitor',
      name: service.id,
      service: service.id,
    }
    const object = manifest(input, identity, {
      spec: {
        selector: { matchLabels: selectorOf(input.deployment, pod.main.id) },
        podMetricsEndpoints: [{ ...(named ? { port: port.id } : { portNumber: port.number }), path }],
      },
    })
    const labels = { ...valueMembers('site/monitoring/labels'), ...(object.metadata['labels'] as Block) }
    const when = both(siteIs('monitoring/mode', 'operator'), input.conditions.under(service.when, pod.main.when))
    return guardItems(when, [{ ...object, metadata: { ...object.metadata, labels } }])
  })
