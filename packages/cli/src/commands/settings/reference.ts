import {
  type Catalog,
  type EffectiveValue,
  type InstanceDefinition,
  type Json,
  type SettingDefinition,
  describe,
  effectiveValues,
  formatQuantity,
  rangeOf,
  writtenDefault,
} from '@waybill/model'

/** Something that can be chosen, in words. */
export interface ReferenceEntry {
  /** As `waybill instance set` takes it. */
  readonly path: string
  readonly title: string
  readonly help?: string
  readonly type: string
  /** Allowed values, where the type does not say it all. */
  readonly allowed: readonly string[]
  readonly required: boolean
  readonly default?: Json
  readonly when?: string
  readonly immutable: boolean
  readonly since?: string
  readonly deprecated?: string
  readonly rules: readonly string[]
  /** In effect; only with an instance. */
  readonly value?: Json
  readonly from?: EffectiveValue['from']
  readonly applies?: boolean
}
export interface ReferenceSection {
  readonly title: string
  readonly help?: string
  readonly entries: readonly ReferenceEntry[]
}
export interface Reference {
  readonly settings: readonly ReferenceSection[]
  readonly features: ReferenceSection
  readonly dependencies: readonly ReferenceSection[]
  readonly load: ReferenceSection
  readonly profiles: readonly {
    readonly id: string
    readonly title: string
    readonly load: Readonly<Record<string, string>>
  }[]
}

/** All that a customer may choose of a product, with the values of an instance. */
export function referenceOf(catalog: Catalog, instance: InstanceDefinition | undefined): Reference {
  const { product } = catalog
  const effective = new Map(
    (instance ? effectiveValues(catalog, instance) : []).map((each) => [each.path.join('.'), each]),
  )
  const now = (path: string): Pick<ReferenceEntry, 'value' | 'from' | 'applies'> => {
    const found = effective.get(path)
    return found ? { value: found.value ?? null, from: found.from, applies: found.applies } : {}
  }
  const entryOf = (setting: SettingDefinition, path: string): ReferenceEntry => ({
    ...inWords(setting, path),
    ...now(path),
  })
  const plain = { allowed: [], immutable: false, rules: [] }
  return {
    settings: product.settings.map(({ id, title, help, settings }) => ({
      title,
      ...(help !== undefined && { help }),
      entries: settings.map((setting) => entryOf(setting, `settings.${id}.${setting.id}`)),
    })),
    features: {
      title: 'Features',
      entries: product.features.map(({ id, title, help, when, default: preset = false }) => ({
        ...plain,
        path: `features.${id}`,
        title,
        help,
        type: 'boolean',
        required: false,
        default: preset,
        ...(when !== undefined && { when: describe(when) }),
        ...now(`features.${id}`),
      })),
    },
    dependencies: product.dependencies.map(({ id, kind, holds, version, when, modes, inputs }) => ({
      title: `${id}: ${kind} ${version} for ${holds}`,
      entries: [
        {
          ...plain,
          path: `dependencies.${id}.mode`,
          title: 'Who runs it',
          type: 'choice',
          allowed: modes,
          required: false,
          default: modes[0]!,
          ...(when !== undefined && { when: describe(when) }),
          ...now(`dependencies.${id}.mode`),
        },
        ...inputs.map((input) => entryOf(input, `dependencies.${id}.${input.id}`)),
      ],
    })),
    load: {
      title: 'Load',
      help: 'What sizes the product.',
      entries: product.load.map(({ id, title, help, unit, default: preset }) => ({
        ...plain,
        path: `load.${id}`,
        title,
        ...(help !== undefined && { help }),
        type: unit,
        required: preset === undefined,
        ...(preset !== undefined && { default: unit === 'count' ? preset : formatQuantity(preset, unit) }),
        ...now(`load.${id}`),
      })),
    },
    profiles: (product.profiles ?? []).map(({ id, title, load }) => ({
      id,
      title,
      load: Object.fromEntries(
        Object.entries(load).map(([factor, amount]) => [
          factor,
          formatQuantity(amount, product.load.find((each) => each.id === factor)?.unit ?? 'count'),
        ]),
      ),
    })),
  }
}

function inWords(setting: SettingDefinition, path: string): ReferenceEntry {
  const { title, help, required = false, immutable = false, when, since, deprecated, rules = [] } = setting
  const preset = writtenDefault(setting)
  return {
    path,
    title,
    ...(help !== undefined && { help }),
    type: typeOf(setting),
    allowed: allowedBy(setting),
    required,
    ...(preset !== undefined && { default: preset }),
    ...(when !== undefined && { when: describe(when) }),
    immutable,
    ...(since !== undefined && { since }),
    ...(deprecated && {
      deprecated: `since ${deprecated.since}: ${deprecated.use === undefined ? '' : `use ${deprecated.use}; `}${deprecated.reason}`,
    }),
    rules: rules.map(({ message }) => message),
  }
}

function typeOf({ type, of = 'text' }: SettingDefinition): string {
  if (type === 'map') return `map of ${of}`
  return type === 'keyedList' ? 'list of entries by id' : type
}

type Limits = Pick<SettingDefinition, 'type' | 'of' | 'choices' | 'pattern' | 'min' | 'max'>

function allowedBy(setting: SettingDefinition): string[] {
  return [
    ...limitsOf(setting),
    ...(setting.fields ?? []).map((field) => {
      const words = [field.type, ...(field.required ? ['required'] : []), ...limitsOf(field)]
      const preset = writtenDefault(field)
      return `${field.id}: ${[...words, ...(preset === undefined ? [] : [`default ${JSON.stringify(preset)}`])].join(', ')}`
    }),
  ]
}

function limitsOf({ type, of, choices, pattern, min, max }: Limits): string[] {
  const measured = type === 'map' ? (of ?? 'text') : type
  const unit =
    measured === 'bytes' || measured === 'cores' || measured === 'duration' || measured === 'percent'
      ? measured
      : 'count'
  return [
    ...(choices ?? []).map(({ id, title }) => (title === undefined ? id : `${id} (${title})`)),
    ...(pattern === undefined ? [] : [`matches ${pattern}`]),
    ...(min === undefined && max === undefined ? [] : [rangeOf(unit, min, max)]),
  ]
}
