import type { Manifest } from '../manifest.ts'
import type { Published } from './fields.ts'
import { frontOf } from './front-kind.ts'
import { routes } from './gateway.ts'
import { ingresses } from './ingress.ts'
import type { SiteInput } from './input.ts'
import { publicServices } from './public-services.ts'

export const isWeb = ({ port: { protocol } }: Published): boolean => protocol !== 'tcp' && protocol !== 'udp'

/** An Ingress or routes for what speaks HTTP, and Services with an address outside for the rest. */
export function frontObjects(published: readonly Published[], input: SiteInput): Manifest[] {
  const front = frontOf(input)
  const web = published.filter(isWeb)
  const direct = published.filter((each) => !isWeb(each))
  switch (front.kind) {
    case 'ingress':
      noteBackends(web, input)
      return [...ingresses(web, front, input), ...publicServices(direct, { type: 'LoadBalancer' }, input)]
    case 'gateway':
      noteBackends(web, input)
      return [...routes(web, front, input), ...publicServices(direct, { type: 'LoadBalancer' }, input)]
    case 'service':
      noteWithoutRouting(web, input)
      return publicServices(published, front, input)
    case 'none':
      return []
  }
}

function noteBackends(web: readonly Published[], { lose }: SiteInput): void {
  for (const { service, port } of web) {
    if (port.protocol === 'http') continue
    lose({
      loss: 'exposure.protocol',
      at: `services/${service.id}/expose`,
      severity: 'note',
      reason: `How an ingress controller is told that a port speaks ${port.protocol} differs between controllers.`,
      workaround: "Set the controller's annotation in site.ingress.annotations.",
    })
  }
}

/** A Service passes bytes on: it ends no TLS, and it knows neither hosts nor paths. */
function noteWithoutRouting(web: readonly Published[], { lose }: SiteInput): void {
  const byHost = Map.groupBy(web, ({ exposure }) => exposure.host)
  for (const { service, exposure } of web) {
    const at = `services/${service.id}/expose`
    if (exposure.certificate !== undefined) {
      lose({
        loss: 'exposure.tls',
        at,
        severity: 'degraded',
        reason: `A Service ends no TLS, so ${exposure.host} is published in plain text.`,
        workaround:
          'Set site.ingress to an ingress or a gateway, or end TLS in a load balancer of yours, told by site.ingress.annotations.',
      })
    }
    if (exposure.path !== '/' || byHost.get(exposure.host)!.length > 1) {
      lose({
        loss: 'exposure.route',
        at,
        severity: 'degraded',
        reason: `A Service knows no paths, so ${exposure.path} of ${exposure.host} has an address of its own.`,
        workaround: 'Set site.ingress to an ingress or a gateway, or route the paths in a proxy of yours.',
      })
    }
  }
}
