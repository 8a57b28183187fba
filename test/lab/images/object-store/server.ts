// A stand-in for MinIO: `minio server /data --address :9000`. PUT, HEAD and list (V2) of buckets, PUT, GET, HEAD and DELETE of whole
// objects up to 100 MiB, path style, each signed with Signature Version 4; no multipart, versions, policies or console.
import { createHash } from 'node:crypto'
import { access, constants } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { type Credentials, verify } from './signature.ts'
import { createStorage, type Meta, type Storage } from './storage.ts'

const mostBytes = 100 * 1024 * 1024
const status: Record<string, number> = {
  NoSuchBucket: 404,
  NoSuchKey: 404,
  BucketAlreadyOwnedByYou: 409,
  NotImplemented: 501,
  InternalError: 500,
  MethodNotAllowed: 405,
  EntityTooLarge: 400,
  XAmzContentSHA256Mismatch: 400,
  InvalidBucketName: 400,
}

const escape = (text: string) => text.replace(/[<>&]/g, (c) => `&#${c.charCodeAt(0)};`)
const xml = (response: ServerResponse, code: number, text: string) =>
  response.writeHead(code, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`)
const refuse = (response: ServerResponse, code: string) =>
  xml(response, status[code] ?? 403, `<Error><Code>${code}</Code></Error>`)

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const listing = (bucket: string, prefix: string, metas: readonly Meta[], after: string, most: number) => {
  const rest = metas.filter(({ key }) => key > after)
  const page = rest.slice(0, most)
  const more = rest.length > page.length
  const contents = page.map(
    ({ key, at, etag, size }) =>
      `<Contents><Key>${escape(key)}</Key><LastModified>${at}</LastModified><ETag>"${etag}"</ETag><Size>${size}</Size></Contents>`,
  )
  const next = more ? `<NextContinuationToken>${escape(page.at(-1)?.key ?? '')}</NextContinuationToken>` : ''
  return `<ListBucketResult><Name>${bucket}</Name><Prefix>${escape(prefix)}</Prefix><KeyCount>${page.length}</KeyCount><MaxKeys>${most}</MaxKeys><IsTruncated>${more}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`
}

async function answerBucket(
  storage: Storage,
  bucket: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const known = await storage.hasBucket(bucket)
  if (request.method === 'PUT') {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return refuse(response, 'InvalidBucketName')
    if (!(await storage.makeBucket(bucket))) return refuse(response, 'BucketAlreadyOwnedByYou')
    return response.writeHead(200, { location: `/${bucket}` }).end()
  }
  if (!known) return refuse(response, 'NoSuchBucket')
  if (request.method === 'HEAD') return response.writeHead(200).end()
  if (request.method !== 'GET') return refuse(response, 'MethodNotAllowed')
  const prefix = url.searchParams.get('prefix') ?? ''
  const after = url.searchParams.get('continuation-token') ?? url.searchParams.get('start-after') ?? ''
  const most = Math.min(Number(url.searchParams.get('max-keys') ?? 1000), 1000)
  return xml(response, 200, listing(bucket, prefix, await storage.list(bucket, prefix), after, most))
}

async function answerObject(
  storage: Storage,
  bucket: string,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
) {
  if (!(await storage.hasBucket(bucket))) return refuse(response, 'NoSuchBucket')
  if (request.method === 'PUT') {
    const promised = request.headers['x-amz-content-sha256']
    if (typeof promised === 'string' && promised.startsWith('STREAMING-')) return refuse(response, 'NotImplemented')
    const bytes = await readBody(request)
    if (!bytes) return refuse(response, 'EntityTooLarge')
    const got = createHash('sha256').update(bytes).digest('hex')
    if (promised !== 'UNSIGNED-PAYLOAD' && promised !== got) return refuse(response, 'XAmzContentSHA256Mismatch')
    const meta = await storage.put(bucket, key, request.headers['content-type'] ?? 'application/octet-stream', bytes)
    return response.writeHead(200, { etag: `"${meta.etag}"` }).end()
  }
  if (request.method === 'DELETE') {
    await storage.remove(bucket, key)
    return response.writeHead(204).end()
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 'MethodNotAllowed')
  const found = await storage.get(bucket, key)
  if (!found) return refuse(response, 'NoSuchKey')
  const { type, size, etag, at } = found.meta
  response.writeHead(200, {
    'content-type': type,
    'content-length': size,
    etag: `"${etag}"`,
    'last-modified': new Date(at).toUTCString(),
  })
  return request.method === 'HEAD' ? response.end() : pipeline(found.body(), response)
}

async function answer(storage: Storage, credentials: Credentials, request: IncomingMessage, response: ServerResponse) {
  const { method = 'GET', url: target = '/' } = request
  const url = new URL(target, 'http://store')
  if (/^\/minio\/health\/(live|ready|cluster)$/.test(url.pathname)) return response.writeHead(200).end()
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const verdict = verify({ method, url: target, headers }, credentials, Date.now())
  if (verdict) return refuse(response, verdict)
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent)
  const key = rest.join('/')
  if (bucket.startsWith('.')) return refuse(response, 'InvalidBucketName')
  if (key) return answerObject(storage, bucket, key, request, response)
  if (bucket) return answerBucket(storage, bucket, url, request, response)
  const all = (await storage.buckets()).map((name) => `<Bucket><Name>${name}</Name></Bucket>`)
  return xml(response, 200, `<ListAllMyBucketsResult><Buckets>${all.join('')}</Buckets></ListAllMyBucketsResult>`)
}

function die(message: string): never {
  process.stderr.write(`FATAL ${message}\n`)
  process.exit(1)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    address: { type: 'string', default: ':9000' },
    'console-address': { type: 'string' },
    quiet: { type: 'boolean' },
  },
})
const [command, folder] = positionals
const { MINIO_ROOT_USER: user = 'minioadmin', MINIO_ROOT_PASSWORD: password = 'minioadmin' } = process.env
if (command !== 'server' || !folder) die('usage: minio server DIR [--address :9000]')
if (user.length < 3 || password.length < 8) die('MINIO_ROOT_USER needs 3 characters, MINIO_ROOT_PASSWORD 8')
await access(folder, constants.W_OK).catch(() => die(`unable to write to ${folder}: file access denied`))

const storage = createStorage(folder)
const server = createServer((request, response) => {
  answer(storage, { user, password }, request, response).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    if (response.headersSent) response.destroy()
    else refuse(response, 'InternalError')
  })
})
const [, host, port] = /^(.*):(\d+)$/.exec(values.address) ?? die(`"${values.address}" is not host:port`)
server.listen({ port: Number(port), ...(host && { host }) }, () =>
  process.stdout.write(`object store: ${folder} on ${values.address}\n`),
)
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0))
    server.closeIdleConnections()
    setTimeout(() => process.exit(0), 5000).unref()
  })
}
