import type { Deployment } from '@waybill/model'
import { secretObject } from '../secrets/plan.ts'
import { type Published, proxied } from './exposures.ts'

/** Where the proxy listens inside of its container, which has no right to ports below 1024. */
export const edgePorts = { http: 8080, https: 8443, health: 2015 } as const

/** Where the proxy finds a certificate, by the object that holds it. */
export const certificateFile = (object: string, key: string): string => `/run/secrets/${object}/${key}`

interface Site {
  readonly host: string
  /** The object of its certificate. */
  readonly certificate?: string
  readonly routes: Published[]
}

/** Objects of the certificates that the edge serves. */
export const certificatesOf = (deployment: Deployment): string[] => [
  ...new Set(sitesOf(deployment).flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate]))),
]

/** What the proxy has around it. */
export interface Surroundings {
  readonly ports: Readonly<Record<keyof typeof edgePorts, number>>
  /** The lines that say where a published port is reached. */
  readonly upstream: (published: Published) => readonly string[]
  /** Lines before the routes of each site. */
  readonly first: readonly string[]
}

/** A container for itself, in a network where each service has a name. */
const ownContainer: Surroundings = {
  ports: edgePorts,
  upstream: ({ service: { id, replicas }, port: { number } }) =>
    replicas > 1 ? block('dynamic a', [`name ${id}`, `port ${number}`, 'refresh 5s']) : [`to ${id}:${number}`],
  first: [],
}

/** The routes of the edge: who asks for a host and a path is answered by the service that publishes the longest part of it. */
export function caddyfile(deployment: Deployment, around: Surroundings = ownContainer): string {
  const { ports } = around
  const sites = sitesOf(deployment)
  const secure = new Set(sites.filter(({ certificate }) => certificate !== undefined).map(({ host }) => host))
  const plain = new Set(sites.filter(({ certificate }) => certificate === undefined).map(({ host }) => host))
  const redirect = redirectTo(deployment.site.publish?.https ?? 443)
  const blocks = [
    globalOptions,
    block(`http://127.0.0.1:${ports.health}`, ['bind 127.0.0.1', 'respond 200']),
    block(`http://:${ports.http}`, ['respond 404']),
    ...sites.map((site) => siteBlock(site, secure.has(site.host) ? redirect : undefined, around)),
    ...[...secure].filter((host) => !plain.has(host)).map((host) => block(`http://${host}:${ports.http}`, [redirect])),
  ]
  return blocks.map((lines) => `${lines.join('\n')}\n`).join('\n')
}

function sitesOf(deployment: Deployment): Site[] {
  const secrets = new Map(deployment.secrets.map((secret) => [secret.id, secretObject(secret)]))
  const sites = new Map<string, Site>()
  for (const published of proxied(deployment.services)) {
    const { host, certificate } = published.exposure
    const object = certificate === undefined ? undefined : secrets.get(certificate)
    const key = `${host} ${object ?? ''}`
    const site = sites.get(key)
    if (site) site.routes.push(published)
    else sites.set(key, { host, routes: [published], ...(object !== undefined && { certificate: object }) })
  }
  return [...sites.values()].toSorted((a, b) => (a.host < b.host ? -1 : 1))
}

/** Nothing that asks the world or listens for orders, and no HTTP/3, for which no port is published. */
const globalOptions = block('', [
  'admin off',
  'auto_https off',
  ...block('log', ['output stderr', 'format json']),
  ...block('servers', ['protocols h1 h2 h2c']),
])

function siteBlock(
  { host, certificate, routes }: Site,
  redirect: string | undefined,
  { ports, upstream, first }: Surroundings,
): string[] {
  const longestFirst = routes.toSorted((a, b) => b.exposure.path.length - a.exposure.path.length)
  const handles = longestFirst.flatMap((route, index) => handleBlock(route, index, upstream(route)))
  const whole = routes.some(({ exposure }) => exposure.path === '/')
  const rest = whole
    ? []
    : block('handle', [certificate === undefined && redirect !== undefined ? redirect : 'respond 404'])
  if (certificate === undefined)
    return block(`http://${host}:${ports.http}`, [...block('route', [...first, ...handles, ...rest])])
  const tls = `tls ${certificateFile(certificate, 'tls.crt')} ${certificateFile(certificate, 'tls.key')}`
  return block(`https://${host}:${ports.https}`, [tls, ...block('route', [...first, ...handles, ...rest])])
}

/** Handles of a route are tried as they are written, so the longest path comes first. */
function handleBlock({ port, exposure: { path } }: Published, index: number, upstream: readonly string[]): string[] {
  const proxy = proxyBlock(upstream, port)
  if (path === '/') return block('handle', proxy)
  const folder = path.endsWith('/') ? path.slice(0, -1) : path
  return [`@path${index} path ${token(folder)} ${token(`${folder}/*`)}`, ...block(`handle @path${index}`, proxy)]
}

/** Answers pass through as they come, and a container that is being replaced is waited for. */
function proxyBlock(upstream: readonly string[], { protocol }: Published['port']): string[] {
  return block('reverse_proxy', [
    ...upstream,
    'flush_interval -1',
    'lb_try_duration 5s',
    ...block('transport http', ['dial_timeout 5s', ...transport[protocol]]),
  ])
}

const transport: Readonly<Record<Published['port']['protocol'], readonly string[]>> = {
  http: [],
  https: ['tls', 'tls_insecure_skip_verify'],
  grpc: ['versions h2c'],
  tcp: [],
  udp: [],
}

const redirectTo = (port: number): string => `redir https://{host}${port === 443 ? '' : `:${port}`}{uri} 308`

function block(head: string, lines: readonly string[]): string[] {
  return [head === '' ? '{' : `${head} {`, ...lines.map((line) => `\t${line}`), '}']
}

const token = (text: string): string => (/[\s"`{}#]/.test(text) ? JSON.stringify(text) : text)
