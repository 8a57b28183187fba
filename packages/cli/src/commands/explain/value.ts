import {
  type Expression,
  type Json,
  type Operation,
  type ServiceDefinition,
  type SizingLaw,
  type Unit,
  catalogOf,
  describe,
  formatQuantity,
  walk,
} from '@waybill/model'
import { objectsOfOutput, renderTarget, targetOf } from '@waybill/generate'
import { onOutput } from '../../display/style.ts'
import { table } from '../../display/table.ts'
import type { Inputs } from '../../inputs/inputs.ts'
import type { Explanation } from './general.ts'

/** Why a value is what it is: what the definition says, the choices that it depends on, and what came out. */
export function explainValue(at: string, inputs: Inputs): Explanation | undefined {
  const [list, id = '', field = '', ...rest] = at.split('/')
  if (list === 'volumes' && field === 'size') return explainVolume(id, inputs)
  const service = list === 'services' ? catalogOf(inputs.product.definition).services.get(id)?.service : undefined
  if (!service) return undefined
  if (field === 'env') return explainVariable(at, service, rest.join('/'), inputs)
  if (field === 'files') return explainFile(at, service, `/${rest.filter((part) => part !== '').join('/')}`, inputs)
  if (field === 'replicas') return explainReplicas(at, service, inputs)
  if (field === 'cpu' || field === 'memory')
    return explainAmount(at, service, field, rest[0] === 'request' ? 'request' : 'limit', inputs)
  if (field === 'image') return explainImage(at, service, inputs)
  return undefined
}

/** Every value that {@link explainValue} knows. */
export function valueNames({ product: { definition } }: Inputs): string[] {
  return [
    ...[...catalogOf(definition).services].flatMap(([id, { service }]) => [
      ...(service.env ?? []).map(({ name }) => `services/${id}/env/${name}`),
      ...(service.files ?? []).map(({ path }) => `services/${id}/files${path}`),
      ...['replicas', 'cpu/limit', 'cpu/request', 'memory/limit', 'memory/request', 'image'].map(
        (field) => `services/${id}/${field}`,
      ),
    ]),
    ...definition.volumes.map(({ id }) => `volumes/${id}/size`),
  ]
}

function explainVariable(
  at: string,
  { id, env = [] }: ServiceDefinition,
  name: string,
  inputs: Inputs,
): Explanation | undefined {
  const variable = env.find((each) => each.name === name)
  if (!variable) return undefined
  const results = offeredTargets(inputs).map((target) => [target, spelledVariable(target, id, name, inputs)] as const)
  return explanation(at, describe(variable.value), choicesOf([variable.value], inputs), results)
}

function explainFile(
  at: string,
  { id, files = [] }: ServiceDefinition,
  path: string,
  inputs: Inputs,
): Explanation | undefined {
  const file = files.find((each) => each.path === path)
  const result = inputs.deployment.services.find((each) => each.id === id)?.files.find((each) => each.path === path)
  return (
    file &&
    explanation(at, describe(file.content), choicesOf([file.content], inputs), [
      ['all targets', result ? describe(result.content) : notThere],
    ])
  )
}

function explainReplicas(at: string, { id, size }: ServiceDefinition, inputs: Inputs): Explanation {
  const { replicas } = size
  const result = inputs.deployment.services.find((each) => each.id === id)?.replicas
  const results = [['all targets', result === undefined ? notThere : String(result)]] as const
  const override = inputs.instance.instance.sizes?.[id]?.replicas
  if (override !== undefined)
    return explanation(at, 'chosen by the instance', [[`sizes/${id}/replicas`, String(override)]], results)
  if (replicas === undefined || typeof replicas === 'number')
    return explanation(at, `${replicas ?? 1}, fixed by the definition`, [], results)
  if ('tiedTo' in replicas) return explanation(at, `as many as ${replicas.tiedTo} has`, [], results)
  return explanation(at, describeLaw(replicas, inputs), choicesOf([driverOf(replicas)], inputs), results)
}

function explainAmount(
  at: string,
  { id, size }: ServiceDefinition,
  field: 'cpu' | 'memory',
  side: 'request' | 'limit',
  inputs: Inputs,
): Explanation {
  const unit: Unit = field === 'cpu' ? 'cores' : 'bytes'
  const amount = inputs.deployment.services.find((each) => each.id === id)?.[field][side]
  const results = [['all targets', amount === undefined ? notThere : formatQuantity(amount, unit)]] as const
  const override = inputs.instance.instance.sizes?.[id]?.[field]?.[side]
  if (override !== undefined)
    return explanation(at, 'chosen by the instance', [[`sizes/${id}/${field}/${side}`, String(override)]], results)
  const law = size[field][side]
  return explanation(at, describeLaw(law, inputs), choicesOf([driverOf(law)], inputs), results)
}

function explainVolume(id: string, inputs: Inputs): Explanation | undefined {
  const volume = inputs.product.definition.volumes.find((each) => each.id === id)
  const size = inputs.deployment.volumes.find((each) => each.id === id)?.size
  const results = [['all targets', size === undefined ? notThere : formatQuantity(size, 'bytes')]] as const
  return (
    volume &&
    explanation(
      `volumes/${id}/size`,
      describeLaw(volume.size, inputs),
      choicesOf([driverOf(volume.size)], inputs),
      results,
    )
  )
}

function explainImage(at: string, { id, image }: ServiceDefinition, { instance, deployment }: Inputs): Explanation {
  const result = deployment.services.find((each) => each.id === id)?.image ?? notThere
  const registry = instance.instance.site?.registry
  return explanation(at, image.reference, registry === undefined ? [] : [['site/registry', registry]], [
    ['all targets', result],
  ])
}

type Pairs = readonly (readonly [string, string])[]

const notThere = 'not there with these choices'

function explanation(at: string, says: string, choices: Pairs, results: Pairs): Explanation {
  const lines = [
    onOutput('bold', at),
    `  The definition says: ${says}`,
    ...(choices.length > 0 ? ['  It depends on:', table(choices, '    ')] : ['  It depends on no choice.']),
    '  Result:',
    table(results, '    '),
  ]
  return {
    text: lines.join('\n'),
    data: { at, says, choices: Object.fromEntries(choices), results: Object.fromEntries(results) },
  }
}

const offeredTargets = ({ product: { definition } }: Inputs): string[] => definition.targets.map(({ id }) => id)

/** The variable as the output of a target has it; secrets are only referred to. */
function spelledVariable(target: string, service: string, name: string, { deployment }: Inputs): string {
  const rendered = renderTarget(deployment, target)
  const own = new RegExp(`/${service}(?:-0)?$`)
  for (const [object, content] of objectsOfOutput(rendered)) {
    const found = own.test(object) ? variableIn(content, name) : undefined
    if (found !== undefined) return found
  }
  return targetOf(target)?.observe(rendered, deployment).services[service]?.env[name] ?? notThere
}

/** Engines list variables as `{ name, value }` or as members of `environment`; steps before the start have their own. */
function variableIn(value: Json, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) return first(value as readonly Json[], name)
  const members = value as { readonly [key: string]: Json }
  if (members['name'] === name && 'value' in members) return textOf(members['value'])
  if (members['name'] === name && 'valueFrom' in members) return textOf(members['valueFrom'])
  const { environment } = members
  if (typeof environment === 'object' && environment !== null && name in environment)
    return textOf((environment as typeof members)[name])
  const { initContainers: _, ...rest } = members
  return first(Object.values(rest), name)
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value))

function first(values: readonly Json[], name: string): string | undefined {
  for (const value of values) {
    const found = variableIn(value, name)
    if (found !== undefined) return found
  }
  return undefined
}

function describeLaw(law: SizingLaw, { product: { definition } }: Inputs): string {
  const evidence = `${law.confidence}: ${law.source}`
  switch (law.law) {
    case 'constant':
    case 'formula':
      return `${describe(law.value)} (${evidence})`
    case 'perUnit':
      return `one for each ${law.each.toLocaleString('en')} of ${describe(law.of)} (${evidence})`
    case 'points': {
      const unit =
        typeof law.over === 'object' && law.over.op === 'load' ? loadUnit(definition.load, law.over.id) : 'count'
      const points = law.table.map(
        ([load, amount]) => `${formatQuantity(load, unit)} → ${formatQuantity(amount, law.unit)}`,
      )
      return `by ${describe(law.over)}: ${points.join(', ')} (${evidence})`
    }
  }
}

const loadUnit = (load: readonly { readonly id: string; readonly unit: Unit }[], id: string): Unit =>
  load.find((each) => each.id === id)?.unit ?? 'count'

const driverOf = (law: SizingLaw): Expression =>
  law.law === 'points' ? law.over : law.law === 'perUnit' ? law.of : law.value

/** The choices that expressions read, with what they are; outputs of dependencies are followed. */
function choicesOf(expressions: readonly Expression[], inputs: Inputs): Pairs {
  const { outputs } = catalogOf(inputs.product.definition)
  const found = new Map<string, string>()
  const visit = (node: Operation): void => {
    const choice = choiceOf(node, inputs)
    if (choice) found.set(...choice)
    if (node.op !== 'output') return
    const value = outputs(node.dependency, node.name)
    if (value !== undefined) walk(value, visit)
  }
  for (const expression of expressions) walk(expression, visit)
  return [...found]
}

function choiceOf(
  node: Operation,
  { product: { definition }, instance: { instance }, deployment }: Inputs,
): [string, string] | undefined {
  switch (node.op) {
    case 'setting': {
      const [group = '', key = ''] = node.id.split('.')
      const preset = definition.settings.find(({ id }) => id === group)?.settings.find(({ id }) => id === key)?.default
      return [`setting ${node.id}`, chosen(instance.settings?.[group]?.[key], preset)]
    }
    case 'feature':
      return [
        `feature ${node.id}`,
        chosen(instance.features?.[node.id], definition.features.find(({ id }) => id === node.id)?.default ?? false),
      ]
    case 'mode': {
      const modes = definition.dependencies.find(({ id }) => id === node.dependency)?.modes
      return [`mode of ${node.dependency}`, chosen(instance.dependencies?.[node.dependency]?.mode, modes?.[0])]
    }
    case 'input':
      return [
        `input ${node.dependency}.${node.key}`,
        chosen(instance.dependencies?.[node.dependency]?.[node.key], undefined),
      ]
    case 'load': {
      const profile = definition.profiles?.find(({ id }) => id === instance.profile)
      const preset = profile?.load[node.id] ?? definition.load.find(({ id }) => id === node.id)?.default
      const shown = preset === undefined ? undefined : formatQuantity(preset, loadUnit(definition.load, node.id))
      return [`load ${node.id}`, chosen(instance.load?.[node.id], shown, profile ? `profile ${profile.id}` : 'default')]
    }
    case 'replicas':
    case 'addresses':
      return [
        `replicas of ${node.service}`,
        String(deployment.services.find(({ id }) => id === node.service)?.replicas ?? 0),
      ]
    default:
      return undefined
  }
}

function chosen(given: Json | undefined, preset: Json | undefined, origin = 'default'): string {
  if (given !== undefined) return `${typeof given === 'string' ? given : JSON.stringify(given)} (chosen)`
  return preset === undefined
    ? 'not chosen'
    : `${typeof preset === 'string' ? preset : JSON.stringify(preset)} (${origin})`
}
