import { describe } from '../expressions/print.ts'
import type { Json } from '../json.ts'
import { jsonSchemaOf } from '../json-schema.ts'
import type { Dependency, LoadFactor, ProductDefinition } from '../product/schema.ts'
import { formatQuantity, quantityPattern } from '../units/quantity.ts'
import { type JsonSchema, settingSchema } from './setting-schema.ts'

/**
 * The JSON Schema of the instances of one product: with its own settings, features, dependencies, load and profiles, so
 * that editors complete them. What conditions and rules say of a value is for `check`.
 */
export function instanceSchemaOf(product: ProductDefinition): JsonSchema {
  const { properties, ...general } = jsonSchemaOf('instance') as { readonly properties: JsonSchema }
  const { profile: _, ...rest } = properties
  return {
    ...(general as JsonSchema),
    title: `Instance of ${product.title} ${product.version}`,
    properties: {
      ...rest,
      product: { const: product.id },
      target: { enum: product.targets.map(({ id }) => id) },
      ...(product.profiles && { profile: { anyOf: product.profiles.map(({ id, title }) => ({ const: id, title })) } }),
      load: closed(product.load.map((factor) => [factor.id, loadSchema(factor)])),
      settings: closed(
        product.settings.map(({ id, title, help, settings }) => [
          id,
          {
            title,
            ...(help !== undefined && { description: help }),
            ...closed([
              ...settings.map((setting) => [setting.id, settingSchema(setting)] as const),
              ...oldNames(product, 'setting')
                .filter(([from]) => from.startsWith(`${id}.`))
                .map(([from, to]) => [from.slice(id.length + 1), renamed(to)] as const),
            ]),
          },
        ]),
      ),
      features: closed([
        ...product.features.map(({ id, title, help, when, default: preset = false }) => {
          const description = when === undefined ? help : `${help} Only when ${describe(when)}.`
          return [id, { title, description, type: 'boolean', default: preset }] as const
        }),
        ...oldNames(product, 'feature').map(([from, to]) => [from, renamed(to)] as const),
      ]),
      dependencies: closed([
        ...product.dependencies.map((dependency) => [dependency.id, dependencySchema(dependency)] as const),
        ...oldNames(product, 'dependency').map(([from, to]) => [from, renamed(to)] as const),
      ]),
    },
  }
}

const closed = (members: readonly (readonly [string, Json])[]): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(members),
  additionalProperties: false,
})

/** Names that the product has given up; a group that is gone as a whole is not in the schema. */
const oldNames = ({ moved = [] }: ProductDefinition, what: string): (readonly [string, string])[] =>
  moved.filter((each) => each.what === what).map(({ from, to }) => [from, to])
const renamed = (to: string): JsonSchema => ({ deprecated: true, description: `Called ${to} now.` })

function loadSchema({ title, help, unit, default: preset }: LoadFactor): JsonSchema {
  const count: JsonSchema[] = [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^\\s*\\d+(?:\\.0+)?\\s*$' },
  ]
  return {
    title,
    ...(help !== undefined && { description: help }),
    ...(unit === 'count' ? { anyOf: count } : { type: 'string', pattern: quantityPattern(unit) }),
    ...(preset !== undefined && { default: unit === 'count' ? preset : formatQuantity(preset, unit) }),
  }
}

function dependencySchema({ kind, holds, version, modes, inputs }: Dependency): JsonSchema {
  return {
    title: `${kind}: ${holds}`,
    description: `Version ${version}.`,
    ...closed([
      ['mode', { enum: modes, default: modes[0]! }],
      ...inputs.map((input) => [input.id, settingSchema(input)] as const),
    ]),
  }
}
