import { compact } from '../json.ts'
import { reduce } from '../expressions/reduce.ts'
import type { Leaf } from '../expressions/reduce.ts'
import type { Expression, Operation } from '../expressions/expression.ts'
import { childrenOf } from '../expressions/walk.ts'
import type { ImagesLock } from '../images/lock.ts'
import type { InstanceDefinition } from '../instance/schema.ts'
import { type Catalog, type CatalogService, catalogOf, isOptional, secretParts } from '../product/catalog.ts'
import type { Dependency, ProductDefinition, Setting } from '../product/schema.ts'
import {
  type Alternative,
  type Conditions,
  type When,
  alternativesOf,
  both,
  conditionsOf,
  either,
  settled,
} from './conditional.ts'
import { type Choices, lookupIn, readChoices } from './choices.ts'
import type { DeployedService, Deployment, Edge, ExternalDependency, Value } from './deployment.ts'
import { resolveRawObject } from './raw-objects.ts'
import { type Resolver, makeResolver } from './resolver.ts'
import { resolveService } from './services.ts'
import { resolveVolumes } from './storage.ts'

/**
 * How whoever renders a late deployment writes what is open. An open number stands where a number would: it may only be
 * passed on, never computed with.
 */
export interface OpenValues {
  readonly text: (value: Expression) => string
  readonly number: (value: Expression) => number
  /** Host and port of a setting that is a URL; the port may follow from its scheme. */
  readonly urlHost: (setting: string) => string
  readonly urlPort: (setting: string) => number
  readonly secretVersion: (secret: string) => number
  readonly instance: string
  readonly namespace: string
}

/** A deployment of which settings, features, modes and inputs are open, with what can be proven about them. */
export interface LateDeployment {
  readonly deployment: Deployment
  readonly conditions: Conditions
}

/** The id under which `isSet` asks for an input of a dependency; ids of settings hold no `/`. */
export const inputKey = (dependency: string, key: string): string => `${dependency}/${key}`

/**
 * A product with every choice of its customers left open: whatever may ever be there is there, with the condition under
 * which it is. Sizes are those of the product's own defaults, the site is empty: both are open in other ways.
 */
export function resolveLate(product: ProductDefinition, open: OpenValues, lock?: ImagesLock): LateDeployment {
  const catalog = catalogOf(product)
  const conditions = conditionsOf(catalog.domain)
  const instance: InstanceDefinition = { schema: 1, id: 'late', product: product.id }
  const resolver = lateResolver(catalog, instance, open, lock)
  const value = lateValue(catalog, resolver)
  const services = [...catalog.services.values()]
    .filter(({ when }) => conditions.possible(conditionOf(when, value), undefined))
    .map((each) => lateService(each, { catalog, conditions, resolver, value, open }))
  const kept = withNeeds(services, conditions)
  return {
    conditions,
    deployment: {
      // what is rendered late is no artefact of its own: nobody asks for its digest
      product: { id: product.id, version: product.version, title: product.title, digest: '' },
      instance: { id: open.instance, namespace: open.namespace },
      services: kept,
      volumes: resolveVolumes(kept, resolver),
      secretSource: { source: 'precreated' },
      secrets: secretsOf(catalog, value, open),
      edges: edgesOf(kept, conditions),
      external: externalOf(catalog, kept, { conditions, value, open }),
      rawObjects: rawObjectsOf(catalog, resolver, value, conditions),
      site: {},
      targets: Object.fromEntries(
        product.targets.map(({ id, options = {}, accepts = [] }) => [id, { options, accepts }]),
      ),
    },
  }
}

type LateValue = (expression: Expression) => Expression | undefined

const conditionOf = (when: Expression | undefined, value: LateValue): When =>
  when === undefined ? undefined : (value(when) ?? false)

function lateResolver(catalog: Catalog, instance: InstanceDefinition, open: OpenValues, lock?: ImagesLock): Resolver {
  const { choices } = readChoices(catalog, instance)
  const concrete = makeResolver(catalog, choices, instance, [], lock)
  const value = reducer(catalog, choices)
  return {
    ...concrete,
    value,
    text(expression) {
      const found = value(expression) ?? ''
      return typeof found === 'object' ? open.text(found) : String(found)
    },
  }
}

const lateValue = (catalog: Catalog, resolver: Resolver): LateValue => reducer(catalog, resolver.choices)

/** Evaluates what needs no choice of a customer. */
function reducer(catalog: Catalog, choices: Choices): LateValue {
  const concrete = lookupIn(catalog, choices, () => 1)
  const lookup = (leaf: Leaf): Expression | undefined => {
    switch (leaf.op) {
      case 'load':
        return concrete(leaf)
      case 'isSet': {
        const setting = catalog.settings.get(leaf.setting)
        return setting && !isOptional(setting) ? true : leaf
      }
      case 'mode': {
        const { modes } = catalog.dependencies.get(leaf.dependency)!
        return modes.includes(leaf.is) ? (modes.length === 1 ? true : leaf) : false
      }
      case 'input':
        return inputOf(leaf, catalog, (expression) => reduce(expression, lookup))
      case 'output': {
        const value = catalog.outputs(leaf.dependency, leaf.name)
        return value === undefined ? undefined : reduce(value, lookup)
      }
      default:
        return leaf
    }
  }
  return (expression) => reduce(expression, lookup)
}

/** An input has a value only where the dependency is asked for and outside of the product; an operator's form may say it. */
function inputOf(leaf: Extract<Leaf, { op: 'input' }>, catalog: Catalog, value: LateValue): Expression | undefined {
  const dependency = catalog.dependencies.get(leaf.dependency)!
  const outside = value({ op: 'not', of: { op: 'mode', dependency: dependency.id, is: 'bundled' } }) ?? false
  const wanted = both(dependency.when === undefined ? undefined : value(dependency.when), outside) ?? true
  const given = givenInput(leaf, dependency, value)
  return wanted === true ? given : { op: 'when', if: wanted, then: given }
}

function givenInput(leaf: Extract<Leaf, { op: 'input' }>, dependency: Dependency, value: LateValue): Expression {
  const said = dependency.operator?.inputs[leaf.key]
  if (said === undefined || !dependency.modes.includes('operator')) return leaf
  const isOperator = value({ op: 'mode', dependency: dependency.id, is: 'operator' }) ?? false
  const isGiven: Expression = { op: 'isSet', setting: inputKey(leaf.dependency, leaf.key) }
  const preset = value(said) ?? ''
  // its default is not among the values of a chart: there it would win over what the operator's form says
  const otherwise = dependency.inputs.find(({ id }) => id === leaf.key)?.default
  const own: Expression =
    otherwise === undefined ? leaf : { op: 'when', if: isGiven, then: leaf, else: otherwise as Expression }
  return { op: 'when', if: both(isOperator, { op: 'not', of: isGiven }) ?? true, then: preset, else: own }
}

interface Late {
  readonly catalog: Catalog
  readonly conditions: Conditions
  readonly resolver: Resolver
  readonly value: LateValue
  readonly open: OpenValues
}

const nothing = { dependencies: new Set<string>(), urls: new Set<string>() }

/** A service with the forms that its values can take; conditions are those of the parts alone, the service's own left out. */
function lateService(entry: CatalogService, late: Late): DeployedService {
  const { catalog, conditions, value } = late
  const made = resolveService(entry, nothing, late.resolver)
  const when = conditions.under(conditionOf(entry.when, value), undefined)
  const forms = (each: Value): Alternative[] =>
    alternativesOf(each, when, conditions, (plain) => presence(plain, catalog))
  const words = (list: readonly Value[] | undefined) => list?.map((word) => settled(word, when, conditions))
  const service = compact({
    ...made,
    when,
    command: words(made.command),
    args: words(made.args),
    completed: words(made.completed),
    env: made.env.flatMap(({ name, value: each }) => forms(each).map((form) => ({ name, ...form }))),
    files: made.files.flatMap(({ path, content }) =>
      forms(content).map(({ value: form, ...condition }) => ({ path, content: form, ...condition })),
    ),
    secretFiles: made.secretFiles.flatMap(({ path, value: each }) => forms(each).map((form) => ({ path, ...form }))),
  })
  return { ...service, egress: [...service.egress, ...urlEgress(service, late)] }
}

/** What has to hold for an open value to be there at all. */
function presence(value: Expression, catalog: Catalog): When {
  if (typeof value !== 'object') return undefined
  if (value.op === 'format') return presence(value.value, catalog)
  if (value.op === 'setting') {
    const setting = catalog.settings.get(value.id)
    return setting && isOptional(setting) ? { op: 'isSet', setting: value.id } : undefined
  }
  if (value.op === 'input') {
    const input = catalog.dependencies.get(value.dependency)?.inputs.find(({ id }) => id === value.key)
    return input && isOptional(input) ? { op: 'isSet', setting: inputKey(value.dependency, value.key) } : undefined
  }
  return undefined
}

function withNeeds(services: readonly DeployedService[], conditions: Conditions): DeployedService[] {
  const byId = new Map(services.map((service) => [service.id, service]))
  return services.map((service) => {
    const steps = services.filter(({ shape: { pods } }) => pods.shape === 'init' && pods.of === service.id)
    const said = service.needs.filter(({ on }) => byId.has(on))
    const unsaid = steps.filter((step) => !said.some(({ on }) => on === step.id))
    const all = [...said, ...unsaid.map(({ id }) => ({ on: id, state: 'completed' as const }))]
    const needs = all.flatMap((need) => {
      const other = byId.get(need.on)!.when
      if (!conditions.possible(other, service.when)) return []
      const when = conditions.under(other, service.when)
      return [{ ...need, ...(when !== undefined && { when }) }]
    })
    return { ...service, needs }
  })
}

interface Place {
  readonly value: Value
  readonly when: When
}

/** Every value of a service that its container gets, with the condition of the part that it stands in. */
const placesOf = (service: DeployedService): Place[] => [
  ...service.env.map(({ value, when }) => ({ value, when })),
  ...service.files.map(({ content, when }) => ({ value: content, when })),
  ...service.secretFiles.map(({ value, when }) => ({ value, when })),
  ...[...(service.command ?? []), ...(service.args ?? []), ...(service.completed ?? [])].map((value) => ({
    value,
    when: undefined,
  })),
]

/** Calls `visit` for each node with what has to hold for it to count. */
function walkOpen(value: Expression, when: When, visit: (node: Operation, when: When) => void): void {
  if (typeof value !== 'object') return
  visit(value, when)
  if (value.op !== 'when') {
    for (const child of childrenOf(value)) walkOpen(child, when, visit)
    return
  }
  walkOpen(value.if, when, visit)
  walkOpen(value.then, both(when, value.if), visit)
  if (value.else !== undefined) walkOpen(value.else, both(when, { op: 'not', of: value.if }), visit)
}

/** When each of the things that a service's values name is named, by a key; what conditions ask counts if `asked`. */
function namedBy<T>(
  service: DeployedService,
  key: (node: Operation) => readonly [string, T] | undefined,
  { asked = false } = {},
): { readonly of: T; readonly when: When }[] {
  const found = new Map<string, { readonly of: T; readonly whens: When[] }>()
  for (const place of placesOf(service)) {
    const visit = (node: Operation, when: When) => {
      const named = key(node)
      if (!named) return
      const known = found.get(named[0]) ?? { of: named[1], whens: [] }
      known.whens.push(when)
      found.set(named[0], known)
    }
    walkOpen(place.value, place.when, visit)
    if (asked && place.when !== undefined) walkOpen(place.when, place.when, visit)
  }
  return [...found.values()].map(({ of, whens }) => ({ of, when: either(...whens) }))
}

function edgesOf(services: readonly DeployedService[], conditions: Conditions): Edge[] {
  return services.flatMap((service) =>
    namedBy(service, (node) =>
      (node.op === 'address' || node.op === 'addresses') && node.service !== service.id
        ? [`${node.service}/${node.port}`, { from: service.id, to: node.service, port: node.port }]
        : undefined,
    ).map(({ of, when }) => withWhen(of, both(service.when, conditions.under(when, service.when)))),
  )
}

const withWhen = <T extends object>(of: T, when: When): T & { readonly when?: Expression } => ({
  ...of,
  ...(when !== undefined && { when }),
})

function urlEgress(service: DeployedService, { catalog, conditions, open }: Late): DeployedService['egress'] {
  return namedBy(service, (node) =>
    node.op === 'setting' && catalog.settings.get(node.id)?.type === 'url' ? [node.id, node.id] : undefined,
  ).map(({ of: id, when }) => {
    const set = isOptional(catalog.settings.get(id) as Setting) ? { op: 'isSet' as const, setting: id } : undefined
    const entry = { to: open.urlHost(id), port: open.urlPort(id), reason: `the setting ${id}` }
    return withWhen(entry, conditions.under(both(set, when), service.when))
  })
}

function externalOf(
  catalog: Catalog,
  services: readonly DeployedService[],
  { conditions, value, open }: Pick<Late, 'conditions' | 'value' | 'open'>,
): ExternalDependency[] {
  return catalog.product.dependencies.flatMap(({ id, kind, reached, operator, modes }) => {
    if (modes.every((mode) => mode === 'bundled')) return []
    const [host, port] = [reached.host, reached.port].map((key) => value({ op: 'input', dependency: id, key }) ?? '')
    return services.flatMap((service) => {
      // where an operator's form says an input, only the question whether the customer does is left of it
      const isNamed = (node: Operation) =>
        (node.op === 'input' && node.dependency === id) || (node.op === 'isSet' && node.setting.startsWith(`${id}/`))
      const [named] = namedBy(service, (node) => (isNamed(node) ? [id, id] : undefined), { asked: true })
      if (!named) return []
      const when = both(service.when, conditions.under(named.when, service.when))
      const given = (each: Expression) => settled(each, when, conditions)
      const isOperator: Expression = { op: 'mode', dependency: id, is: 'operator' }
      const common = { id, kind, host: open.text(given(host!)), port: open.number(given(port!)), usedBy: [service.id] }
      const outside = {
        ...common,
        ...withWhen({}, both(when, modes.includes('operator') ? { op: 'not', of: isOperator } : undefined)),
      }
      if (!modes.includes('operator')) return [outside]
      const byOperator = {
        ...common,
        operator: operator?.pods ? { pods: operator.pods } : {},
        ...withWhen({}, both(when, isOperator)),
      }
      return [outside, byOperator].filter((each) => conditions.possible(each.when, undefined))
    })
  })
}

function secretsOf(catalog: Catalog, value: LateValue, open: OpenValues): Deployment['secrets'] {
  return [...catalog.secrets.values()].map((secret) =>
    compact({
      id: secret.id,
      version: open.secretVersion(secret.id),
      kind: secret.kind,
      title: secret.title ?? secret.id,
      length: secret.length ?? 32,
      hosts: [],
      template: secret.template === undefined ? undefined : value(secret.template),
      brought: secret.kind === 'brought',
      parts: secretParts[secret.kind],
    }),
  )
}

function rawObjectsOf(
  catalog: Catalog,
  resolver: Resolver,
  value: LateValue,
  conditions: Conditions,
): Deployment['rawObjects'] {
  const { product } = catalog
  const asked = product.dependencies.flatMap(({ id, when, operator, modes }) => {
    if (!operator || !modes.includes('operator')) return []
    const mode: Expression = { op: 'mode', dependency: id, is: 'operator' }
    const condition = both(conditionOf(when, value), modes.length === 1 ? undefined : mode)
    return [withWhen(resolveRawObject({ ...operator, id, target: 'kubernetes' }, resolver), condition)]
  })
  const own = (product.rawObjects ?? []).map((object) =>
    withWhen(resolveRawObject(object, resolver), conditions.under(conditionOf(object.when, value), undefined)),
  )
  return [...asked, ...own]
}
