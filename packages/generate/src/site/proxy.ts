import type { Deployment } from '@waybill/model'

type Proxy = NonNullable<Deployment['site']['proxy']>

/** A variable that a site adds to those of a service. */
export interface SiteVariable {
  readonly name: string
  readonly value: string
}

const localNames = ['localhost', '127.0.0.1', '::1']

/**
 * The variables by which programs find the way out. Half of them read names in capitals, the other half small ones.
 *
 * @param inside names and domains that are reached without the proxy, as the target spells them
 */
export function proxyVariables({ http, https, except = [] }: Proxy, inside: readonly string[]): SiteVariable[] {
  const values = {
    HTTP_PROXY: http,
    HTTPS_PROXY: https,
    NO_PROXY: [...new Set([...localNames, ...inside, ...except])].join(','),
  }
  if (http === undefined && https === undefined) return []
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [
          { name, value },
          { name: name.toLowerCase(), value },
        ],
  )
}

/** Where a proxy listens. */
export interface ProxyServer {
  readonly host: string
  readonly port: number
}

/** The proxies of a site, each once. */
export function proxyServers({ http, https }: Proxy): ProxyServer[] {
  const servers = [http, https].flatMap((url) => (url === undefined ? [] : serverOf(url)))
  return [...new Map(servers.map((server) => [`${server.host}:${server.port}`, server])).values()]
}

function serverOf(url: string): ProxyServer[] {
  const [, scheme = 'http', host, port] = /^(https?):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]+)(?::(\d+))?/i.exec(url) ?? []
  const usual = scheme.toLowerCase() === 'https' ? 443 : 80
  return host === undefined ? [] : [{ host, port: port === undefined ? usual : Number(port) }]
}

/** Without what the service sets itself, in capitals or not: programs differ in which of the two they prefer. */
export function withoutOwn(
  variables: readonly SiteVariable[],
  own: readonly { readonly name: string }[],
): SiteVariable[] {
  const taken = new Set(own.map(({ name }) => name.toUpperCase()))
  return variables.filter(({ name }) => !taken.has(name.toUpperCase()))
}
