import { describe } from '../expressions/print.ts'
import { type Expression, isOperation } from '../expressions/expression.ts'
import { reduce } from '../expressions/reduce.ts'
import type { Path } from '../errors/problem.ts'
import type { Json } from '../json.ts'
import type { Catalog } from '../product/catalog.ts'
import type { Setting } from '../product/schema.ts'
import { lookupIn, readChoices } from '../resolve/choices.ts'
import { writtenValue } from '../resolve/setting-defaults.ts'
import { formatQuantity } from '../units/quantity.ts'
import { presentNames } from './moves.ts'
import type { InstanceDefinition } from './schema.ts'

/** A value that an instance has, as its file would say it. */
export interface EffectiveValue {
  readonly path: Path
  /** Undefined where nobody gave one. */
  readonly value: Json | undefined
  /** `both`: entries of the default and of the instance. */
  readonly from: 'instance' | 'profile' | 'default' | 'both' | 'nobody'
  /** Whether it has an effect by the other choices; a value that does not is not asked for. */
  readonly applies: boolean
}

/** Every choice of an instance with its value in effect, in the order of the product. Mistakes are for `resolve`. */
export function effectiveValues(catalog: Catalog, written: InstanceDefinition): EffectiveValue[] {
  const { product } = catalog
  const { instance } = presentNames(product, written)
  const { choices } = readChoices(catalog, instance)
  const lookup = lookupIn(catalog, choices, () => 1)
  const holds = (condition: Expression | undefined) => condition === undefined || reduce(condition, lookup) === true
  const profile = product.profiles?.find(({ id }) => id === instance.profile)
  const single = (['id', 'product', 'version', 'target', 'delivery', 'profile'] as const).map((key): EffectiveValue => {
    const value = instance[key]
    return { path: [key], value, from: value === undefined ? 'nobody' : 'instance', applies: true }
  })
  const load = product.load.map(({ id, unit, default: preset }): EffectiveValue => {
    const from =
      instance.load?.[id] !== undefined
        ? 'instance'
        : profile?.load[id] !== undefined
          ? 'profile'
          : preset !== undefined
            ? 'default'
            : 'nobody'
    const amount = choices.load.get(id) ?? 0
    const value = from === 'nobody' ? undefined : unit === 'count' ? amount : formatQuantity(amount, unit)
    return { path: ['load', id], value, from, applies: true }
  })
  const features = product.features.map(({ id, when }): EffectiveValue => {
    const from = instance.features?.[id] === undefined ? 'default' : 'instance'
    return { path: ['features', id], value: choices.features.get(id) ?? false, from, applies: holds(when) }
  })
  const dependencies = product.dependencies.flatMap(({ id, when, inputs }): EffectiveValue[] => {
    const given: Readonly<Record<string, unknown>> = instance.dependencies?.[id] ?? {}
    const mode = choices.modes.get(id)
    const there = holds(when)
    const wanted = there && mode !== 'bundled'
    return [
      {
        path: ['dependencies', id, 'mode'],
        value: mode,
        from: given.mode === undefined ? 'default' : 'instance',
        applies: there,
      },
      ...inputs.map((input) => {
        const path = ['dependencies', id, input.id]
        const value = wanted ? choices.inputs.get(`${id}.${input.id}`) : input.default
        return effective(input, path, given[input.id] as Json | undefined, value, wanted && holds(input.when))
      }),
    ]
  })
  const settings = [...catalog.settings].map(([id, setting]): EffectiveValue => {
    const [group, key] = id.split('.') as [string, string]
    const given = instance.settings?.[group]?.[key]
    return effective(setting, ['settings', group, key], given, choices.settings.get(id), holds(setting.when))
  })
  return [...single, ...load, ...features, ...dependencies, ...settings]
}

function effective(
  setting: Setting,
  path: Path,
  given: Json | undefined,
  value: Expression | Json | undefined,
  applies: boolean,
): EffectiveValue {
  const { type, default: preset } = setting
  const merged = (type === 'map' || type === 'keyedList') && preset !== undefined
  const from =
    given !== undefined && given !== null ? (merged ? 'both' : 'instance') : value === undefined ? 'nobody' : 'default'
  return { path, value: asWritten(setting, value), from, applies }
}

function asWritten(setting: Setting, value: Expression | Json | undefined): Json | undefined {
  if (value === undefined) return undefined
  if (isOperation(value)) return value.op === 'quantity' ? formatQuantity(value.value, value.unit) : describe(value)
  return writtenValue(setting, value)
}
