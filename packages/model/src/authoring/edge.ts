import type { Area } from './customer.ts'
import { MiB, cores } from './quantities.ts'
import { type Size, constant, estimated, sizeData } from './sizes.ts'
import { type PublicValue, probe } from './terms.ts'

/** The proxy that ends TLS and routes where the target has no ingress of its own. */
export interface EdgeChoice {
  readonly proxy: string
}

const evidence = estimated('default of the edge')

/**
 * Caddy as the edge: its configuration is rendered from what the services publish.
 *
 * @param meta.prober a command of the image that asks whether an address answers; the official image has wget
 */
export const caddy = (meta: {
  readonly image?: string
  readonly area: Area
  readonly size?: Size
  readonly prober?: readonly PublicValue[]
}): EdgeChoice => ({
  proxy: 'caddy',
  ...({
    id: 'edge',
    area: meta.area,
    image: { reference: meta.image ?? 'caddy:2' },
    prober: meta.prober ?? ['wget', '-q', '-O', '/dev/null', probe.url],
    size: sizeData(meta.size ?? { cpu: constant(cores(0.5), evidence), memory: constant(MiB(256), evidence) }),
  } as object),
})
