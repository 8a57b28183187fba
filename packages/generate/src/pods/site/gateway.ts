import { compact, contentName } from '@waybill/model'
import { manifest } from '../labels.ts'
import type { Manifest } from '../manifest.ts'
import type { Published } from './fields.ts'
import type { Front } from './front-kind.ts'
import type { SiteInput } from './input.ts'

type GatewayFront = Extract<Front, { kind: 'gateway' }>

/** One route for each port and host; routes of one host are merged by the Gateway. */
export function routes(web: readonly Published[], front: GatewayFront, input: SiteInput): Manifest[] {
  if (web.length === 0) return []
  if (front.name === undefined) {
    input.lose({
      loss: 'exposure.gateway',
      at: 'site/ingress',
      severity: 'unsupported',
      reason: 'The site does not name its Gateway, so nothing is published.',
      workaround: 'Set site.ingress to { kind: gateway, name: … } in the instance.',
    })
    return []
  }
  const { name, namespace, section, annotations } = front
  const parent = compact({ name, namespace, sectionName: section })
  const byPort = Map.groupBy(web, ({ service, port }) => `${service.id}-${port.id}`)
  return [...byPort].flatMap(([route, ofPort]) => {
    const byHost = Map.groupBy(ofPort, ({ exposure }) => exposure.host)
    return [...byHost].map(([host, list]) => {
      const { service, port } = list[0]!
      noteCertificates(list, input)
      return manifest(
        input,
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          name: byHost.size === 1 ? route : `${route}-${contentName(host)}`,
          service: service.id,
          ...(annotations && { annotations }),
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

function noteCertificates(list: readonly Published[], { lose }: SiteInput): void {
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
