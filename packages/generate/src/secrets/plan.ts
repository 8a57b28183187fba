import {
  type Address,
  type DeployedSecret,
  type DeployedService,
  type Deployment,
  type Family,
  type JsonTemplate,
  type Value,
  canonicalJson,
  contentName,
  find,
  isOperation,
  percentEncode,
  walk,
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

/** A base secret with the name of the object or folder that holds it, or would if the site had none of it. */
export type BaseSecret = DeployedSecret & {
  readonly object: string
  /** Where each part is. */
  readonly keys: Readonly<Record<string, SecretKey>>
}

/** A whole value that the site has already, instead of a composed one. */
export interface ExistingValue {
  readonly service: string
  /** The variable or path. */
  readonly name: string
  readonly at: SecretKey
  readonly pieces: readonly Piece[]
}

/** Where each secret value of a deployment is stored and who reads it. No value is in here. */
export interface SecretPlan {
  /** Those that something needs: a value that is there as a whole needs none of what it would be made of. */
  readonly base: readonly BaseSecret[]
  readonly existing: readonly ExistingValue[]
  readonly composed: readonly ComposedSecret[]
  /** Per service: variable or path → the key that holds its value. */
  readonly env: ReadonlyMap<string, ReadonlyMap<string, SecretKey>>
  /** A composed value's key is a valid key everywhere and unique in its object. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, SecretKey>>
}

/** Name of a base secret's object: its id and version. */
export const secretObject = ({ id, version }: { readonly id: string; readonly version: number }): string =>
  `${id}-v${version}`

/** Name of the Secret that holds a certificate in a cluster: the site's own, or the one that is made. */
export const certificateObject = (secret: DeployedSecret): string => baseSecret(secret, 'pods').object

/** Whether a value holds a secret. */
export const holdsSecret = (value: Value): boolean => find(value, (node) => node.op === 'secret') !== undefined

/**
 * Plans the secrets of a deployment for a target that spells addresses this way. In a cluster, parts that the site has
 * are referred to where they are; a Docker host copies them, so there every base secret has a folder of its own.
 *
 * @throws TypeError on a symbol that cannot stand beside a secret, such as a fact that only the running replica knows
 */
export function planSecrets(deployment: Deployment, address: (address: Address) => string, family: Family): SecretPlan {
  const base = basesOf(deployment, family)
  const byId = new Map(deployment.secrets.map((secret) => [secret.id, secret]))
  const composer: Composer = { byId, address, base }
  // what a whole value stands for is named by what would be made instead, to be comparable
  const neutral: Composer = { ...composer, base: basesOf(deployment, 'containers') }
  const whole = family === 'pods' ? wholeValues(deployment) : new Map<string, SecretKey>()
  const composed: ComposedSecret[] = []
  const existing: ExistingValue[] = []
  const env = new Map<string, ReadonlyMap<string, SecretKey>>()
  const files = new Map<string, ReadonlyMap<string, SecretKey>>()
  const needed = new Set(certificatesOf(deployment))
  const spared = new Set<string>()
  for (const service of deployment.services) {
    const keyed = keysOf(service)
    const wholeOf = ({ name }: Keyed) => whole.get(`${service.id} ${name}`)
    const made = keyed.filter((each) => !wholeOf(each))
    for (const { value } of made) for (const id of secretsIn(value, byId)) needed.add(id)
    const bundle = composeFor(service, made, composer)
    if (bundle) composed.push(bundle)
    const locate = (each: Keyed) => {
      const at = wholeOf(each) ?? directKey(each.value, composer) ?? { object: bundle!.object, key: each.key }
      return [each.name, at] as const
    }
    for (const each of keyed) {
      const at = wholeOf(each)
      if (!at) continue
      for (const id of secretsIn(each.value, byId)) spared.add(id)
      existing.push({ service: service.id, name: each.name, at, pieces: merge(piecesOf(each.value, neutral, [])) })
    }
    env.set(service.id, new Map(keyed.filter(({ place }) => place === 'env').map(locate)))
    files.set(service.id, new Map(keyed.filter(({ place }) => place === 'file').map(locate)))
  }
  return {
    base: [...base.values()].filter(({ id }) => needed.has(id) || !spared.has(id)),
    existing,
    composed,
    env,
    files,
  }
}

const basesOf = ({ secrets }: Deployment, family: Family): Map<string, BaseSecret> =>
  new Map(
    secrets.filter(({ kind }) => kind !== 'template').map((secret) => [secret.id, baseSecret(secret, family)] as const),
  )

function baseSecret(secret: DeployedSecret, family: Family): BaseSecret {
  const made = secretObject(secret)
  const keys = Object.fromEntries(
    secret.parts.map((part): [string, SecretKey] => {
      const { name, key = part } = secret.existing?.[part] ?? {}
      return [part, family === 'pods' && name !== undefined ? { object: name, key } : { object: made, key: part }]
    }),
  )
  return { ...secret, object: Object.values(keys)[0]!.object, keys }
}

/** Values that the site has as a whole, by service and variable or path. */
const wholeValues = ({ secretSource }: Deployment): Map<string, SecretKey> =>
  new Map(
    secretSource.source === 'existing'
      ? secretSource.values.map(({ service, place, at }) => [`${service} ${place}`, { object: at.name, key: at.key }])
      : [],
  )

const certificatesOf = ({ services }: Deployment): string[] =>
  services.flatMap(({ exposures }) => exposures.flatMap(({ certificate }) => certificate ?? []))

/** The base secrets that a value is made of. */
function secretsIn(value: Value, byId: Composer['byId']): string[] {
  const found: string[] = []
  walk(value, (node) => {
    if (node.op !== 'secret') return
    const template = byId.get(node.id)?.template
    found.push(...(template === undefined ? [node.id] : secretsIn(template, byId)))
  })
  return found
}

interface Composer {
  readonly byId: ReadonlyMap<string, DeployedSecret>
  readonly base: ReadonlyMap<string, BaseSecret>
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
export function uniqueKey(name: string, taken: ReadonlySet<string>): string {
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
const directKey = (value: Value, { base }: Composer): SecretKey | undefined =>
  isOperation(value) && value.op === 'secret' ? base.get(value.id)?.keys[value.part ?? 'value'] : undefined

function composeFor(
  service: DeployedService,
  values: readonly Keyed[],
  composer: Composer,
): ComposedSecret | undefined {
  const entries = values
    .filter(({ value }) => directKey(value, composer) === undefined)
    .map(({ key, value }) => ({ key, pieces: merge(piecesOf(value, composer, [])) }))
  if (entries.length === 0) return undefined
  const versions = existingVersions(entries, composer)
  const texts = Object.fromEntries(entries.map(({ key, pieces }) => [key, pieces.map(composedText).join('')]))
  const made = versions.length === 0 ? texts : [texts, versions]
  return { object: `${service.id}-secrets-${contentName(made)}`, service: service.id, entries }
}

/** A piece of a composed value as its definition shows it: `$(<object>/<key> <encodings>)`, and `$$` for a `$`. */
function composedText(piece: Piece): string {
  if (typeof piece === 'string') return piece.replaceAll('$', '$$$$')
  return `$(${[`${piece.object}/${piece.key}`, ...piece.encode].join(' ')})`
}

/** What the site has keeps its name when it changes, so its version in the instance tells one composed value from the next. */
function existingVersions(entries: ComposedSecret['entries'], { base }: Composer): (readonly [string, number])[] {
  const places = new Set(
    entries.flatMap(({ pieces }) =>
      pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [`${piece.object}/${piece.key}`])),
    ),
  )
  return [...base.values()]
    .filter((secret) =>
      Object.values(secret.keys).some(
        ({ object, key }) => object !== secretObject(secret) && places.has(`${object}/${key}`),
      ),
    )
    .map(({ id, version }) => [id, version] as const)
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
      return [{ ...composer.base.get(value.id)!.keys[value.part ?? 'value']!, encode }]
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
    if (value.op === 'data') return [mark(canonicalJson(value.value))]
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
