import { baseUnits } from './quantities.ts'
import { type PortRef, type PublicValue, type Quantity } from './terms.ts'

/** How somebody sees whether a replica works. */
export interface Probe {
  readonly probe: string
  readonly port?: PortRef
}
export interface Timing {
  /** Between two checks; 10 seconds unless said otherwise. */
  readonly every?: Quantity<'duration'>
  /** For one check; 3 seconds unless said otherwise. */
  readonly timeout?: Quantity<'duration'>
  /** In a row, before it counts as failed; 3 unless said otherwise. */
  readonly failures?: number
  /** The longest that a start may take; 60 seconds unless said otherwise. */
  readonly within?: Quantity<'duration'>
}
function timing({ failures, ...durations }: Timing): object {
  const base = Object.entries(durations).map(([key, value]) => [key, baseUnits(value)] as const)
  return { ...Object.fromEntries(base), ...(failures === undefined ? {} : { failures }) }
}

/** Answers GET with a status from 200 to 399. */
export const get = (port: PortRef, path: string, meta: Timing = {}): Probe =>
  probeData({ probe: 'http', port, path, ...timing(meta) })
/** Accepts a connection. */
export const connects = (port: PortRef, meta: Timing = {}): Probe => probeData({ probe: 'tcp', port, ...timing(meta) })
/** Answers the gRPC health protocol. */
export const grpcHealth = (port: PortRef, meta: Timing & { readonly service?: string } = {}): Probe => {
  const { service, ...rest } = meta
  return probeData({
    probe: 'grpc',
    port,
    ...timing(rest),
    ...(service === undefined ? {} : { service }),
  })
}
/** A command of the image exits 0. With a port, those who wait may run it against the service's address. */
export const exits0 = (command: readonly PublicValue[], meta: Timing & { readonly port?: PortRef } = {}): Probe => {
  const { port, ...rest } = meta
  return probeData({
    probe: 'exec',
    command,
    ...timing(rest),
    ...(port === undefined ? {} : { port }),
  })
}
/** No check, for a reason that people will read. */
export const none = (reason: string): Probe & { readonly reason: string } => Object.freeze({ probe: 'none', reason })

const probeData = (data: Probe & Readonly<Record<string, unknown>>): Probe => Object.freeze(data)
