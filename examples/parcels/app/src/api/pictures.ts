import { AwsClient } from 'aws4fetch'

const signatures = [
  ['image/jpeg', 'ffd8ff'],
  ['image/png', '89504e470d0a1a0a'],
  ['image/gif', '47494638'],
] as const

/** The media type of a photo by its first bytes; undefined for anything else. */
export function photoType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12))
  if (start.toString('latin1', 0, 4) === 'RIFF' && start.toString('latin1', 8, 12) === 'WEBP') return 'image/webp'
  return signatures.find(([, signature]) => start.toString('hex').startsWith(signature))?.[0]
}

/** Photos in a bucket of an object store; `url` is http://host:port/bucket. The bucket is made when it is missing. */
export function createPictures(url: string, accessKeyId: string, secretAccessKey: string, region: string) {
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region, retries: 2 })
  const bucket = url.replace(/\/$/, '')
  const send = (address: string, init: RequestInit) =>
    client.fetch(address, { ...init, signal: AbortSignal.timeout(10_000) })
  const explain = async (what: string, response: Response) =>
    new Error(
      `the object store answers ${response.status} to ${what}: ${/<Code>(\w+)/.exec(await response.text())?.[1] ?? 'no reason given'}`,
    )
  return {
    put: async (id: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void> => {
      const init = { method: 'PUT', body: bytes, headers: { 'content-type': type } }
      let response = await send(`${bucket}/${id}`, init)
      if (response.status === 404) {
        await response.body?.cancel()
        const made = await send(bucket, { method: 'PUT' })
        if (!made.ok && made.status !== 409) throw await explain('making the bucket', made)
        response = await send(`${bucket}/${id}`, init)
      }
      if (!response.ok) throw await explain('a PUT', response)
    },
    get: async (id: string): Promise<ReadableStream | undefined> => {
      const response = await send(`${bucket}/${id}`, { method: 'GET' })
      if (response.status === 404) return undefined
      if (!response.ok || !response.body) throw await explain('a GET', response)
      return response.body
    },
  }
}
export type Pictures = ReturnType<typeof createPictures>
