import {
  type Expression,
  type Operation,
  type SettingDefinition,
  type ProductDefinition,
  catalogOf,
  describe,
  find,
  formatQuantity,
} from '@waybill/model'
import type { Loss } from '@waybill/generate'
import { onOutput } from '../../display/style.ts'
import { table } from '../../display/table.ts'
import { describeLosses } from '../../display/losses.ts'
import { type Inputs } from '../../inputs/inputs.ts'
import { renderAll } from '../../inputs/rendering.ts'
import type { Explanation } from './general.ts'
import { explainValue, valueNames } from './value.ts'

/** Explains something that only a product has: its settings, its load, a setting, a loss, a value. */
export function explainOfProduct(what: string, inputs: Inputs): Explanation | undefined {
  const { definition } = inputs.product
  if (what === 'settings') return explainSettings(definition)
  if (what === 'load') return explainLoad(inputs)
  const setting = catalogOf(definition).settings.get(what)
  if (setting) return explainSetting(what, setting, inputs)
  return explainLoss(what, inputs) ?? explainValue(what, inputs)
}

/** Every name that can be explained for a product. */
export function namesOfProduct(inputs: Inputs): string[] {
  return ['settings', 'load', ...catalogOf(inputs.product.definition).settings.keys(), ...valueNames(inputs)]
}

function explainSettings({ settings }: ProductDefinition): Explanation {
  const sections = settings.map(
    ({ id, title, settings: members }) =>
      `${onOutput('bold', title)}\n${table(
        members.map((setting) => [`${id}.${setting.id}`, typeOf(setting), presence(setting), setting.title]),
        '  ',
      )}`,
  )
  return { text: sections.join('\n\n') || 'The product has no settings.', data: { settings } }
}

function explainLoad({ product: { definition }, instance: { instance } }: Inputs): Explanation {
  const rows = definition.load.map(({ id, unit, title, default: preset }) => {
    const given = instance.load?.[id]
    const value =
      given === undefined
        ? preset === undefined
          ? 'required'
          : `default ${formatQuantity(preset, unit)}`
        : `yours: ${given}`
    return [id, unit, value, title]
  })
  const profiles = (definition.profiles ?? []).map(({ id, title, load }) => [
    id,
    title,
    Object.entries(load)
      .map(([factor, amount]) => `${factor} ${formatQuantity(amount, unitOf(definition, factor))}`)
      .join(', '),
  ])
  const text = [table(rows, '  '), ...(profiles.length > 0 ? ['Profiles:', table(profiles, '  ')] : [])]
  return { text: ['Load:', ...text].join('\n'), data: { load: definition.load, profiles: definition.profiles ?? [] } }
}

const unitOf = ({ load }: ProductDefinition, factor: string) => load.find(({ id }) => id === factor)?.unit ?? 'count'

function explainSetting(
  id: string,
  setting: SettingDefinition,
  { product: { definition }, instance: { instance } }: Inputs,
): Explanation {
  const [group = '', key = ''] = id.split('.')
  const given = instance.settings?.[group]?.[key]
  const used = placesUsing(definition, (node) => node.op === 'setting' && node.id === id)
  const lines = [
    onOutput('bold', `${id}: ${setting.title}`),
    ...(setting.help === undefined ? [] : [`  ${setting.help}`]),
    `  Type: ${typeOf(setting)}, ${presence(setting)}${setting.immutable ? ', cannot change after the installation' : ''}`,
    ...(setting.when === undefined ? [] : [`  Only when ${describe(setting.when)}`]),
    ...(setting.rules ?? []).map(({ must, message }) => `  Rule: ${describe(must)} (${message})`),
    `  Value: ${given === undefined ? 'not chosen' : JSON.stringify(given)}`,
    ...(used.length > 0 ? ['  Used by:', ...used.map((place) => `    ${place}`)] : []),
  ]
  return { text: lines.join('\n'), data: { setting: { ...setting, id }, value: given ?? null, usedBy: used } }
}

const typeOf = ({ type, choices }: SettingDefinition): string =>
  choices ? choices.map(({ id }) => id).join(' | ') : type

const presence = ({ required, default: preset }: SettingDefinition): string =>
  preset !== undefined ? `default ${JSON.stringify(preset)}` : required ? 'required' : 'optional'

function explainLoss(name: string, inputs: Inputs): Explanation | undefined {
  const offered = inputs.product.definition.targets.map(({ id }) => id)
  const { renderings } = renderAll(inputs, offered, false)
  const losses: Loss[] = renderings.flatMap(({ rendered }) => rendered.losses.filter(({ loss }) => loss === name))
  const [first] = losses
  if (!first) return undefined
  const perTarget = [...Map.groupBy(losses, ({ target }) => target)].map(
    ([target, all]) => `  ${target}:\n${describeLosses(all, '    ')}`,
  )
  return {
    text: [onOutput('bold', name), ...perTarget, `  Instead: ${first.workaround}`].join('\n'),
    data: { loss: name, losses },
  }
}

/** Variables and files whose expression holds such a node. */
function placesUsing(definition: ProductDefinition, wanted: (node: Operation) => boolean): string[] {
  const holds = (value: Expression) => find(value, (node): node is Operation => wanted(node)) !== undefined
  return [...catalogOf(definition).services].flatMap(
    ([
      id,
      {
        service: { env = [], files = [] },
      },
    ]) => [
      ...env.filter(({ value }) => holds(value)).map(({ name }) => `services/${id}/env/${name}`),
      ...files.filter(({ content }) => holds(content)).map(({ path }) => `services/${id}/files${path}`),
    ],
  )
}
