import { type RequestOptions, request } from 'node:https'

/** Parcels as a person outside reaches it: over TLS, by its host name. */
export interface Shop {
  readonly address: string
  readonly port: number
}

/** Sends one request through the edge and gives the status and the body. */
export function ask(shop: Shop, path: string, body?: unknown): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const options: RequestOptions = {
    host: shop.address,
    port: shop.port,
    path,
    method: payload === undefined ? 'GET' : 'POST',
    servername: 'parcels.test',
    headers: {
      host: 'parcels.test',
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
    },
    rejectUnauthorized: false, // the certificate is self-signed; who it is for is checked below
    checkServerIdentity: () => undefined,
    timeout: 15_000,
    agent: false,
  }
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in 15 seconds'))).on('error', reject)
    sent.end(payload)
  })
}

/** The same, for answers that have to be JSON with this status. */
export async function askJson<T>(shop: Shop, status: number, path: string, body?: unknown): Promise<T> {
  const answer = await ask(shop, path, body)
  if (answer.status !== status) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
  return JSON.parse(answer.text) as T
}

export interface Parcel {
  readonly id: string
  readonly recipient: string
  readonly notified?: boolean
  readonly notified_at?: string | null
  readonly scans?: readonly { readonly place: string }[]
}

/** A picture of one pixel, so that the object store has something to keep. */
export const photo = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
