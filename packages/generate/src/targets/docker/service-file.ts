import type { Condition, Specification } from '../../containers/specification.ts'
import type { OutputFile } from '../../target.ts'
import { type Naming, optionsOf, programOf } from './arguments.ts'
import { printWord, wordOf } from './words.ts'

/** What is started under one name, as the script writes it. */
export interface Entry {
  readonly name: string
  /** What it is for, in one line. */
  readonly does: string
  readonly kind: 'container' | 'job' | 'task'
  /** One for all containers of it, or one for each where each is told which it is. */
  readonly specifications: readonly [Specification, ...Specification[]]
  readonly copies: number
}

export const serviceFilePath = (name: string): string => `base/services/${name}.sh`

/** The arguments of the containers of one name, spelled out for people and for the library. */
export function serviceFile(entry: Entry, volume: Naming['volume']): OutputFile {
  const [first] = entry.specifications
  const lines = [
    '# shellcheck shell=sh disable=SC2016,SC1111,SC1112,SC2154  # literals are meant; the library sets the folders',
    `# ${entry.name}: ${oneLine(entry.does)}.`,
    '# Written by Waybill and written again at each render: changes belong into custom/arguments.sh.',
    ...needLines(first),
    ...networkLines(first),
    ...blocks(entry, volume),
  ]
  return { path: serviceFilePath(entry.name), content: { text: `${lines.join('\n')}\n` } }
}

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').replace(/\.$/, '')

const states: Readonly<Record<Condition, string>> = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
}

const needLines = ({ depends_on: needs = {} }: Specification): string[] =>
  Object.entries(needs).map(([name, { condition }]) => `needs ${states[condition]} ${name}`)

function networkLines({ network_mode: mode, networks = {} }: Specification): string[] {
  const aliases = new Set(Object.values(networks).flatMap((each) => each.aliases ?? []))
  return [
    `attach ${mode ?? Object.keys(networks).join(' ')}`,
    ...(aliases.size > 0 ? [`known_as ${[...aliases].join(' ')}`] : []),
  ]
}

/** One block for a container; a loop where several have the same definition. */
function blocks({ name, kind, specifications, copies }: Entry, volume: Naming['volume']): string[] {
  const [first] = specifications
  if (kind !== 'container') return block(`${kind} ${name}`, first, { volume })
  if (specifications.length > 1)
    return specifications.flatMap((each, i) => block(`container ${name} ${i + 1}`, each, { volume }))
  if (copies === 1) return block(`container ${name} 1`, first, { volume })
  const numbers = Array.from({ length: copies }, (_, i) => ` ${i + 1}`).join('')
  const [head = '', ...looped] = block(`container ${name} "\${replica}"`, first, { volume, replicas: name })
  // only the first line is indented: spaces before the lines of a literal would belong to it
  return [`for replica in${numbers}; do`, `  ${head}`, ...looped, 'done']
}

function block(head: string, specification: Specification, naming: Naming): string[] {
  const words = [
    ...optionsOf(specification, naming).map(printWord),
    ['--', ...programOf(specification).slice(0, 1).map(printWord)].join(' '),
    ...programOf(specification).slice(1).map(printWord),
  ]
  return [head, ...words.map((word) => `  ${word}`)].map((line, i) => (i < words.length ? `${line} \\` : line))
}

/** A name that the library reads as one word. */
export const nameWord = (text: string): string => printWord(wordOf(text))
