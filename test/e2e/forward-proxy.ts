import { once } from 'node:events'
import { type Server, createServer, request } from 'node:http'
import { type Socket, connect } from 'node:net'

/** The way out of a site: passes requests and tunnels on and keeps what it was asked for. */
export interface ForwardProxy {
  /** `GET http://host/path`, `CONNECT host:port`. */
  readonly asked: readonly string[]
  close(): void
}

/** @param names hosts that the proxy alone knows: name → `host:port` */
export async function startForwardProxy(
  port: number,
  names: Readonly<Record<string, { readonly host: string; readonly port: number }>>,
): Promise<ForwardProxy> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer((incoming, answer) => {
    const url = new URL(incoming.url ?? '')
    asked.push(`${incoming.method ?? ''} ${url.href}`)
    const { host, port: onwardPort } = names[url.hostname] ?? { host: url.hostname, port: Number(url.port) || 80 }
    const onward = request({ host, port: onwardPort, path: url.pathname, method: incoming.method, agent: false })
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502)
      response.pipe(answer)
    })
    onward.on('error', (error) => answer.writeHead(502).end(error.message))
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket: Socket) => {
    const { url = '' } = incoming
    asked.push(`CONNECT ${url}`)
    const [name = '', wanted] = url.split(':')
    const target = names[name] ?? { host: name, port: Number(wanted) }
    const onward = connect(target.port, target.host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket)
      socket.pipe(onward)
    })
    for (const each of [socket, onward]) {
      sockets.add(each)
      each.on('error', () => undefined).on('close', () => sockets.delete(each))
    }
  })
  server.listen(port, '0.0.0.0')
  await once(server, 'listening')
  return {
    asked,
    close() {
      server.close()
      server.closeAllConnections()
      for (const socket of sockets) socket.destroy()
    },
  }
}
