import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

export type SignedRequest = {
  method: string
  /** Path and query as they came. */
  url: string
  headers: Record<string, string | undefined>
}
export type Credentials = { user: string; password: string }
/** `undefined` when the request is signed by `credentials`; otherwise the code of the S3 error to answer. */
export type Verdict =
  'AccessDenied' | 'InvalidAccessKeyId' | 'SignatureDoesNotMatch' | 'RequestTimeTooSkewed' | undefined

const quarterHour = 15 * 60_000
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** Checks an AWS Signature Version 4 in the Authorization header, as the S3 manual describes it; `now` in milliseconds. */
export function verify(request: SignedRequest, credentials: Credentials, now: number): Verdict {
  const { authorization = '', 'x-amz-date': date = '', 'x-amz-content-sha256': payload = '' } = request.headers
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/((\d{8})\/([^/]+)\/s3\/aws4_request), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  const stamp = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)
  if (!match || !stamp) return 'AccessDenied'
  const [, user, scope = '', day = '', region = '', signed = '', signature = ''] = match
  const time = Date.parse(`${stamp.slice(1, 4).join('-')}T${stamp.slice(4).join(':')}Z`)
  if (user !== credentials.user) return 'InvalidAccessKeyId'
  const names = signed.split(';')
  if (!names.includes('host') || !names.includes('x-amz-date') || !date.startsWith(day)) return 'AccessDenied'
  if (Math.abs(time - now) > quarterHour) return 'RequestTimeTooSkewed'

  const [path = '/', query = ''] = request.url.split('?', 2)
  const pairs = [...new URLSearchParams(query)].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const headers = names.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`).join('')
  const canonicalPath = path
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/')
  const canonical = [request.method, canonicalPath, pairs.join('&'), headers, signed, payload].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(hmac(`AWS4${credentials.password}`, day), region))
  const right = hmac(key, ['AWS4-HMAC-SHA256', date, scope, digest].join('\n'))
  return timingSafeEqual(right, Buffer.from(signature, 'hex')) ? undefined : 'SignatureDoesNotMatch'
}
