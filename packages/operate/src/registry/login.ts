import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import type { Credentials } from './credentials.ts'
import { isOf } from './schema.ts'
import { textOf } from './text.ts'
import { type Transport, strange } from './transport.ts'

const TokenAnswer = z.looseObject({ token: z.string().exactOptional(), access_token: z.string().exactOptional() })

/** How a registry wants to be asked: the `WWW-Authenticate` header in its parts. */
export interface Challenge {
  readonly scheme: string
  readonly params: Readonly<Record<string, string>>
}

export function challengeIn({ headers }: IncomingMessage): Challenge | undefined {
  const [, scheme, rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(headers['www-authenticate'] ?? '') ?? []
  if (scheme === undefined) return undefined
  const params = [...rest.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]*))/g)]
  return {
    scheme: scheme.toLowerCase(),
    params: Object.fromEntries(params.map(([, name, quoted, plain]) => [name!.toLowerCase(), quoted ?? plain ?? ''])),
  }
}

/**
 * What to put into the `Authorization` header after a challenge.
 *
 * @param scopes what is wanted, such as `repository:library/postgres:pull`
 * @returns undefined when no login is at hand that the registry would take
 */
export async function answerChallenge(
  { scheme, params }: Challenge,
  scopes: readonly string[],
  credentials: Credentials | undefined,
  transport: Transport,
): Promise<string | undefined> {
  if (scheme === 'basic')
    return credentials && 'user' in credentials ? basic(credentials.user, credentials.password) : undefined
  const { realm, service } = params
  if (scheme !== 'bearer' || realm === undefined || !URL.canParse(realm)) return undefined
  const answer =
    credentials && 'identityToken' in credentials
      ? await exchange(realm, service, scopes, credentials.identityToken, transport)
      : await fetchToken(realm, service, scopes, credentials, transport)
  const status = answer.statusCode ?? 0
  const text = await textOf(answer).catch(() => '')
  // some write 400 for a login that they do not take
  if (status >= 400 && status < 500) return undefined
  if (status !== 200 || !isOf(TokenAnswer, text))
    throw strange(new URL(realm).host, 'the question for a token', status, 'this is no token')
  const { token, access_token: access } = TokenAnswer.parse(JSON.parse(text))
  const found = token ?? access
  return found === undefined ? undefined : `Bearer ${found}`
}

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

function fetchToken(
  realm: string,
  service: string | undefined,
  scopes: readonly string[],
  credentials: { readonly user: string; readonly password: string } | undefined,
  transport: Transport,
): Promise<IncomingMessage> {
  const url = new URL(realm)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const headers = credentials ? { authorization: basic(credentials.user, credentials.password) } : {}
  return transport.send({ method: 'GET', url, headers })
}

/** An identity token is exchanged as OAuth 2 does with refresh tokens. */
function exchange(
  realm: string,
  service: string | undefined,
  scopes: readonly string[],
  identityToken: string,
  transport: Transport,
): Promise<IncomingMessage> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    service: service ?? '',
    client_id: 'waybill',
    scope: scopes.join(' '),
    refresh_token: identityToken,
  })
  const bytes = Buffer.from(form.toString())
  return transport.send({
    method: 'POST',
    url: new URL(realm),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: { length: bytes.length, open: () => oneChunk(bytes) },
  })
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
