import { createHash, hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { WaybillError, problem } from '@waybill/model'
import { type Credentials, credentialsFor } from './credentials.ts'
import { answerChallenge, challengeIn } from './login.ts'
import { type Descriptor, digestPattern, isReadable, mediaTypes } from './schema.ts'
import { bytesOf, textOf } from './text.ts'
import {
  type Body,
  type Request,
  Transport,
  type TransportOptions,
  isPassing,
  passing,
  strange,
  unreachable,
} from './transport.ts'

/** A repository of a registry: `docker.io` and `library/postgres`. */
export interface Repository {
  readonly host: string
  readonly name: string
}

/** A manifest or an index with its exact bytes. */
export interface StoredManifest {
  readonly mediaType: string
  readonly digest: string
  readonly bytes: Buffer
}

/** Content of which any part can be read, again if need be. */
export interface Content {
  readonly digest: string
  readonly size: number
  readonly open: (from: number, length: number) => AsyncIterable<Uint8Array>
}

export interface RegistryOptions extends TransportOptions {
  /** Hosts that are asked over HTTP; those on this machine are anyway. */
  readonly insecure?: readonly string[]
}

/** An answer, and who gave it in the end. */
interface Sent {
  readonly answer: IncomingMessage
  readonly origin: string
}

type Right = 'pull' | 'pull,push'
type Call = Omit<Request, 'url'> & { readonly path: string; readonly scopes: readonly string[] }

/** Pieces in which a blob is sent when it did not pass in one go. */
const chunkSize = 16 * 1024 * 1024
const uploadAttempts = 4
const downloadAttempts = 6

/** Registries that speak the OCI distribution protocol. Failures are WaybillErrors. */
export class Registries {
  readonly #transport: Transport
  readonly #env: NodeJS.ProcessEnv
  readonly #insecure: ReadonlySet<string>
  readonly #authorizations = new Map<string, string>()
  readonly #credentials = new Map<string, Promise<Credentials | undefined>>()

  constructor(options: RegistryOptions) {
    this.#transport = new Transport(options)
    this.#env = options.env
    this.#insecure = new Set(options.insecure)
  }

  close(): void {
    this.#transport.close()
  }

  /** The manifest or index behind a tag or digest. Undefined when there is none. */
  async manifest(at: Repository, reference: string): Promise<StoredManifest | undefined> {
    const path = `manifests/${reference}`
    const headers = { accept: Object.values(mediaTypes).join(', ') }
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#call(at, { method: 'GET', path, scopes: [scope(at, 'pull')], headers })
      if (answer.statusCode === 404) return void answer.resume()
      if (answer.statusCode !== 200) throw await this.#failure(at, `GET ${path}`, answer, 'pull')
      const bytes = await bytesOf(answer).catch((error: unknown) => error)
      if (bytes instanceof Buffer) return checkedManifest(at, reference, answer, bytes)
      if (attempt >= downloadAttempts || !isPassing(bytes)) throw unreachable(this.#url(at, path), bytes)
      await this.#transport.pause(attempt)
    }
  }

  /** The digest behind a tag or digest. Undefined when there is none. */
  async manifestDigest(at: Repository, reference: string): Promise<string | undefined> {
    const answer = await this.#call(at, {
      method: 'HEAD',
      path: `manifests/${reference}`,
      scopes: [scope(at, 'pull,push')],
      headers: { accept: Object.values(mediaTypes).join(', ') },
    })
    answer.resume()
    if (answer.statusCode === 404) return undefined
    if (answer.statusCode !== 200) throw await this.#failure(at, `HEAD manifests/${reference}`, answer, 'pull')
    const digest = String(answer.headers['docker-content-digest'] ?? '')
    // not every registry says it; and a page that answers to everything is none
    return digestPattern.test(digest) ? digest : (await this.manifest(at, reference))?.digest
  }

  async hasBlob(at: Repository, digest: string): Promise<boolean> {
    const answer = await this.#call(at, { method: 'HEAD', path: `blobs/${digest}`, scopes: [scope(at, 'pull,push')] })
    answer.resume()
    // some registries send the content from elsewhere
    if (answer.statusCode === 200 || answer.statusCode === 307 || answer.statusCode === 302) return true
    if (answer.statusCode === 404) return false
    // a registry whose disk was full answers so for what it only half wrote: sent again, it is whole
    if ((answer.statusCode ?? 0) >= 500) return false
    throw await this.#failure(at, `HEAD blobs/${digest}`, answer, 'pull')
  }

  /** The bytes of a blob, taken up again where a connection broke. They are the right ones when this ends without an error. */
  async *blob(at: Repository, { digest, size }: Pick<Descriptor, 'digest' | 'size'>): AsyncIterable<Buffer> {
    const seen = createHash('sha256')
    let position = 0
    for (let attempt = 1; position < size; attempt++) {
      const answer = await this.#open(at, digest, position)
      const isPart = answer.statusCode === 206
      let skip = isPart ? 0 : position
      try {
        for await (const chunk of answer as AsyncIterable<Buffer>) {
          const rest = chunk.subarray(Math.min(skip, chunk.length))
          skip -= chunk.length - rest.length
          if (rest.length === 0) continue
          position += rest.length
          if (position > size) throw mismatch(at, digest, size, `more than ${size} bytes`)
          seen.update(rest)
          yield rest
        }
      } catch (error) {
        if (error instanceof WaybillError || !isPassing(error)) throw error
        if (attempt >= downloadAttempts) throw unreachable(this.#url(at, `blobs/${digest}`), error)
      }
      if (position < size) {
        if (attempt >= downloadAttempts) throw mismatch(at, digest, size, `${position} bytes`)
        await this.#transport.pause(attempt)
      }
    }
    const found = `sha256:${seen.digest('hex')}`
    if (found !== digest) throw mismatch(at, digest, size, found)
  }

  async #open(at: Repository, digest: string, from: number): Promise<IncomingMessage> {
    const answer = await this.#call(at, {
      method: 'GET',
      path: `blobs/${digest}`,
      scopes: [scope(at, 'pull')],
      ...(from > 0 && { headers: { range: `bytes=${from}-` } }),
    })
    if (answer.statusCode === 200 || answer.statusCode === 206) return answer
    throw await this.#failure(at, `GET blobs/${digest}`, answer, 'pull')
  }

  /** Takes a blob over from another repository of the same registry. Gives false when the registry does not do it. */
  async mountBlob(at: Repository, digest: string, from: Repository): Promise<boolean> {
    const query = new URLSearchParams({ mount: digest, from: from.name })
    const answer = await this.#call(at, {
      method: 'POST',
      path: `blobs/uploads/?${query}`,
      scopes: [scope(at, 'pull,push'), scope(from, 'pull')],
    })
    answer.resume()
    if (answer.statusCode === 201) return true
    // a registry that does not know mounts opens an upload instead, which ends by itself
    if (answer.statusCode === 202 || answer.statusCode === 404 || answer.statusCode === 405) return false
    throw await this.#failure(at, 'POST blobs/uploads/', answer, 'push to')
  }

  /** Writes a blob: in one go first, and in pieces where that fails. */
  async pushBlob(at: Repository, content: Content): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const upload = await this.#startUpload(at)
      try {
        const answer =
          attempt === 1 ? await this.#putWhole(at, upload, content) : await this.#putPieces(at, upload, content)
        const status = answer.statusCode ?? 0
        if (status === 201 || status === 204) return void answer.resume()
        const isWorthMore = attempt < uploadAttempts && (passing.has(status) || (status === 413 && attempt === 1))
        if (!isWorthMore) throw await this.#failure(at, `PUT blobs/uploads (${content.digest})`, answer, 'push to')
        answer.resume()
      } catch (error) {
        if (!isBroken(error) || attempt >= uploadAttempts) throw error
      }
      await this.#transport.pause(attempt)
    }
  }

  async #startUpload(at: Repository): Promise<URL> {
    const answer = await this.#call(at, { method: 'POST', path: 'blobs/uploads/', scopes: [scope(at, 'pull,push')] })
    if (answer.statusCode !== 202) throw await this.#failure(at, 'POST blobs/uploads/', answer, 'push to')
    answer.resume()
    return this.#location(at, answer)
  }

  #putWhole(at: Repository, upload: URL, { digest, size, open }: Content): Promise<IncomingMessage> {
    return this.#upload(at, 'PUT', withDigest(upload, digest), { length: size, open: () => open(0, size) })
  }

  /** After a broken connection the registry says how much it has, and the next piece begins there. */
  async #putPieces(at: Repository, start: URL, { digest, size, open }: Content): Promise<IncomingMessage> {
    let place = { upload: start, from: 0 }
    for (let failures = 0; place.from < size;) {
      const { upload, from } = place
      const length = Math.min(chunkSize, size - from)
      try {
        const answer = await this.#upload(at, 'PATCH', upload, { length, open: () => open(from, length) }, from)
        if (answer.statusCode !== 202 && answer.statusCode !== 201) return answer
        answer.resume()
        place = { upload: this.#location(at, answer), from: from + length }
        failures = 0
      } catch (error) {
        if (!isBroken(error) || ++failures >= uploadAttempts) throw error
        await this.#transport.pause(failures)
        place = await this.#resumeUpload(at, upload)
      }
    }
    return this.#upload(at, 'PUT', withDigest(place.upload, digest), undefined)
  }

  async #resumeUpload(at: Repository, upload: URL): Promise<{ upload: URL; from: number }> {
    const answer = await this.#authorized(at, { method: 'GET', url: upload }, [scope(at, 'pull,push')])
    if (answer.statusCode !== 204 && answer.statusCode !== 202)
      throw await this.#failure(at, 'GET blobs/uploads', answer, 'push to')
    answer.resume()
    const [, last] = /^(?:bytes=)?0-(\d+)$/.exec(answer.headers.range ?? '') ?? []
    // a registry cannot say "nothing": it writes 0-0 then, which is also one byte
    return { upload: this.#location(at, answer), from: last === undefined || last === '0' ? 0 : Number(last) + 1 }
  }

  #upload(at: Repository, method: 'PUT' | 'PATCH', url: URL, body: Body | undefined, from?: number) {
    const headers = {
      'content-type': 'application/octet-stream',
      ...(from !== undefined && body && { 'content-range': `${from}-${from + body.length - 1}` }),
    }
    return this.#authorized(at, { method, url, headers, once: true, ...(body && { body }) }, [scope(at, 'pull,push')])
  }

  /** Writes a manifest under a tag or its digest. All that it names has to be there. */
  async pushManifest(at: Repository, reference: string, { mediaType, bytes }: StoredManifest): Promise<void> {
    const answer = await this.#call(at, {
      method: 'PUT',
      path: `manifests/${reference}`,
      scopes: [scope(at, 'pull,push')],
      headers: { 'content-type': mediaType },
      body: {
        length: bytes.length,
        open: async function* () {
          yield bytes
        },
      },
    })
    if (answer.statusCode !== 201 && answer.statusCode !== 200)
      throw await this.#failure(at, `PUT manifests/${reference}`, answer, 'push to')
    answer.resume()
  }

  #call(at: Repository, { path, scopes, ...request }: Call): Promise<IncomingMessage> {
    return this.#authorized(at, { ...request, url: this.#url(at, path) }, scopes)
  }

  /** Sends with the authorization that is known; after a challenge with a new one. Follows where a blob is really kept. */
  async #authorized(at: Repository, request: Request, scopes: readonly string[]): Promise<IncomingMessage> {
    const key = [at.host, ...scopes].join(' ')
    const home = this.#url(at, '').origin
    const { answer: first, origin } = await this.#send(request, home, this.#authorizations.get(key))
    // another host that the registry led to may ask for a login, but it is not the one that this login is for
    if (first.statusCode !== 401 || origin !== home) return first
    const challenge = challengeIn(first)
    first.resume()
    const credentials = await this.#credentialsOf(at.host)
    const authorization = challenge && (await answerChallenge(challenge, scopes, credentials, this.#transport))
    if (authorization === undefined) throw needsLogin(at)
    this.#authorizations.set(key, authorization)
    const { answer: second, origin: last } = await this.#send(request, home, authorization)
    if (second.statusCode === 401 && last === home) throw needsLogin(at)
    return second
  }

  /** Sends a request, and again to where it leads. The login goes to the registry alone, not to the store that it leads to. */
  async #send(request: Request, home: string, authorization: string | undefined, redirects = 0): Promise<Sent> {
    const { origin } = request.url
    const answer = await this.#transport.send({
      ...request,
      headers: { ...request.headers, ...(authorization !== undefined && origin === home && { authorization }) },
    })
    const isMoved = [301, 302, 303, 307, 308].includes(answer.statusCode ?? 0)
    const { location } = answer.headers
    if (request.method !== 'GET' || !isMoved || location === undefined || redirects >= 5) return { answer, origin }
    answer.resume()
    const url = urlIn(location, request.url, request.method, answer)
    return this.#send({ ...request, url }, home, authorization, redirects + 1)
  }

  #credentialsOf(host: string): Promise<Credentials | undefined> {
    const known = this.#credentials.get(host) ?? credentialsFor(host, this.#env)
    this.#credentials.set(host, known)
    return known
  }

  #url({ host, name }: Repository, path: string): URL {
    const isPlain = this.#insecure.has(host) || /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host)
    const asked = host === 'docker.io' ? 'registry-1.docker.io' : host
    return new URL(`${isPlain ? 'http' : 'https'}://${asked}/v2/${name}/${path}`)
  }

  #location(at: Repository, answer: IncomingMessage): URL {
    return urlIn(answer.headers.location ?? '', this.#url(at, ''), 'an upload', answer)
  }

  async #failure(at: Repository, request: string, answer: IncomingMessage, action: string): Promise<WaybillError> {
    const status = answer.statusCode ?? 0
    const text = answer.readableEnded ? '' : await textOf(answer).catch(() => '')
    if (status === 403)
      return new WaybillError([problem('WB6003', [], { registry: at.host, repository: at.name, action })])
    return strange(at.host, `${request} of ${at.name}`, status, messageIn(text))
  }
}

const scope = ({ name }: Repository, right: Right): string => `repository:${name}:${right}`

function withDigest(upload: URL, digest: string): URL {
  const url = new URL(upload)
  url.searchParams.set('digest', digest)
  return url
}

/** What a registry gave for a reference: the right bytes, and not those of a page that something else put in its place. */
function checkedManifest(
  at: Repository,
  reference: string,
  { headers }: IncomingMessage,
  bytes: Buffer,
): StoredManifest {
  const digest = `sha256:${hash('sha256', bytes)}`
  if (digestPattern.test(reference) && digest !== reference)
    throw new WaybillError([
      problem('WB6007', [], { what: `${at.host}/${at.name}`, expected: reference, found: digest }),
    ])
  const mediaType = (headers['content-type'] ?? '').split(';')[0]!.trim()
  if (isReadable({ mediaType, bytes })) return { mediaType, digest, bytes }
  throw strange(at.host, `GET manifests/${reference} of ${at.name}`, 200, `this is no ${mediaType}`)
}

/** Where an answer leads. */
function urlIn(location: string, from: URL, request: string, { statusCode = 0 }: IncomingMessage): URL {
  if (URL.canParse(location, from)) return new URL(location, from)
  throw strange(from.host, request, statusCode, 'it leads to what is no address')
}

/** Whether there was no answer at all. */
const isBroken = (error: unknown): boolean =>
  error instanceof WaybillError && error.problems.some(({ code }) => code === 'WB6001')

const needsLogin = ({ host, name }: Repository): WaybillError =>
  new WaybillError([problem('WB6002', [], { registry: host, repository: name })])

const mismatch = (at: Repository, digest: string, size: number, found: string): WaybillError =>
  new WaybillError([
    problem('WB6007', [], { what: `a blob of ${at.host}/${at.name}`, expected: `${digest} (${size} bytes)`, found }),
  ])

/** What a registry says went wrong: its errors, else the start of the text. */
function messageIn(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string; detail?: unknown }[] }
    const said = errors?.map(({ code, message, detail }) =>
      [code, message, detail === undefined || detail === null ? '' : JSON.stringify(detail)].filter(Boolean).join(' '),
    )
    if (said && said.length > 0) return said.join('; ').slice(0, 500)
  } catch {
    // text of a proxy
  }
  const plain = text.replaceAll(/<[^>]*>|\s+/g, ' ').trim()
  return plain === '' ? 'it gave no reason' : plain.slice(0, 200)
}
