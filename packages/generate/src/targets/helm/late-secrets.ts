import {
  type DeployedSecret,
  type DeployedService,
  type Deployment,
  type JsonTemplate,
  type ProductDefinition,
  type Value,
  both,
  isOperation,
  opposite,
  percentEncode,
} from '@waybill/model'
import { guardMembers, shared } from '../../late/guards.ts'
import { type Pipe, mark } from '../../late/open.ts'
import { isOpen, spellLate } from '../../late/spell-late.ts'
import { type SecretKey, holdsSecret, secretObject, uniqueKey } from '../../secrets/plan.ts'
import { spell } from '../../spelling.ts'
import type { AddressBook } from '../../pods/addresses.ts'
import type { Context } from '../../pods/context.ts'
import type { Block } from '../../pods/manifest.ts'
import { type ExistingPlace, existingName, isMapped, wholeAt } from './existing-secrets.ts'
import { isReplaced } from './service-values.ts'

type Encoding = 'percent' | 'json'

/**
 * Where secrets are kept whose values are composed from open ones: under the name that `planSecrets` gives the same values
 * once they are known.
 */
export function lateSecretKey(
  deployment: Deployment,
  addresses: AddressBook,
  { dependencies }: ProductDefinition,
): Context['secretKey'] {
  const byId = new Map(deployment.secrets.map((secret) => [secret.id, secret]))
  const composer = { byId, address: addresses.spell, place: placesOf(dependencies) }
  const bundles = new Map<string, Bundle>()
  const bundleOf = (service: DeployedService): Bundle => {
    const known = bundles.get(service.id) ?? makeBundle(service, composer)
    bundles.set(service.id, known)
    return known
  }
  return (service, place, name, value) => {
    if (place === 'env' && !holdsSecret(value)) return undefined
    const direct = directKey(value, composer)
    const { object, key } = direct ?? bundleOf(service).at(place, name)
    if (place === 'files') return { object, key, group: direct?.group ?? '' }
    const whole = wholeAt(service.id, name)
    return { object: placeMark(whole, 'name', object), key: placeMark(whole, 'key', key) }
  }
}

/** The base secrets where the product or an operator keeps them, or where the values say. */
const placesOf =
  (dependencies: ProductDefinition['dependencies']) =>
  (secret: DeployedSecret, part: string): SecretKey => {
    const at = existingName(secret.id, part)
    const kept = dependencies.flatMap(({ id, modes, operator }) => {
      const own = operator?.secrets[secret.id]
      return own === undefined || !modes.includes('operator') ? [] : [{ dependency: id, own }]
    })
    const made = (give: keyof ExistingPlace, plain: string) =>
      kept.reduce(
        (otherwise, { dependency, own }) =>
          mark({ open: 'choice', if: { op: 'mode', dependency, is: 'operator' }, then: own[give], else: otherwise }),
        plain,
      )
    return {
      object: placeMark(at, 'name', made('name', secretObject(secret))),
      key: placeMark(at, 'key', made('key', part)),
    }
  }

const placeMark = (at: string, give: 'name' | 'key', made: string): string =>
  mark({ open: 'secretPlace', at, give, made })

/** Where a certificate is kept that is made here, or that the values say the site has. */
export const lateCertificate = (secret: DeployedSecret): string =>
  placeMark(existingName(secret.id, secret.parts[0]!), 'name', secretObject(secret))

interface Composer {
  readonly byId: ReadonlyMap<string, DeployedSecret>
  readonly address: AddressBook['spell']
  readonly place: ReturnType<typeof placesOf>
}

interface Bundle {
  readonly at: (place: 'env' | 'files', name: string) => SecretKey
}

function directKey(value: Value, { byId, place }: Composer): (SecretKey & { readonly group: string }) | undefined {
  if (!isOperation(value) || value.op !== 'secret') return undefined
  const secret = byId.get(value.id)
  return secret && secret.kind !== 'template'
    ? { ...place(secret, value.part ?? 'value'), group: secret.id }
    : undefined
}

function makeBundle(service: DeployedService, composer: Composer): Bundle {
  const values = [
    ...service.env.filter(({ value }) => holdsSecret(value)).map((each) => ({ place: 'env', ...each })),
    ...service.secretFiles.map(({ path, ...each }) => ({ place: 'files', name: path, ...each })),
  ]
  const keys = new Map<string, string>()
  let members: Block = {}
  for (const { place, name, value, when } of values) {
    const id = `${place} ${name}`
    const key = keys.get(id) ?? uniqueKey(name, new Set(keys.values()))
    keys.set(id, key)
    if (directKey(value, composer)) continue
    const ours = both(opposite(isMapped(service.id, name)), opposite(isReplaced(service.id, name)))
    const kept = place === 'env' ? ours : undefined
    members = { ...members, ...guardMembers(both(when, kept), { [key]: composedText(value, composer, []) }) }
  }
  const texts = shared(`${service.id}.secrets`, members)
  const name = mark({
    open: 'composedName',
    texts,
    secrets: shared('secretPlaces', { secrets: secretPlaces(composer) }),
  })
  const object = `${service.id}-secrets-${name}`
  return { at: (place, path) => ({ object, key: keys.get(`${place} ${path}`)! }) }
}

/** Each base secret with the places of its parts. */
const secretPlaces = ({ byId, place }: Composer): Block[] =>
  [...byId.values()]
    .filter(({ kind }) => kind !== 'template')
    .map((secret) => ({
      id: secret.id,
      version: secret.version,
      made: secretObject(secret),
      places: secret.parts.map((part) => {
        const { object, key } = place(secret, part)
        return `${object}/${key}`
      }),
    }))

const encoders: Readonly<Record<Encoding, (text: string) => string>> = {
  percent: percentEncode,
  json: (text) => JSON.stringify(text).slice(1, -1),
}

/** A composed value as its definition shows it, see `composedText` of the plan of secrets. */
function composedText(value: Value, composer: Composer, encode: readonly Encoding[]): string {
  const literal = (text: string) =>
    encode.reduce((written, encoding) => encoders[encoding](written), text).replaceAll('$', '$$$$')
  const pipes: readonly Pipe[] = [...encode, 'container']
  if (!holdsSecret(value)) {
    const spelling = { literal, address: composer.address }
    if (encode.length === 0)
      return isOpen(value) ? spellLate(value, { spelling, spell, pipes }) : spell(value, spelling)
    const plain = { address: composer.address }
    return isOpen(value)
      ? mark({ open: 'piped', text: spellLate(value, { spelling: plain, spell, pipes: [] }), pipes })
      : literal(spell(value, plain))
  }
  if (!isOperation(value)) return literal(String(value))
  switch (value.op) {
    case 'concat':
      return value.parts.map((part) => composedText(part, composer, encode)).join('')
    case 'percentEncode':
      return composedText(value.value, composer, ['percent', ...encode])
    case 'json':
      return composedJson(value.value, composer, encode)
    case 'secret': {
      const secret = composer.byId.get(value.id)!
      if (secret.template !== undefined) return composedText(secret.template, composer, encode)
      const { object, key } = composer.place(secret, value.part ?? 'value')
      return `$(${[`${object}/${key}`, ...encode].join(' ')})`
    }
    default:
      throw new TypeError(`"${value.op}" cannot stand in a secret`)
  }
}

function composedJson(value: JsonTemplate, composer: Composer, encode: readonly Encoding[]): string {
  const plain = (text: string) => composedText(text, composer, encode)
  const list = (items: readonly JsonTemplate[]): string =>
    [
      plain('['),
      ...items.flatMap((item, i) => [plain(i === 0 ? '' : ','), composedJson(item, composer, encode)]),
      plain(']'),
    ].join('')
  if (isOperation(value)) {
    if (value.op === 'list') return list(value.items)
    if (value.op === 'quantity') return plain(String(value.value))
    if (isOpen(value) && !holdsSecret(value)) {
      const json = spellLate({ op: 'json', value }, { spelling: { address: composer.address }, spell, pipes: [] })
      return mark({ open: 'piped', text: json, pipes: [...encode, 'container'] })
    }
    return [plain('"'), composedText(value, composer, ['json', ...encode]), plain('"')].join('')
  }
  if (value === null || typeof value !== 'object') return plain(JSON.stringify(value))
  if (Array.isArray(value)) return list(value)
  const members = Object.entries(value).flatMap(([name, member], i) => [
    plain(`${i === 0 ? '' : ','}${JSON.stringify(name)}:`),
    composedJson(member, composer, encode),
  ])
  return [plain('{'), ...members, plain('}')].join('')
}
