import type { Path } from '../errors/problem.ts'
import { type Expression, type JsonTemplate, isOperation } from '../expressions/expression.ts'
import type { Place } from '../expressions/typecheck.ts'
import type { Catalog, CatalogService } from '../product/catalog.ts'
import type { Law, Setting } from '../product/schema.ts'

/** An expression of the definition, where it stands, what may stand there, and when that place exists. */
export interface Site {
  readonly expression: Expression
  readonly place: Place
  readonly path: Path
  /** All of these hold whenever the expression is used. */
  readonly guards: readonly Expression[]
}

const condition: Place = { name: 'a condition', type: 'boolean' }
const environment: Place = { name: 'an environment variable', type: 'text', secrets: true, runtimeFacts: true }
const file: Place = { name: 'a configuration file', type: 'text' }
const secretFile: Place = { name: 'a secret file', type: 'text', secrets: true }
const command: Place = { name: 'a command', type: 'text', runtimeFacts: true }
const healthCommand: Place = { name: 'a health command', type: 'text', probe: true }
const plain: Place = { name: 'a public text', type: 'text' }
const output: Place = { name: 'an output', type: 'text', secrets: true }

/** Every expression of a product. */
export function* sitesOf({ product, services }: Catalog): Generator<Site> {
  for (const group of product.settings) {
    for (const setting of group.settings) yield* settingSites(setting, ['settings', group.id, 'settings', setting.id])
  }
  for (const { id, when } of product.features) yield* optional(when, condition, ['features', id, 'when'])
  for (const { id, when, broughtWhen, hosts = [], template } of product.secrets) {
    const path = ['secrets', id]
    const guards = when === undefined ? [] : [when]
    yield* optional(when, condition, [...path, 'when'])
    yield* optional(broughtWhen, condition, [...path, 'broughtWhen'])
    for (const host of hosts) yield { expression: host, place: plain, path: [...path, 'hosts'], guards }
    yield* optional(template, secretFile, [...path, 'template'], guards)
  }
  for (const { id, size } of product.volumes) yield* lawSites(size, ['volumes', id, 'size'])
  for (const { id, when, inputs, outputs, operator } of product.dependencies) {
    const path = ['dependencies', id]
    const guards = when === undefined ? [] : [when]
    yield* optional(when, condition, [...path, 'when'])
    for (const input of inputs) yield* settingSites(input, [...path, 'inputs', input.id])
    for (const { name, value } of outputs) {
      yield { expression: value, place: output, path: [...path, 'outputs', name], guards }
    }
    if (operator) {
      const chosen: Expression = { op: 'mode', dependency: id, is: 'operator' }
      const guarded = [...guards, chosen]
      yield* objectSites(operator.object, [...path, 'operator', 'object'], guarded)
      for (const [name, expression] of Object.entries(operator.inputs))
        yield { expression, place: plain, path: [...path, 'operator', 'inputs', name], guards: guarded }
    }
  }
  for (const service of services.values()) yield* serviceSites(service)
  if (product.edge) {
    for (const [name, demand] of Object.entries({ cpu: product.edge.size.cpu, memory: product.edge.size.memory })) {
      yield* lawSites(demand.request, ['edge', 'size', name])
      yield* lawSites(demand.limit, ['edge', 'size', name])
    }
    yield* commandSites(product.edge.prober, healthCommand, ['edge', 'prober'], [])
  }
  for (const { id, when, object } of product.rawObjects ?? []) {
    const path = ['rawObjects', id]
    yield* optional(when, condition, [...path, 'when'])
    yield* objectSites(object, [...path, 'object'], when === undefined ? [] : [when])
  }
}

/** The leaves of an object; one that has no value is left out with its key. */
function* objectSites(object: JsonTemplate, path: Path, guards: readonly Expression[]): Generator<Site> {
  if (isOperation(object)) yield { expression: object, place: plain, path, guards }
  else if (typeof object === 'object' && object !== null) {
    for (const [key, value] of Object.entries(object)) yield* objectSites(value, [...path, key], guards)
  }
}

function* optional(
  expression: Expression | undefined,
  place: Place,
  path: Path,
  guards: readonly Expression[] = [],
): Generator<Site> {
  if (expression !== undefined) yield { expression, place, path, guards }
}

function* settingSites({ when, rules = [] }: Setting, path: Path): Generator<Site> {
  yield* optional(when, condition, [...path, 'when'])
  for (const { must } of rules)
    yield { expression: must, place: { name: 'a rule', type: 'boolean' }, path: [...path, 'rules'], guards: [] }
}

function* lawSites(law: Law, path: Path, guards: readonly Expression[] = []): Generator<Site> {
  const name = 'a sizing law'
  if (law.law === 'points') yield { expression: law.over, place: { name, type: 'number' }, path, guards }
  else if (law.law === 'perUnit') yield { expression: law.of, place: { name, type: 'number' }, path, guards }
  else yield { expression: law.value, place: { name, type: law.unit }, path, guards }
}

function* commandSites(
  words: readonly Expression[],
  place: Place,
  path: Path,
  guards: readonly Expression[],
): Generator<Site> {
  for (const expression of words) yield { expression, place, path, guards }
}

function* serviceSites({ service, when, path }: CatalogService): Generator<Site> {
  const guards = when === undefined ? [] : [when]
  yield* optional(service.when, condition, [...path, 'when'])
  yield* commandSites(service.command ?? [], command, [...path, 'command'], guards)
  yield* commandSites(service.args ?? [], command, [...path, 'args'], guards)
  yield* commandSites(service.completed ?? [], command, [...path, 'completed'], guards)
  for (const { name, value } of service.env ?? [])
    yield { expression: value, place: environment, path: [...path, 'env', name], guards }
  for (const { path: at, content } of service.files ?? [])
    yield { expression: content, place: file, path: [...path, 'files', at], guards }
  for (const { path: at, value } of service.secretFiles ?? []) {
    yield { expression: value, place: secretFile, path: [...path, 'secretFiles', at], guards }
  }
  for (const [name, probe] of Object.entries(service.health ?? {})) {
    if (probe.probe === 'exec') yield* commandSites(probe.command, healthCommand, [...path, 'health', name], guards)
  }
  for (const [name, words] of Object.entries(service.prober ?? {})) {
    yield* commandSites(words, healthCommand, [...path, 'prober', name], guards)
  }
  for (const { host } of service.expose ?? [])
    yield { expression: host, place: plain, path: [...path, 'expose'], guards }
  for (const { to } of service.egress ?? []) yield { expression: to, place: plain, path: [...path, 'egress'], guards }
  const { cpu, memory, ephemeral, replicas } = service.size
  for (const [name, demand] of Object.entries({ cpu, memory, ...(ephemeral && { ephemeral }) })) {
    yield* lawSites(demand.request, [...path, 'size', name, 'request'], guards)
    if (demand.limit !== demand.request) yield* lawSites(demand.limit, [...path, 'size', name, 'limit'], guards)
  }
  if (typeof replicas === 'object' && 'law' in replicas)
    yield* lawSites(replicas, [...path, 'size', 'replicas'], guards)
  for (const monitor of service.monitors ?? []) {
    yield {
      expression: monitor.query,
      place: { name: 'a query', type: 'text' },
      path: [...path, 'monitors', monitor.id],
      guards,
    }
  }
}
