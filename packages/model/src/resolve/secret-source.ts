import { type Problem, problem } from '../errors/problem.ts'
import { nearest } from '../nearest.ts'
import { type Catalog, secretParts } from '../product/catalog.ts'
import type { InstanceDefinition, SecretChoices } from '../instance/schema.ts'
import type { DeployedSecret, ExistingPart, ExistingValue, SecretSource } from './deployment.ts'
import { mirrored } from './images.ts'
import type { Resolver } from './resolver.ts'

type Existing = NonNullable<SecretChoices['existing']>[string]

/** What `instance.yaml` says of values that are there already: parts of secrets, and whole values of services. */
interface Mappings {
  readonly parts: ReadonlyMap<string, Readonly<Record<string, ExistingPart>>>
  readonly values: readonly ExistingValue[]
}

/** Where the secrets of an instance come from, and the parts that the site has already, by secret. */
export interface ReadSource {
  readonly source: SecretSource
  readonly parts: Mappings['parts']
}

/** Reads where the secrets come from; every mistake in the words for it is reported. */
export function readSecretSource(catalog: Catalog, instance: InstanceDefinition, problems: Problem[]): ReadSource {
  const choices = instance.secrets ?? {}
  problems.push(...wordsWithoutEffect(choices))
  const { parts, values } = readMappings(catalog, choices.existing ?? {}, problems)
  switch (choices.source ?? 'precreated') {
    case 'precreated':
      return { source: { source: 'precreated' }, parts: new Map() }
    case 'existing':
      return { source: { source: 'existing', values }, parts }
    case 'externalSecrets': {
      if (!choices.store) problems.push(lacking('externalSecrets', '"store"', 'store: { name: vault }'))
      const { name = '', kind = 'SecretStore', prefix = '', property } = choices.store ?? {}
      return {
        source: {
          source: 'externalSecrets',
          store: { name, kind, prefix, ...(property !== undefined && { property }) },
        },
        parts: new Map(),
      }
    }
    case 'job': {
      if (!choices.job) problems.push(lacking('job', '"job"', 'job: { image: registry.example.com/secrets-tools:1 }'))
      const image = jobImage(choices.job?.image ?? '', instance.site?.registry)
      return { source: { source: 'job', image }, parts: new Map() }
    }
  }
}

/** The secrets that operators keep for the dependencies that they run, and then what the instance says. */
export function partsWithOperators(
  { catalog, choices }: Pick<Resolver, 'catalog' | 'choices'>,
  parts: Mappings['parts'],
): Mappings['parts'] {
  const kept = catalog.product.dependencies.flatMap(({ id, operator }) =>
    choices.modes.get(id) === 'operator' ? Object.entries(operator?.secrets ?? {}) : [],
  )
  return new Map<string, Readonly<Record<string, ExistingPart>>>([
    ...kept.map(([id, at]) => [id, { value: at }] as const),
    ...parts,
  ])
}

/** A secret with the parts of it that the site has already. */
export function withExisting(secret: DeployedSecret, parts: Mappings['parts']): DeployedSecret {
  const existing = parts.get(secret.id)
  return existing ? { ...secret, existing } : secret
}

/** Mapped to the site's registry like every other image, unless it is of that registry already. */
const jobImage = (image: string, registry: string | undefined): string =>
  registry !== undefined && image.startsWith(`${registry}/`) ? image : mirrored(image, registry)

const lacking = (source: string, needs: string, example: string): Problem =>
  problem('WB2050', ['secrets', 'source'], { source, needs, example })

/** Words for a source that was not chosen. */
function wordsWithoutEffect({ source = 'precreated', store, existing, job }: SecretChoices): Problem[] {
  const words = [
    { word: 'store', given: store, of: 'externalSecrets' },
    { word: 'existing', given: existing, of: 'existing' },
    { word: 'job', given: job, of: 'job' },
  ]
  return words
    .filter(({ given, of }) => given !== undefined && of !== source)
    .map(({ word, of }) =>
      problem('WB2011', ['secrets', word], { what: `"${word}"`, condition: `"source" is "${of}"` }),
    )
}

function readMappings(catalog: Catalog, existing: Readonly<Record<string, Existing>>, problems: Problem[]): Mappings {
  const parts = new Map<string, Record<string, ExistingPart>>()
  const values: ExistingValue[] = []
  const wrong = (key: string, why: string, fix: string) =>
    problems.push(problem('WB2052', ['secrets', 'existing', key], { key, why, fix }))
  for (const [key, given] of Object.entries(existing)) {
    const place = placeOf(catalog, key)
    if (place === undefined) {
      problems.push(unknown(catalog, key))
    } else if (place.kind === 'value') {
      if (given.name === undefined || given.key === undefined) {
        wrong(
          key,
          'is of a whole value and has no "name" and "key"',
          'Give both. On a Docker host, map the secrets that the value is made of: it is composed from their files.',
        )
      } else values.push({ service: place.service, place: place.name, at: { name: given.name, key: given.key } })
    } else if (catalog.secrets.get(place.id)?.kind === 'template') {
      wrong(
        key,
        'is of a text over other secrets',
        'Map the secrets that it is made of, or the values of services that take it: `<service>/<variable>`.',
      )
    } else {
      if (place.parts.length > 1 && (given.key !== undefined || given.file !== undefined)) {
        const each = place.parts.map((part) => `"${place.id}/${part}"`).join(' and ')
        wrong(key, 'gives one place to several parts', `Map ${each}, or give only the name of a Secret that has both.`)
        continue
      }
      const known = parts.get(place.id) ?? {}
      for (const part of place.parts) known[part] = partOf(part, given)
      parts.set(place.id, known)
    }
  }
  return { parts, values }
}

const partOf = (part: string, { name, key = part, file }: Existing): ExistingPart => ({
  ...(name !== undefined && { name, key }),
  ...(file !== undefined && { file }),
})

type Place =
  | { readonly kind: 'secret'; readonly id: string; readonly parts: readonly string[] }
  | { readonly kind: 'value'; readonly service: string; readonly name: string }

/** What a key stands for: a secret, a part of one, or a variable or path of a service. */
function placeOf({ secrets, services }: Catalog, key: string): Place | undefined {
  const [id = '', ...rest] = key.split('/')
  const name = rest.join('/')
  const secret = secrets.get(id)
  if (secret) {
    const parts = secretParts[secret.kind]
    if (name === '') return { kind: 'secret', id, parts }
    if (parts.includes(name)) return { kind: 'secret', id, parts: [name] }
  }
  const service = services.get(id)?.service
  if (!service || name === '') return undefined
  if (service.env?.some((each) => each.name === name)) return { kind: 'value', service: id, name }
  const path = `/${name}`
  const isPath = service.secretFiles?.some((each) => each.path === path)
  return isPath ? { kind: 'value', service: id, name: path } : undefined
}

function unknown({ secrets, services }: Catalog, key: string): Problem {
  const known = [
    ...[...secrets.values()].flatMap(({ id, kind }) => [id, ...secretParts[kind].map((part) => `${id}/${part}`)]),
    ...[...services.values()].flatMap(({ service: { id, env = [], secretFiles = [] } }) => [
      ...env.map(({ name }) => `${id}/${name}`),
      ...secretFiles.map(({ path }) => `${id}${path}`),
    ]),
  ]
  const near = nearest(key, known)
  const kind = key.includes('/') ? 'part of a secret or value of a service' : 'secret'
  return problem('WB2017', ['secrets', 'existing', key], { kind, id: key, ...(near === undefined ? {} : { near }) })
}
