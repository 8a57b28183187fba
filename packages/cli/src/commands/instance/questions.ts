import {
  type Catalog,
  type EffectiveValue,
  type Json,
  type Path,
  type SettingDefinition,
  effectiveValues,
  parseQuantity,
  readSettingValue,
  writtenDefault,
} from '@waybill/model'
import { type Draft, instanceOf } from './draft.ts'

type Shape = Parameters<typeof readSettingValue>[0]

/** Something to ask. An answer that is left to its preset is not written. */
export interface Question {
  readonly path: Path
  readonly title: string
  readonly help?: string
  readonly kind: 'text' | 'choice' | 'truth' | 'map' | 'list'
  /** What holds when nothing is said. */
  readonly preset?: Json
  readonly required: boolean
  readonly choices?: readonly { readonly value: string; readonly label?: string }[]
  readonly shape?: Shape
  /** The value that an answer means, or why it does not do. */
  readonly read: (answer: string) => { readonly value: Json } | { readonly wrong: string }
}

/** The next thing to ask: what applies by the answers so far and was not asked yet; undefined when all is said. */
export function nextQuestion(catalog: Catalog, draft: Draft, asked: ReadonlySet<string>): Question | undefined {
  const values = effectiveValues(catalog, instanceOf(draft, catalog.product))
  for (const value of values) {
    if (!value.applies || asked.has(value.path.join('/'))) continue
    const question = questionOf(catalog, value, draft)
    if (question) return question
  }
  return undefined
}

/** Answers that have no effect any more, because a later one took away what they were for. */
export function withoutEffect(catalog: Catalog, draft: Draft): Path[] {
  return effectiveValues(catalog, instanceOf(draft, catalog.product))
    .filter(({ applies, path }) => !applies && draft.has(path.join('/')))
    .map(({ path }) => path)
}

const idPattern = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/

function questionOf(
  { product, settings, dependencies }: Catalog,
  { path }: EffectiveValue,
  draft: Draft,
): Question | undefined {
  const [list, first = '', second = ''] = path
  switch (list) {
    case 'id':
      return {
        path,
        title: 'Name of this installation',
        kind: 'text',
        preset: product.id,
        required: true,
        read: (answer) =>
          idPattern.test(answer)
            ? { value: answer }
            : { wrong: 'Small letters, digits and hyphens, starting with a letter.' },
      }
    case 'target':
      if (product.targets.length < 2) return undefined
      return choice(
        path,
        'Where it runs',
        product.targets.map(({ id }) => ({ value: id })),
      )
    case 'profile':
      if (!product.profiles) return undefined
      return choice(path, 'Size', [
        ...product.profiles.map(({ id, title }) => ({ value: id, label: title })),
        ...(product.load.length > 0 ? [{ value: '', label: 'Own numbers' }] : []),
      ])
    case 'load':
      return loadQuestion(
        product.load.find(({ id }) => id === first)!,
        path,
        draft,
      )
    case 'features': {
      const { title, help, default: preset = false } = product.features.find(({ id }) => id === first)!
      return {
        path,
        title,
        help,
        kind: 'truth',
        preset,
        required: true,
        read: (answer) => ({ value: answer === 'true' }),
      }
    }
    case 'dependencies': {
      const { kind, holds, modes, inputs } = dependencies.get(first)!
      const input = inputs.find(({ id }) => id === second)
      if (input) return settingQuestion(input, path, `${first}: ${input.title}`)
      if (modes.length < 2) return undefined
      const words = {
        bundled: 'part of this installation',
        external: 'your own',
        operator: 'your own, by its operator',
      }
      return choice(
        path,
        `${first}: ${kind} for ${holds}`,
        modes.map((mode) => ({ value: mode, label: `${mode}: ${words[mode]}` })),
      )
    }
    case 'settings': {
      const setting = settings.get(`${first}.${second}`)!
      return setting.deprecated ? undefined : settingQuestion(setting, path, setting.title)
    }
    default:
      return undefined
  }
}

const choice = (path: Path, title: string, choices: NonNullable<Question['choices']>): Question => ({
  path,
  title,
  kind: 'choice',
  choices,
  preset: choices[0]!.value,
  required: true,
  read: (answer) => ({ value: answer }),
})

/** A profile says the load; who has none says it. */
function loadQuestion(
  { title, help, unit }: Catalog['product']['load'][number],
  path: Path,
  draft: Draft,
): Question | undefined {
  if (draft.get('profile')?.value) return undefined
  return {
    path,
    title,
    ...(help !== undefined && { help }),
    kind: 'text',
    required: true,
    read(answer) {
      const read = parseQuantity(answer, unit)
      if (!('value' in read)) return { wrong: `${read.why}; ${read.fix}.` }
      return { value: unit === 'count' ? read.value : answer.trim() }
    },
  }
}

function settingQuestion(setting: SettingDefinition, path: Path, title: string): Question {
  const { type, help, required = false, choices = [] } = setting
  const preset = writtenDefault(setting)
  const common = {
    path,
    title,
    ...(help !== undefined && { help }),
    ...(preset !== undefined && { preset }),
    required,
    shape: setting,
    read: (answer: string) => readAnswer(setting, answer),
  }
  if (type === 'choice') {
    return { ...common, kind: 'choice', choices: choices.map(({ id, title: label = id }) => ({ value: id, label })) }
  }
  return {
    ...common,
    kind: type === 'boolean' ? 'truth' : type === 'map' ? 'map' : type === 'keyedList' ? 'list' : 'text',
  }
}

/** What somebody typed for a value of a shape. */
export function readAnswer(shape: Shape, answer: string): { readonly value: Json } | { readonly wrong: string } {
  const given: Json =
    shape.type === 'boolean'
      ? answer === 'true'
      : shape.type === 'count' && /^\d+$/.test(answer)
        ? Number(answer)
        : answer
  const read = readSettingValue(shape, given)
  if ('value' in read) return { value: given }
  return { wrong: read.misfits.map(({ expected, found }) => `Expected ${expected}; found ${found}.`).join(' ') }
}
