import { spawn } from 'node:child_process'
import { createCipheriv, hash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Registries } from '@waybill/operate'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'
const indexType = 'application/vnd.oci.image.index.v1+json'

const program = (process.env['PATH'] ?? '')
  .split(':')
  .map((folder) => join(folder, 'docker-registry'))
  .find((file) => existsSync(file))

/** The real registry, the Debian package docker-registry. */
export const hasRegistry = program !== undefined

export interface TestRegistry {
  readonly host: string
  readonly port: number
  readonly folder: string
  readonly stop: () => Promise<void>
}

/** Starts a registry of its own on this machine. */
export async function startRegistry(
  options: { readonly folder?: string; readonly htpasswd?: string; readonly everywhere?: boolean } = {},
) {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'waybill-registry-'))
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const host = `127.0.0.1:${port}`
  // reached from other machines, too
  const address = options.everywhere === true ? `:${port}` : host
  const auth = options.htpasswd === undefined ? '' : `auth: { htpasswd: { realm: test, path: ${folder}/htpasswd } }\n`
  if (options.htpasswd !== undefined) writeFileSync(join(folder, 'htpasswd'), `${options.htpasswd}\n`)
  const config = join(folder, 'config.yml')
  writeFileSync(
    config,
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${folder} } }\nhttp: { addr: '${address}' }\n${auth}`,
  )
  const child = spawn(program ?? 'docker-registry', ['serve', config], { stdio: 'ignore' })
  const ended = once(child, 'close')
  for (let attempt = 0; !(await answers(host)); attempt++) {
    if (attempt > 400) throw new Error('the registry does not answer')
    await sleep(25)
  }
  const stop = async () => {
    child.kill()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  return { host, port, folder, stop } satisfies TestRegistry
}

const answers = (host: string): Promise<boolean> =>
  fetch(`http://${host}/v2/`).then(
    () => true,
    () => false,
  )

async function freePort(): Promise<number> {
  const server = createTcpServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

type Handler = (asked: IncomingMessage, answer: ServerResponse, pass: () => void) => void

/** Something in front of a registry that may answer for it, or break what passes. */
export async function startFront(registry: string, handler: Handler) {
  const server: Server = createServer((asked, answer) => {
    const pass = () => {
      // the registry writes its own addresses from this name
      const sent = request(`http://${registry}${asked.url ?? ''}`, { method: asked.method, headers: asked.headers })
      sent.on('response', (got) => {
        answer.writeHead(got.statusCode ?? 500, got.headers)
        got.pipe(answer)
      })
      sent.on('error', () => answer.destroy())
      asked.on('close', () => asked.complete || sent.destroy())
      asked.pipe(sent)
    }
    handler(asked, answer, pass)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  }
  return { host: `127.0.0.1:${port}`, stop }
}

/** Bytes that look random and are the same each time. */
export const bytesFrom = (seed: string, size: number): Buffer =>
  createCipheriv('aes-128-ctr', hash('md5', seed, 'buffer'), Buffer.alloc(16)).update(Buffer.alloc(size))

/** A repository of a registry. */
interface Place {
  readonly host: string
  readonly name: string
}

export interface TestImage {
  /** Platforms of an index; one `linux/amd64` alone makes a plain manifest. */
  readonly platforms?: readonly string[]
  readonly layers: readonly Buffer[]
}

/** Pushes an image whose layers hold just these bytes; gives the digest that its tag leads to. */
export async function pushImage(at: Place, tag: string, image: TestImage, env: NodeJS.ProcessEnv = {}) {
  const registries = new Registries({ env })
  const push = async (bytes: Buffer) => {
    const digest = `sha256:${hash('sha256', bytes)}`
    const open = async function* (from: number, length: number) {
      yield bytes.subarray(from, from + length)
    }
    if (!(await registries.hasBlob(at, digest))) await registries.pushBlob(at, { digest, size: bytes.length, open })
    return { digest, size: bytes.length }
  }
  const manifest = async (reference: string | undefined, mediaType: string, content: object) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }))
    const digest = `sha256:${hash('sha256', bytes)}`
    await registries.pushManifest(at, reference ?? digest, { mediaType, digest, bytes })
    return { mediaType, digest, size: bytes.length }
  }
  const layers = await Promise.all(image.layers.map(push))
  const single = async (platform: string, reference?: string) => {
    const [os, architecture, variant] = platform.split('/')
    const config = await push(Buffer.from(JSON.stringify({ os, architecture, variant, rootfs: { type: 'layers' } })))
    return manifest(reference, manifestType, {
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
      layers: layers.map((each) => ({ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...each })),
    })
  }
  try {
    if (!image.platforms) return (await single('linux/amd64', tag)).digest
    const manifests = []
    for (const platform of image.platforms) {
      const [os, architecture, variant] = platform.split('/')
      manifests.push({ ...(await single(platform)), platform: { os, architecture, ...(variant && { variant }) } })
    }
    return (await manifest(tag, indexType, { manifests })).digest
  } finally {
    registries.close()
  }
}
