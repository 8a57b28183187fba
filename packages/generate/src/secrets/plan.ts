import {
  type Address,
  type DeployedSecret,
  type DeployedService,
  type Deployment,
  type JsonTemplate,
  type Value,
  contentName,
  find,
  isOperation,
  percentEncode,
} from '@waybill/model'

/** One key of a stored secret, by the name of the object or folder that holds it. */
export interface SecretKey {
  readonly object: string
  readonly key: string
}

/** How a value is written where it stands: `percent` inside of a URL (RFC 3986), `json` inside of a JSON string. */
export type Encoding = 'percent' | 'json'

/** A piece of a composed value: literal text, or a part of a base secret with what is done to it, first to last. */
export type Piece = string | { readonly object: string; readonly key: string; readonly encode: readonly Encoding[] }

/** Values that hold secrets among other text: put together on site, under a name that follows their definition and versions. */
export interface ComposedSecret {
  readonly object: string
  readonly service: string
  readonly entries: readonly { readonly key: string; readonly pieces: readonly Piece[] }[]
}

/** Where each secret value of a deployment is stored and who reads it. No value is in here. */
export interface SecretPlan {
  readonly base: readonly (DeployedSecret & { readonly object: string })[]
  readonly composed: readonly ComposedSecret[]
  /** Per service: variable or path → the key that holds its value. */
  readonly env: ReadonlyMap<string, ReadonlyMap<string, SecretKey>>
  /** A composed value's key is a valid key everywhere and unique in its object. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, SecretKey>>
}

/** Name of a base secret's object: its id and version. */
export const secretObject = ({ id, version }: { readonly id: string; readonly version: number }): string =>
  `${id}-v${version}`

/** Whether a value holds a secret. */
export const holdsSecret = (value: Value): boolean => find(value, (node) => node.op === 'secret') !== undefined

/**
 * Plans the secrets of a deployment for a target that spells addresses this way.
 *
 * @throws TypeError on a symbol that cannot stand beside a secret, such as a fact that only the running replica knows
 */
export function planSecrets(deployment: Deployment, address: (address: Address) => string): SecretPlan {
  const byId = new Map(deployment.secrets.map((secret) => [secret.id, secret]))
  const composer = { byId, address }
  const composed: ComposedSecret[] = []
  const env = new Map<string, ReadonlyMap<string, SecretKey>>()
  const files = new Map<string, ReadonlyMap<string, SecretKey>>()
  for (const service of deployment.services) {
    const keyed = keysOf(service)
    const bundle = composeFor(service, keyed, composer)
    if (bundle) composed.push(bundle)
    const locate = ({ name, key, value }: Keyed) =>
      [name, directKey(value, composer) ?? { object: bundle!.object, key }] as const
    env.set(service.id, new Map(keyed.filter(({ place }) => place === 'env').map(locate)))
    files.set(service.id, new Map(keyed.filter(({ place }) => place === 'file').map(locate)))
  }
  const base = deployment.secrets
    .filter(({ kind }) => kind !== 'template')
    .map((secret) => ({ ...secret, object: secretObject(secret) }))
  return { base, composed, env, files }
}

interface Composer {
  readonly byId: ReadonlyMap<string, DeployedSecret>
  readonly address: (address: Address) => string
}

/** A variable or path of a service whose value holds a secret, and the key that it gets where it is composed. */
interface Keyed {
  readonly place: 'env' | 'file'
  readonly name: string
  readonly key: string
  readonly value: Value
}

function keysOf(service: DeployedService): Keyed[] {
  const taken = new Set<string>()
  const variables = service.env.map(({ name, value }) => ({ place: 'env' as const, name, value }))
  const paths = service.secretFiles.map(({ path, value }) => ({ place: 'file' as const, name: path, value }))
  return [...variables.filter(({ value }) => holdsSecret(value)), ...paths].map((each) => {
    const key = uniqueKey(each.name, taken)
    taken.add(key)
    return { ...each, key }
  })
}

/** A key that every store accepts, for a variable or a path inside of a container. */
function uniqueKey(name: string, taken: ReadonlySet<string>): string {
  const clean = name
    .replace(/^\//, '')
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\./, '_.')
    .slice(-200)
  let key = clean
  for (let next = 2; taken.has(key); next++) key = `${clean}-${next}`
  return key
}

/** The key of a value that is one base secret and nothing else. */
function directKey(value: Value, { byId }: Composer): SecretKey | undefined {
  if (!isOperation(value) || value.op !== 'secret') return undefined
  const secret = byId.get(value.id)
  if (!secret || secret.kind === 'template') return undefined
  return { object: secretObject(secret), key: value.part ?? 'value' }
}

function composeFor(
  service: DeployedService,
  values: readonly Keyed[],
  composer: Composer,
): ComposedSecret | undefined {
  const entries = values
    .filter(({ value }) => directKey(value, composer) === undefined)
    .map(({ key, value }) => ({ key, pieces: merge(piecesOf(value, composer, [])) }))
  if (entries.length === 0) return undefined
  return { object: `${service.id}-secrets-${contentName(entries)}`, service: service.id, entries }
}

function piecesOf(value: Value, composer: Composer, encode: readonly Encoding[]): Piece[] {
  if (!isOperation(value)) return [encoded(String(value), encode)]
  switch (value.op) {
    case 'concat':
      return value.parts.flatMap((part) => piecesOf(part, composer, encode))
    case 'percentEncode':
      return piecesOf(value.value, composer, ['percent', ...encode])
    case 'json':
      return jsonPieces(value.value, composer, encode)
    case 'address':
      return [encoded(composer.address(value), encode)]
    case 'secret': {
      const secret = composer.byId.get(value.id)!
      if (secret.template !== undefined) return piecesOf(secret.template, composer, encode)
      return [{ object: secretObject(secret), key: value.part ?? 'value', encode }]
    }
    default:
      throw new TypeError(`"${value.op}" cannot stand in a secret`)
  }
}

function jsonPieces(value: JsonTemplate, composer: Composer, encode: readonly Encoding[]): Piece[] {
  const mark = (text: string) => encoded(text, encode)
  const list = (items: readonly JsonTemplate[]): Piece[] => [
    mark('['),
    ...items.flatMap((item, i) => [mark(i === 0 ? '' : ','), ...jsonPieces(item, composer, encode)]),
    mark(']'),
  ]
  if (isOperation(value)) {
    if (value.op === 'quantity') return [mark(String(value.value))]
    if (value.op === 'list') return list(value.items)
    return [mark('"'), ...piecesOf(value, composer, ['json', ...encode]), mark('"')]
  }
  if (value === null || typeof value !== 'object') return [mark(JSON.stringify(value))]
  if (Array.isArray(value)) return list(value)
  return [
    mark('{'),
    ...Object.entries(value).flatMap(([name, member], i) => [
      mark(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`),
      ...jsonPieces(member, composer, encode),
    ]),
    mark('}'),
  ]
}

const encoders: Readonly<Record<Encoding, (text: string) => string>> = {
  percent: percentEncode,
  json: (text) => JSON.stringify(text).slice(1, -1),
}
const encoded = (text: string, encode: readonly Encoding[]): string =>
  encode.reduce((written, encoding) => encoders[encoding](written), text)

/** Joins neighbouring literals. */
function merge(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = []
  for (const piece of pieces) {
    const last = merged.at(-1)
    if (typeof piece === 'string' && typeof last === 'string') merged[merged.length - 1] = last + piece
    else if (piece !== '') merged.push(piece)
  }
  return merged
}
