import type { Json } from '@waybill/model'
import type { Reference, ReferenceEntry, ReferenceSection } from './reference.ts'

/** The reference as a page of a manual. */
export function markdownOf(title: string, { settings, features, dependencies, load, profiles }: Reference): string {
  const factors = load.entries.map(({ path }) => path.slice('load.'.length))
  const sizes = profiles.map(({ id, title: name, load: amounts }) => [
    `\`${id}\``,
    name,
    ...factors.map((factor) => amounts[factor] ?? ''),
  ])
  return [
    `# Settings of ${title}`,
    ...settings.map((group) => section(group, '##')),
    section(features, '##'),
    ...(dependencies.length > 0 ? ['## Dependencies', ...dependencies.map((each) => section(each, '###'))] : []),
    section(load, '##'),
    ...(sizes.length > 0 ? ['## Profiles', tableOf([['profile', 'for', ...factors], ...sizes])] : []),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function section({ title, help, entries }: ReferenceSection, level: string): string {
  if (entries.length === 0) return ''
  const valued = entries.some(({ from }) => from !== undefined)
  const head = ['path', 'what', 'type', 'default', ...(valued ? ['value'] : [])]
  const rows = entries.map((each) => [
    `\`${each.path}\``,
    escaped(wordsOf(each)),
    escaped([each.type, ...each.allowed].join('; ')),
    each.required ? 'required' : code(each.default),
    ...(valued ? [code(each.value)] : []),
  ])
  return [`${level} ${title}`, ...(help === undefined ? [] : [escaped(help)]), tableOf([head, ...rows])].join('\n\n')
}

function wordsOf({ title, help, when, immutable, since, deprecated, rules }: ReferenceEntry): string {
  const sentences = [
    `${title}.`,
    help,
    when === undefined ? undefined : `Only when ${when}.`,
    immutable ? 'Cannot change after the installation.' : undefined,
    ...rules,
    since === undefined ? undefined : `Since ${since}.`,
    deprecated === undefined ? undefined : `Deprecated ${deprecated}.`,
  ]
  return sentences.filter((each) => each !== undefined).join(' ')
}

/** What a cell of a table cannot hold as it is, and what would be markup. */
const escaped = (text: string): string => text.replace(/[\\`*_<>|[\]]/g, '\\$&').replace(/\s+/g, ' ')

function code(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ')
  if (text === '') return '`""`'
  const ticks = '`'.repeat(Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length)) + 1)
  return `${ticks}${ticks.length > 1 ? ` ${text} ` : text}${ticks}`.replaceAll('|', '\\|')
}

const tableOf = ([head = [], ...rows]: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
