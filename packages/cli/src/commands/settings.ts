import { type Outcome, catalogOf } from '@waybill/model'
import { print, printJson } from '../display/print.ts'
import { fail, printProblems, problemJson, sorted } from '../display/problems.ts'
import { onOutput } from '../display/style.ts'
import { table } from '../display/table.ts'
import { readInputs } from '../inputs/inputs.ts'
import type { InstanceFile } from '../inputs/instance.ts'
import { type ProductFile, readProductFile } from '../inputs/product-file.ts'
import { type Reference, type ReferenceEntry, type ReferenceSection, referenceOf } from './settings/reference.ts'

export interface SettingsOptions {
  readonly instance?: string
  readonly markdown?: boolean
  readonly json?: boolean
}

/** Lists all that can be chosen of a product: settings, features, dependencies, load, profiles. */
export async function settings(productPath: string, options: SettingsOptions): Promise<number> {
  const { instance: instancePath, markdown = false, json = false } = options
  const read = await readBoth(productPath, instancePath)
  if (!read.ok) return fail(read.problems, json)
  const { product, instance } = read.value
  const { definition } = product
  const reference = referenceOf(catalogOf(definition), instance?.instance)
  if (json) {
    printJson({ ok: true, problems: sorted(read.warnings).map(problemJson), ...reference })
    return 0
  }
  printProblems(read.warnings)
  if (markdown) {
    const { markdownOf } = await import('./settings/markdown.ts')
    print(markdownOf(`${definition.title} ${definition.version}`, reference))
  } else print(textOf(reference))
  return 0
}

interface Both {
  readonly product: ProductFile
  readonly instance?: InstanceFile
}

async function readBoth(productPath: string, instancePath: string | undefined): Promise<Outcome<Both>> {
  if (instancePath !== undefined) return readInputs(productPath, instancePath, 'bare')
  const product = await readProductFile(productPath)
  return product.ok ? { ...product, value: { product: product.value } } : product
}

function textOf({ settings: groups, features, dependencies, load, profiles }: Reference): string {
  const sizes = profiles.map(({ id, title, load: amounts }) => [
    id,
    title,
    Object.entries(amounts)
      .map(([factor, amount]) => `${factor} ${amount}`)
      .join(', '),
  ])
  const parts = [...groups, features, ...dependencies, load].filter(({ entries }) => entries.length > 0).map(section)
  return [...parts, ...(sizes.length > 0 ? [`${onOutput('bold', 'Profiles')}\n${table(sizes, '  ')}`] : [])].join(
    '\n\n',
  )
}

const section = ({ title, help, entries }: ReferenceSection): string =>
  [onOutput('bold', title), ...(help === undefined ? [] : [`  ${help}`]), ...entries.map(entry)].join('\n')

function entry(each: ReferenceEntry): string {
  const {
    path,
    title,
    help,
    type,
    allowed,
    required,
    default: preset,
    when,
    immutable,
    since,
    deprecated,
    rules,
  } = each
  const presence = required ? 'required' : preset === undefined ? 'optional' : `default ${shown(preset)}`
  const lines = [
    help,
    allowed.length > 0 ? `Allowed: ${allowed.join('; ')}` : undefined,
    when === undefined ? undefined : `Only when ${when}`,
    immutable ? 'Cannot change after the installation' : undefined,
    ...rules.map((message) => `Rule: ${message}`),
    since === undefined ? undefined : `Since ${since}`,
    deprecated === undefined ? undefined : `Deprecated ${deprecated}`,
    each.from === undefined ? undefined : `Value: ${valueOf(each)}`,
  ]
  return [
    `  ${onOutput('cyan', path)}  ${type}, ${presence}  ${title}`,
    ...lines.filter((line) => line !== undefined).map((line) => `      ${line}`),
  ].join('\n')
}

function valueOf({ value, from, applies }: ReferenceEntry): string {
  if (applies === false) return 'without effect'
  if (value === undefined || value === null) return 'not chosen'
  return `${shown(value)} (${from === 'both' ? 'default and instance' : (from ?? 'nobody')})`
}

const shown = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : JSON.stringify(value))
