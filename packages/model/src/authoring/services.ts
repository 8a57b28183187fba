import { WaybillError, problem } from '../errors/problem.ts'
import type { PortProtocol, Relaxation, ServiceKind } from '../product/schema.ts'
import type { Area } from './customer.ts'
import { declared } from './declared.ts'
import { callLocation } from './origin.ts'
import { type Probe, none } from './health.ts'
import { baseUnits } from './quantities.ts'
import { type Law, type Size, sizeData } from './sizes.ts'
import type { Certificate, Scratch, Volume } from './storage.ts'
import {
  type Predicate,
  type PortRef,
  type PublicValue,
  type Quantity,
  type SecretText,
  type ShardPortRef,
  type Text,
  type EnvValue,
  declaration,
  portOf,
  portRef,
  refuseText,
  term,
} from './terms.ts'

// ------------------------------------------------------------------------------------------------ surface

/** A port as its owner declares it. */
export interface PortSpec<P extends PortProtocol = PortProtocol> {
  readonly number: number
  readonly protocol: P
}
export const http = (number: number): PortSpec<'http'> => ({ number, protocol: 'http' })
export const https = (number: number): PortSpec<'https'> => ({ number, protocol: 'https' })
export const grpc = (number: number): PortSpec<'grpc'> => ({ number, protocol: 'grpc' })
export const tcp = (number: number): PortSpec<'tcp'> => ({ number, protocol: 'tcp' })
export const udp = (number: number): PortSpec<'udp'> => ({ number, protocol: 'udp' })

type Ports = Readonly<Record<string, PortSpec>>

/** What others may know of a part: it stands before all bodies, so that parts may refer to each other in a circle. */
export interface Surface<P extends Ports> {
  /** One sentence for the admin's manual. */
  readonly does: string
  readonly area: Area
  readonly ports?: P
}

/** Something that others can wait for. */
export interface Startable {
  readonly id: string
}
/** A part with its body: what `product(…)` takes. */
export interface Definition {
  readonly [declaration]: unknown
}
interface Part<P extends Ports> extends Startable {
  /** Labels that select this part's series in a query. */
  readonly series: Text
  readonly replicas: Quantity<'count'> & Text
  readonly ports: { readonly [K in keyof P]: PortRef }
}
/** A part that runs until it is stopped. */
export interface Service<P extends Ports = Ports> extends Part<P> {
  readonly runsOnce?: never
  /** @param body a literal, so that the compiler sees misspelt keys */
  runs(body: ServiceBody): Definition
}
/** A part of which each replica has a number, an address and data of its own. */
export interface ShardedService<P extends Ports = Ports> extends Omit<Part<P>, 'ports'> {
  readonly runsOnce?: never
  readonly ports: { readonly [K in keyof P]: ShardPortRef }
  runs(body: ServiceBody): Definition
}
/** A part that runs to its end: once per version, or on a schedule. */
export interface Job<P extends Ports = Ports> extends Part<P> {
  readonly runsOnce: true
  runs(body: JobBody): Definition
}
export interface Cron<P extends Ports = Ports> extends Part<P> {
  readonly runsOnce?: never
  runs(body: CronBody): Definition
}

// ------------------------------------------------------------------------------------------------ body

/** Order: this part starts after the other is in that state. Only this may not be circular. */
export interface Need {
  readonly on: string
  readonly state: 'started' | 'healthy' | 'completed'
}
type Running = Startable & { readonly runsOnce?: never }
export const started = (on: Running): Need => ({ on: on.id, state: 'started' })
export const healthy = (on: Running): Need => ({ on: on.id, state: 'healthy' })
export const completed = (on: Startable & { readonly runsOnce: true }): Need => ({ on: on.id, state: 'completed' })

/** The physical form of a part in one family of targets; own container unless said otherwise. */
export interface Shape {
  readonly shape: string
}
export const sidecarOf = (other: Running): Shape => ({ shape: 'sidecar', of: other.id }) as Shape
/** Runs to its end in the pod of the other before it; elsewhere the other waits for it. */
export const initOf = (other: Running): Shape => ({ shape: 'init', of: other.id }) as Shape
export const absent = (reason: string): Shape => ({ shape: 'absent', reason }) as Shape

/** A port that people outside reach. */
export interface Exposure {
  readonly port: PortRef
}
export interface Publishing {
  readonly host: string | Text
  readonly path?: string
  readonly tls: Certificate | ReturnType<typeof none>
}
/** Publishes a port of this service under a host and path; the target brings the proxy or the ingress. */
export function publish(port: PortRef, { host, path, tls }: Publishing): Exposure {
  const ends = 'reason' in tls ? { none: tls.reason } : { secret: tls }
  return { port, host, ...(path === undefined ? {} : { path }), tls: ends } as Exposure
}

/** A relaxation of the default security, with the reason that reaches documentation and checks. */
export interface Relaxing {
  readonly what: Relaxation
  readonly value?: string
  readonly reason: string
}

export interface MonitorMeta {
  /** The question that it answers. */
  readonly asks: string
  readonly query: Text
  readonly unit: 'count' | 'bytes' | 'cores' | 'duration' | 'percent'
  readonly warns?: AlertMeta
  readonly pages?: AlertMeta
  /** How to read the panel when there is no alert. */
  readonly reads?: string
}
export interface AlertMeta {
  readonly above?: Quantity<'count' | 'bytes' | 'cores' | 'duration' | 'percent'> | number
  readonly below?: Quantity<'count' | 'bytes' | 'cores' | 'duration' | 'percent'> | number
  readonly for: Quantity<'duration'>
  /** What to do when it fires. */
  readonly do: string
}
export interface Monitor {
  readonly monitor: string
}
/** Something to watch, with owner (the service's area) and next steps. */
export const monitor = (id: string, { warns, pages, ...meta }: MonitorMeta): Monitor =>
  ({
    id,
    ...meta,
    ...(warns && { warns: alertData(warns) }),
    ...(pages && { pages: alertData(pages) }),
  }) as unknown as Monitor
const alertData = (alert: AlertMeta): object => ({ ...alert, for: baseUnits(alert.for) })

interface Body extends Startup {
  /** `repository:tag`, or with the platforms that it is built for. */
  readonly image: string | { readonly reference: string; readonly platforms: readonly string[] }
  /** Exists only when this holds. */
  readonly when?: Predicate
  readonly shape?: { readonly pods?: Shape; readonly containers?: Shape; readonly processes?: Shape }
  /** Folder → volume. */
  readonly mounts?: Readonly<Record<string, Volume | { readonly volume: Volume; readonly readOnly: true }>>
  /** Folder → scratch; the root file system is read-only. */
  readonly scratch?: Readonly<Record<string, Scratch>>
  /** Runs as this user; 10001:10001 unless said otherwise. */
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly relax?: readonly Relaxing[]
  /** What it reaches outside of the product, besides external dependencies. */
  readonly egress?: readonly { readonly to: string | Text; readonly port: number; readonly reason: string }[]
  /** Commands of the image that ask whether an address answers; see {@link probe}. */
  readonly prober?: {
    readonly http?: readonly PublicValue[]
    readonly tcp?: readonly PublicValue[]
    readonly grpc?: readonly PublicValue[]
  }
  readonly shutdown?: {
    readonly signal?: `SIG${string}`
    readonly grace?: Quantity<'duration'>
    readonly drain?: Quantity<'duration'>
  }
  readonly metrics?: { readonly port: PortRef; readonly path?: string }
  readonly monitors?: readonly Monitor[]
}
interface Startup {
  /** Replaces the entry point of the image. */
  readonly command?: readonly PublicValue[]
  readonly args?: readonly PublicValue[]
  readonly workingDir?: string
  readonly env?: Readonly<Record<string, EnvValue>>
  /** Path → content; read-only, no secrets. */
  readonly files?: Readonly<Record<string, PublicValue>>
  /** Path → secret; readable for the user of the container. */
  readonly secretFiles?: Readonly<Record<string, SecretText>>
  readonly needs?: readonly Need[]
}
export interface ServiceBody extends Body {
  readonly health: Probe | { readonly ready: Probe; readonly live?: Probe; readonly startup?: Probe }
  readonly size: Size & { readonly replicas?: Law<'count'> | number | Startable }
  readonly singleton?: true
  readonly expose?: readonly Exposure[]
  readonly update?:
    | { readonly strategy: 'rolling'; readonly surge?: number; readonly unavailable?: number }
    | { readonly strategy: 'recreate' }
}
export interface JobBody extends Body {
  readonly size: Size
  /** Exits 0 when the work is done; run by whoever waits, with the environment of the job. */
  readonly completed?: readonly PublicValue[]
}
export interface CronBody extends Body {
  readonly size: Size
  /** Minute, hour, day of month, month, day of week, in UTC. */
  readonly schedule: string
}

// ------------------------------------------------------------------------------------------------ builders

type AnyBody = Body &
  Pick<ServiceBody, 'size'> &
  Partial<Omit<ServiceBody, 'size'> & Omit<JobBody, 'size'> & Omit<CronBody, 'size'>>

/** A body as the data of `product.json`; ids and references inside are still handles. */
export function serviceData(
  id: string,
  kind: ServiceKind,
  surface: Surface<Ports>,
  body: AnyBody,
): { readonly id: string } {
  const { env, files, secretFiles, mounts, scratch, health, size, user, relax, shutdown, metrics, image, ...rest } =
    body
  const named = (record: Readonly<Record<string, unknown>> | undefined, key: string, value: string) =>
    record && Object.entries(record).map(([name, item]) => ({ [key]: name, [value]: item }))
  const { replicas, ...needs }: ServiceBody['size'] = size
  const { ports = {}, ...said } = surface
  const ownPort = (ref: PortRef, place: string): string => {
    const { service, port } = portOf(ref)
    if (service === id) return port
    const at = callLocation()
    const found = { kind: `port of "${id}"`, id: `${service}.${port}` }
    throw new WaybillError([{ ...problem('WB1201', ['services', id, place], found), ...(at && { at }) }])
  }
  const checks = health && ('ready' in health ? health : { ready: health })
  return {
    ...rest,
    ...said,
    id,
    kind,
    ports: Object.entries(ports).map(([port, spec]) => ({ id: port, ...spec })),
    expose: body.expose?.map((exposure) => ({ ...exposure, port: ownPort(exposure.port, 'expose') })),
    image: typeof image === 'string' ? { reference: image } : image,
    env: named(env, 'name', 'value'),
    files: named(files, 'path', 'content'),
    secretFiles: named(secretFiles, 'path', 'value'),
    mounts:
      mounts &&
      Object.entries(mounts).map(([path, mount]) => ({ path, ...('volume' in mount ? mount : { volume: mount }) })),
    scratch: scratch && Object.entries(scratch).map(([path, folder]) => ({ path, ...folder })),
    health:
      checks &&
      Object.fromEntries(
        Object.entries(checks).map(([name, check]) => [
          name,
          check.port ? { ...check, port: ownPort(check.port, 'health') } : check,
        ]),
      ),
    size: sizeData({
      ...needs,
      replicas: typeof replicas === 'object' && 'id' in replicas ? { tiedTo: replicas.id } : replicas,
    }),
    security: (user || relax) && { user, relax },
    shutdown: shutdown && {
      ...shutdown,
      grace: shutdown.grace && baseUnits(shutdown.grace),
      drain: shutdown.drain && baseUnits(shutdown.drain),
    },
    metrics: metrics && { ...metrics, port: ownPort(metrics.port, 'metrics') },
  } as { readonly id: string }
}

function part(kind: ServiceKind, runsOnce: boolean) {
  return (id: string, surface: Surface<Ports>): object => ({
    id,
    ...(runsOnce && { runsOnce: true }),
    ports: Object.freeze(Object.fromEntries(Object.keys(surface.ports ?? {}).map((port) => [port, portRef(id, port)]))),
    series: term({ op: 'series', service: id }),
    replicas: term({ op: 'replicas', service: id }),
    [Symbol.toPrimitive]: () => refuseText(`"${id}"`),
    runs(body: AnyBody): Definition {
      const declares = declared('services', serviceData(id, kind, surface, body))
      return Object.freeze(Object.defineProperty({}, declaration, { value: declares })) as Definition
    },
  })
}

type Builder<S> = S

/** Any replica can answer; nothing is lost when one goes. */
export const stateless = part('stateless', false) as Builder<
  <const P extends Ports = {}>(id: string, surface: Surface<P>) => Service<P>
>
/** One replica with data of its own. */
export const stateful = part('stateful', false) as Builder<
  <const P extends Ports = {}>(id: string, surface: Surface<P>) => Service<P>
>
/** Data split over numbered replicas, each with an address of its own. */
export const sharded = part('sharded', false) as Builder<
  <const P extends Ports = {}>(id: string, surface: Surface<P>) => ShardedService<P>
>
/** One replica on each machine. */
export const daemon = part('daemon', false) as Builder<
  <const P extends Ports = {}>(id: string, surface: Surface<P>) => Service<P>
>
/** Runs to its end once per version; idempotent, takes its own lock. */
export const job = part('job', true) as Builder<<const P extends Ports = {}>(id: string, surface: Surface<P>) => Job<P>>
/** Runs to its end on a schedule. */
export const cron = part('cron', false) as Builder<
  <const P extends Ports = {}>(id: string, surface: Surface<P>) => Cron<P>
>
