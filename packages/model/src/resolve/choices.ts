import { type Problem, problem } from '../errors/problem.ts'
import { type Expression, type Operation, isOperation } from '../expressions/expression.ts'
import { describe } from '../expressions/print.ts'
import { type Leaf, type Lookup, reduce } from '../expressions/reduce.ts'
import type { InstanceDefinition } from '../instance/schema.ts'
import type { Json } from '../json.ts'
import { nearest } from '../nearest.ts'
import type { Catalog } from '../product/catalog.ts'
import type { DependencyMode, Setting } from '../product/schema.ts'
import { parseQuantity } from '../units/quantity.ts'
import { presetOf } from './setting-defaults.ts'
import { readSettingValue } from './setting-values.ts'

/** All that the customer chose, with defaults filled in: what the leaves of expressions stand for. */
export interface Choices {
  readonly load: ReadonlyMap<string, number>
  readonly settings: ReadonlyMap<string, Expression | Json | undefined>
  readonly features: ReadonlyMap<string, boolean>
  readonly modes: ReadonlyMap<string, DependencyMode>
  readonly inputs: ReadonlyMap<string, Expression | Json | undefined>
}

/** Reads an instance against its product; every mistake is reported. */
export function readChoices(catalog: Catalog, instance: InstanceDefinition): { choices: Choices; problems: Problem[] } {
  const problems: Problem[] = []
  const modes = readModes(catalog, instance, problems)
  const features = readFeatures(catalog, instance, problems)
  const settings = readSettings(catalog, instance, problems)
  const load = readLoad(catalog, instance, problems)
  const known = { load, settings, features, modes, inputs: new Map() }
  const present = lookupIn(catalog, known, () => 1)
  const inputs = readInputs(
    catalog,
    instance,
    (id) => modes.get(id) !== 'bundled' && holdsFor(catalog.dependencies.get(id)?.when, present),
    (id) => (modes.get(id) === 'operator' ? catalog.dependencies.get(id)?.operator?.inputs : undefined),
    present,
    problems,
  )
  const choices = { ...known, inputs }
  problems.push(...checkConditions(catalog, instance, choices))
  return { choices, problems }
}

const holdsFor = (condition: Expression | undefined, lookup: Lookup): boolean =>
  condition === undefined || reduce(condition, lookup) === true

/** What a leaf stands for by these choices; outputs of dependencies are followed, symbols stay. */
export function lookupIn(
  catalog: Catalog,
  choices: Choices,
  replicas: (service: string) => number,
  seen?: (leaf: Leaf) => void,
) {
  const lookup = (leaf: Leaf): Expression | undefined => {
    seen?.(leaf)
    switch (leaf.op) {
      case 'load': {
        const unit = catalog.scope.load.get(leaf.id) ?? 'count'
        return { op: 'quantity', unit, value: choices.load.get(leaf.id) ?? 0 }
      }
      case 'setting':
        return asExpression(choices.settings.get(leaf.id))
      case 'isSet':
        return choices.settings.get(leaf.setting) !== undefined
      case 'feature':
        return choices.features.get(leaf.id) ?? false
      case 'mode':
        return choices.modes.get(leaf.dependency) === leaf.is
      case 'input':
        return asExpression(choices.inputs.get(`${leaf.dependency}.${leaf.key}`))
      case 'output': {
        const value = catalog.outputs(leaf.dependency, leaf.name)
        return value === undefined ? undefined : reduce(value, lookup)
      }
      case 'replicas':
        return replicas(leaf.service)
      case 'addresses': {
        const { op: _, ...at } = leaf
        const shards = Array.from(
          { length: replicas(leaf.service) },
          (__, shard) => ({ op: 'address', ...at, shard }) as const,
        )
        return { op: 'list', items: shards }
      }
      case 'address':
      case 'runtime':
      case 'series':
      case 'probe':
      case 'secret':
        return leaf
    }
  }
  return lookup
}

/** A value as an expression: a map or a list is data, whatever keys it has. */
const asExpression = (value: Expression | Json | undefined): Expression | undefined =>
  value === undefined || value === null
    ? undefined
    : isQuantity(value) || typeof value !== 'object'
      ? value
      : { op: 'data', value: value as Json }

const isQuantity = (value: Expression | Json): value is Extract<Operation, { op: 'quantity' }> =>
  isOperation(value) && value.op === 'quantity' && 'unit' in value

function readModes(
  { dependencies }: Catalog,
  instance: InstanceDefinition,
  problems: Problem[],
): Map<string, DependencyMode> {
  for (const id of Object.keys(instance.dependencies ?? {})) {
    if (!dependencies.has(id)) problems.push(unknown('dependency', id, ['dependencies', id], dependencies.keys()))
  }
  return new Map(
    [...dependencies].map(([id, { modes }]) => {
      const mode = instance.dependencies?.[id]?.mode ?? modes[0]!
      if (!modes.includes(mode)) {
        problems.push(problem('WB2016', ['dependencies', id, 'mode'], { dependency: id, mode, offered: modes }))
      }
      // the rest is read as if it were the usual mode, so that one mistake is told once
      return [id, modes.includes(mode) ? mode : modes[0]!]
    }),
  )
}

function readFeatures(
  { product, scope }: Catalog,
  instance: InstanceDefinition,
  problems: Problem[],
): Map<string, boolean> {
  for (const id of Object.keys(instance.features ?? {})) {
    if (!scope.features.has(id)) problems.push(unknown('feature', id, ['features', id], scope.features))
  }
  return new Map(product.features.map(({ id, default: preset }) => [id, instance.features?.[id] ?? preset ?? false]))
}

function readSettings(
  catalog: Catalog,
  instance: InstanceDefinition,
  problems: Problem[],
): Map<string, Expression | Json | undefined> {
  for (const [group, members] of Object.entries(instance.settings ?? {})) {
    for (const key of Object.keys(members)) {
      const id = `${group}.${key}`
      if (catalog.settings.has(id)) continue
      const near = nearest(id, catalog.settings.keys())
      problems.push(
        problem('WB2007', ['settings', group, key], { setting: id, ...(near === undefined ? {} : { near }) }),
      )
    }
  }
  return new Map(
    [...catalog.settings].map(([id, setting]) => {
      const [group, key] = id.split('.') as [string, string]
      return [
        id,
        readValue(setting, `The setting ${id}`, instance.settings?.[group]?.[key], ['settings', group, key], problems),
      ]
    }),
  )
}

function readInputs(
  { product }: Catalog,
  instance: InstanceDefinition,
  wanted: (dependency: string) => boolean,
  /** What an operator's form says of the inputs. */
  preset: (dependency: string) => Readonly<Record<string, Expression>> | undefined,
  lookup: Lookup,
  problems: Problem[],
): Map<string, Expression | Json | undefined> {
  const values = new Map<string, Expression | Json | undefined>()
  for (const { id, inputs } of product.dependencies) {
    const given: Readonly<Record<string, unknown>> = instance.dependencies?.[id] ?? {}
    const known = new Map(inputs.map((input) => [input.id, input]))
    for (const key of Object.keys(given)) {
      if (key === 'mode' || known.has(key)) continue
      const near = nearest(key, known.keys())
      const all = ['mode', ...known.keys()]
      problems.push(
        problem('WB1001', ['dependencies', id, key], { key, known: all, ...(near === undefined ? {} : { near }) }),
      )
    }
    if (!wanted(id)) continue
    for (const input of inputs) {
      const path = ['dependencies', id, input.id]
      const said = preset(id)?.[input.id]
      if (said !== undefined && given[input.id] === undefined) {
        values.set(`${id}.${input.id}`, reduce(said, lookup))
        continue
      }
      values.set(
        `${id}.${input.id}`,
        readValue(input, `${id}.${input.id}`, given[input.id] as Json | undefined, path, problems),
      )
    }
  }
  return values
}

function readValue(
  setting: Setting,
  what: string,
  given: Json | undefined,
  path: readonly string[],
  problems: Problem[],
) {
  if (given === undefined || given === null) {
    const preset = presetOf(setting)
    // an empty map or list is no value for somebody who has to give one
    if (preset !== undefined && (setting.default !== undefined || !setting.required)) return preset
    // a setting that is only asked for under a condition is checked with that condition
    if (setting.required && setting.when === undefined) problems.push(problem('WB2009', path, { what }))
    return undefined
  }
  const read = readSettingValue(setting, given)
  if ('value' in read) return read.value
  for (const { at, expected, found } of read.misfits) {
    problems.push(problem('WB2008', [...path, ...at], { what: [what, ...at].join(', '), expected, found }))
  }
  return undefined
}

function readLoad({ product, scope }: Catalog, instance: InstanceDefinition, problems: Problem[]): Map<string, number> {
  for (const factor of Object.keys(instance.load ?? {})) {
    if (scope.load.has(factor)) continue
    const near = nearest(factor, scope.load.keys())
    problems.push(problem('WB2015', ['load', factor], { factor, ...(near === undefined ? {} : { near }) }))
  }
  const profile = product.profiles?.find(({ id }) => id === instance.profile)
  if (instance.profile !== undefined && !profile) {
    problems.push(
      unknown(
        'profile',
        instance.profile,
        ['profile'],
        (product.profiles ?? []).map(({ id }) => id),
      ),
    )
  }
  return new Map(
    product.load.map(({ id, unit, default: preset }) => {
      const given = instance.load?.[id]
      if (given === undefined) {
        const value = profile?.load[id] ?? preset
        if (value === undefined) problems.push(problem('WB2009', ['load', id], { what: `The load "${id}"` }))
        return [id, value ?? 0]
      }
      const parsed = parseQuantity(String(given), unit)
      if ('value' in parsed) return [id, parsed.value]
      problems.push(problem('WB1005', ['load', id], { text: String(given), ...parsed }))
      return [id, 0]
    }),
  )
}

/** Conditions and rules, once every value is known. */
function checkConditions(catalog: Catalog, instance: InstanceDefinition, choices: Choices): Problem[] {
  const lookup = lookupIn(catalog, choices, () => 1)
  const truth = (condition: Expression) => reduce(condition, lookup) === true
  const problems: Problem[] = []
  for (const { id, when } of catalog.product.features) {
    if (when === undefined || !choices.features.get(id) || truth(when)) continue
    problems.push(problem('WB2018', ['features', id], { feature: id, condition: describe(when) }))
  }
  for (const [id, setting] of catalog.settings) {
    const [group, key] = id.split('.') as [string, string]
    const path = ['settings', group, key]
    const given = instance.settings?.[group]?.[key] !== undefined
    const what = `The setting ${id}`
    const applies = setting.when === undefined || truth(setting.when)
    if (given && !applies) problems.push(problem('WB2011', path, { what, condition: describe(setting.when!) }))
    if (!given && applies && setting.when !== undefined && setting.required && setting.default === undefined) {
      problems.push(problem('WB2009', path, { what }))
    }
    if (given && setting.deprecated) {
      const { use, reason } = setting.deprecated
      problems.push(
        problem('WB2022', path, { setting: id, advice: use === undefined ? reason : `Use ${use} instead: ${reason}.` }),
      )
    }
    if (choices.settings.get(id) === undefined || !applies) continue
    for (const { must, message } of setting.rules ?? []) {
      if (!truth(must)) problems.push(problem('WB2010', path, { what, message }))
    }
  }
  return problems
}

function unknown(kind: string, id: string, path: readonly string[], known: Iterable<string>): Problem {
  const near = nearest(id, known)
  return problem('WB2017', path, { kind, id, ...(near === undefined ? {} : { near }) })
}
