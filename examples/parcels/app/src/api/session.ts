import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'

const sign = (id: string, key: string) => createHmac('sha256', key).update(id).digest('base64url')

/** A new visitor's cookie value: an id that only a holder of `key` can have made. */
export function newSession(key: string): { id: string; cookie: string } {
  const id = randomUUID()
  return { id, cookie: `${id}.${sign(id, key)}` }
}

/** The id in a cookie, or undefined when it is missing, was not signed with `key`, or was changed. */
export function sessionOf(cookie: string | undefined, key: string): string | undefined {
  const [id, signature] = (cookie ?? '').split('.')
  if (!id || !signature) return undefined
  const [given, right] = [Buffer.from(signature), Buffer.from(sign(id, key))]
  return given.length === right.length && timingSafeEqual(given, right) ? id : undefined
}
