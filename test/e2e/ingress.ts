import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { type Server, createServer } from 'node:https'
import { mustRun } from './program.ts'

interface Ingress {
  readonly spec: {
    readonly tls?: readonly { readonly hosts: readonly string[]; readonly secretName: string }[]
    readonly rules: readonly { readonly host: string; readonly http: { readonly paths: readonly Route[] } }[]
  }
}
interface Route {
  readonly path: string
  readonly backend: {
    readonly service: { readonly name: string; readonly port: { readonly number?: number; readonly name?: string } }
  }
}
interface Service {
  readonly spec: {
    readonly clusterIP: string
    readonly ports: readonly { readonly name?: string; readonly port: number }[]
  }
}

/** What an ingress controller does, for a cluster that has none: ends TLS and routes by host and longest path. */
export async function startIngress(namespace: string, port: number): Promise<Server> {
  const get = async <T>(kind: string, name?: string): Promise<T> =>
    JSON.parse(
      await mustRun('kubectl', ['--namespace', namespace, 'get', kind, ...(name ? [name] : []), '--output', 'json']),
    ) as T
  const { items } = await get<{ items: Ingress[] }>('ingress')
  const routes: { host: string; path: string; address: string; port: number }[] = []
  for (const { host, http } of items.flatMap(({ spec }) => spec.rules)) {
    for (const { path, backend } of http.paths) {
      const { spec } = await get<Service>('service', backend.service.name)
      const wanted = backend.service.port
      const found = spec.ports.find(
        (each) => each.port === wanted.number || (wanted.name !== undefined && each.name === wanted.name),
      )
      routes.push({ host, path, address: spec.clusterIP, port: found!.port })
    }
  }
  routes.sort((a, b) => b.path.length - a.path.length)
  const secretName = items.flatMap(({ spec }) => spec.tls ?? [])[0]!.secretName
  const { data } = await get<{ data: Record<string, string> }>('secret', secretName)
  const pem = (key: string) => Buffer.from(data[key]!, 'base64')
  const server = createServer({ cert: pem('tls.crt'), key: pem('tls.key') }, (incoming, answer) => {
    const host = incoming.headers.host?.split(':')[0]
    const route = routes.find((each) => each.host === host && (incoming.url ?? '/').startsWith(each.path))
    if (!route) {
      answer.writeHead(404).end('no route')
      return
    }
    const { method, url, headers } = incoming
    const onward = httpRequest(
      { host: route.address, port: route.port, method, path: url, headers, agent: false },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(answer)
      },
    )
    onward.on('error', (error) => answer.writeHead(502).end(error.message))
    incoming.pipe(onward)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
