import type { Expression } from '../expressions/expression.ts'
import type { Scope, Type } from '../expressions/typecheck.ts'
import type { Domain, Variable } from '../expressions/conditions.ts'
import type {
  Dependency,
  ProductDefinition,
  Secret,
  SecretKind,
  Service,
  Setting,
  SettingType,
  Volume,
} from './schema.ts'

/** A product with its parts by id, and the bundled dependencies among the services. Made once, read by checks and `resolve`. */
export interface Catalog {
  readonly product: ProductDefinition
  /** Services of the product and of its bundled dependencies, dependencies first, each in declared order. */
  readonly services: ReadonlyMap<string, CatalogService>
  readonly dependencies: ReadonlyMap<string, Dependency>
  readonly settings: ReadonlyMap<string, Setting>
  readonly secrets: ReadonlyMap<string, Secret>
  readonly volumes: ReadonlyMap<string, Volume>
  readonly scope: Scope
  readonly domain: Domain
  readonly outputs: (dependency: string, name: string) => Expression | undefined
}
export interface CatalogService {
  readonly service: Service
  /** The dependency whose bundled form it is. */
  readonly dependency?: Dependency
  /** When it exists; undefined for always. */
  readonly when?: Expression
  /** Where it stands in the definition. */
  readonly path: readonly string[]
}

const settingTypeNames: Readonly<Record<SettingType, Type>> = {
  text: 'text',
  boolean: 'boolean',
  choice: 'text',
  count: 'count',
  bytes: 'bytes',
  cores: 'cores',
  duration: 'duration',
  percent: 'percent',
  hostname: 'text',
  url: 'text',
  email: 'text',
  map: 'data',
  keyedList: 'data',
}

/** The parts that each kind of secret has; most have one, called `value`. */
export const secretParts: Readonly<Record<SecretKind, readonly string[]>> = {
  password: ['value'],
  hex: ['value'],
  brought: ['value'],
  template: ['value'],
  keyPair: ['private.pem', 'public.pem'],
  certificate: ['tls.crt', 'tls.key'],
}

export function catalogOf(product: ProductDefinition): Catalog {
  const byId = <T extends { readonly id: string }>(list: readonly T[]) => new Map(list.map((each) => [each.id, each]))
  const dependencies = byId(product.dependencies)
  const settings = new Map<string, Setting>()
  for (const group of product.settings) {
    for (const setting of group.settings) {
      const id = `${group.id}.${setting.id}`
      // of two with one id, which is reported, the first counts
      if (!settings.has(id)) settings.set(id, setting)
    }
  }
  const secrets = byId(product.secrets)
  const services = servicesOf(product)
  const outputs = new Map(
    product.dependencies.map(({ id, outputs: list }) => [id, new Map(list.map(({ name, value }) => [name, value]))]),
  )
  const typesOf = (list: readonly Setting[]) => new Map(list.map(({ id, type }) => [id, settingTypeNames[type]]))
  const scope: Scope = {
    load: new Map(product.load.map(({ id, unit }) => [id, unit])),
    settings: new Map([...settings].map(([id, { type }]) => [id, settingTypeNames[type]])),
    features: new Set(product.features.map(({ id }) => id)),
    secrets: new Map(product.secrets.map(({ id, kind }) => [id, secretParts[kind]])),
    services: new Map(
      [...services].map(([id, { service }]) => [
        id,
        { sharded: service.kind === 'sharded', ports: new Set(service.ports.map((port) => port.id)) },
      ]),
    ),
    dependencies: new Map(
      product.dependencies.map(({ id, inputs }) => [id, { inputs: typesOf(inputs), outputs: outputs.get(id)! }]),
    ),
  }
  return {
    product,
    services,
    dependencies,
    settings,
    secrets,
    volumes: byId(product.volumes),
    scope,
    domain: domainOf(product, settings),
    outputs: (dependency, name) => outputs.get(dependency)?.get(name),
  }
}

function servicesOf(product: ProductDefinition): Map<string, CatalogService> {
  const services = new Map<string, CatalogService>()
  for (const dependency of product.dependencies) {
    if (!dependency.bundled) continue
    const mode: Expression = { op: 'mode', dependency: dependency.id, is: 'bundled' }
    services.set(dependency.id, {
      service: dependency.bundled,
      dependency,
      when: dependency.when === undefined ? mode : { op: 'all', of: [dependency.when, mode] },
      path: ['dependencies', dependency.id, 'bundled'],
    })
  }
  for (const service of product.services) {
    const when = service.when === undefined ? {} : { when: service.when }
    if (!services.has(service.id)) services.set(service.id, { service, ...when, path: ['services', service.id] })
  }
  return services
}

/** Whether a setting may be without a value; a map or a list is then empty. */
export const isOptional = ({ type, required, default: preset }: Setting): boolean =>
  !required && preset === undefined && type !== 'map' && type !== 'keyedList'

function domainOf(product: ProductDefinition, settings: ReadonlyMap<string, Setting>): Domain {
  const variables: Variable[] = [
    ...product.features.map(({ id }) => ({ key: `feature ${id}`, values: [true, false] })),
    ...product.dependencies.map(({ id, modes }) => ({ key: `mode ${id}`, values: modes })),
  ]
  for (const [id, setting] of settings) {
    const { type, choices } = setting
    variables.push({ key: `value of ${id}`, values: isOptional(setting) ? [true, false] : [true] })
    if (type === 'boolean') variables.push({ key: `setting ${id}`, values: [true, false] })
    if (type === 'choice') variables.push({ key: `setting ${id}`, values: (choices ?? []).map((choice) => choice.id) })
  }
  return new Map(variables.map((variable) => [variable.key, variable]))
}
