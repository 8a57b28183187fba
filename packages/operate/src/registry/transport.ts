import { Agent as HttpAgent, type IncomingMessage, type OutgoingHttpHeaders, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { getCACertificates } from 'node:tls'
import { WaybillError, problem } from '@waybill/model'

export interface Request {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH'
  readonly url: URL
  readonly headers?: OutgoingHttpHeaders
  readonly body?: Body
  /** Leaves it to the caller to try again: an upload goes on from another place then. */
  readonly once?: boolean
}

/** What is sent: made again for each attempt. */
export interface Body {
  readonly length: number
  readonly open: () => AsyncIterable<Uint8Array>
}

export interface TransportOptions {
  /** For proxies: HTTP_PROXY, HTTPS_PROXY, NO_PROXY. */
  readonly env: NodeJS.ProcessEnv
  /** How to wait between attempts, in milliseconds. */
  readonly wait?: (milliseconds: number) => Promise<unknown>
}

const attempts = 5
const silence = 60_000

/** HTTP with what networks need: proxies, the system's certificates, connections kept open, another attempt after a failure. */
export class Transport {
  readonly #http: HttpAgent
  #https: HttpsAgent | undefined
  readonly #env: NodeJS.ProcessEnv
  readonly #wait: (milliseconds: number) => Promise<unknown>

  constructor({ env, wait = sleep }: TransportOptions) {
    this.#env = env
    this.#wait = wait
    this.#http = new HttpAgent({ keepAlive: true, proxyEnv: env })
  }

  /**
   * Sends a request and gives the answer, whatever its status; another attempt is made where that may help.
   *
   * @throws WaybillError (WB6001) when there is no answer
   */
  async send(request: Request): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const result = await this.#once(request).catch((error: unknown) => error)
      const isLast = request.once === true || attempt === attempts
      if (result instanceof Error) {
        if (result instanceof WaybillError) throw result
        if (isLast || !isPassing(result)) throw unreachable(request.url, result)
      } else {
        const answer = result as IncomingMessage
        if (isLast || !passing.has(answer.statusCode ?? 0)) return answer
        answer.resume()
        await this.#wait(Math.min(30_000, 1000 * Number(answer.headers['retry-after'] ?? 0) || 0))
      }
      await this.pause(attempt)
    }
  }

  /** Waits longer after each attempt. */
  pause(attempt: number): Promise<unknown> {
    return this.#wait(100 * 3 ** (attempt - 1))
  }

  #once({ method, url, headers = {}, body }: Request): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const isTls = url.protocol === 'https:'
      const sent = (isTls ? httpsRequest : httpRequest)(url, {
        method,
        agent: isTls ? this.#secure() : this.#http,
        headers: { ...headers, 'content-length': body?.length ?? 0, 'user-agent': 'waybill' },
        timeout: silence,
      })
      sent.on('response', resolve).on('error', reject)
      sent.on('timeout', () => sent.destroy(new SilenceError()))
      // a registry may refuse before it has read everything: its answer counts then, not that it stopped reading
      if (body) pipeline(Readable.from(body.open(), { objectMode: true, highWaterMark: 2 }), sent).catch(reject)
      else sent.end()
    })
  }

  /** Trusts what Node brings, NODE_EXTRA_CA_CERTS, and the store of the system. */
  #secure(): HttpsAgent {
    this.#https ??= new HttpsAgent({
      keepAlive: true,
      proxyEnv: this.#env,
      ca: [...getCACertificates('default'), ...getCACertificates('system')],
    })
    return this.#https
  }

  close(): void {
    this.#http.destroy()
    this.#https?.destroy()
  }
}

class SilenceError extends Error {
  readonly code = 'ETIMEDOUT'
  constructor() {
    super(`no answer in ${silence / 1000} seconds`)
  }
}

/** Answers that may be different in a moment. */
export const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

const passingErrors = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
])

/** Whether a failure may be gone in a moment: not so a wrong name or a wrong certificate. */
export const isPassing = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (passingErrors.has(String(error.code)) || error.code === 'ERR_STREAM_PREMATURE_CLOSE')

export function unreachable(url: URL, error: unknown): WaybillError {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error
  const message = inner instanceof Error ? inner.message : String(inner)
  return new WaybillError([problem('WB6001', [], { registry: url.host, message })])
}

/** An answer that is none to what was asked. */
export const strange = (registry: string, request: string, status: number, message: string): WaybillError =>
  new WaybillError([problem('WB6006', [], { registry, request, status, message })])
