import { manifest, selectorOf } from '../labels.ts'
import type { Manifest } from '../manifest.ts'
import { servicePort } from '../ports.ts'
import type { Published } from './fields.ts'
import type { SiteInput } from './input.ts'

interface Kind {
  readonly type: 'NodePort' | 'LoadBalancer'
  readonly annotations?: Readonly<Record<string, string>>
}

/** Services with an address or a port outside of the cluster, beside those that are used inside. */
export function publicServices(
  published: readonly Published[],
  { type, annotations }: Kind,
  input: SiteInput,
): Manifest[] {
  const byService = Map.groupBy(published, ({ service }) => service)
  return [...byService].map(([service, list]) => {
    const { pod } = list[0]!
    const ports = [...new Set(list.map(({ port }) => port))]
    return manifest(
      input,
      {
        apiVersion: 'v1',
        kind: 'Service',
        name: `${service.id}-public`,
        service: service.id,
        ...(annotations && { annotations }),
      },
      {
        spec: {
          type,
          selector: selectorOf(input.deployment, pod.main.id),
          ports: ports.map((port) => servicePort(service, port, pod)),
        },
      },
    )
  })
}
