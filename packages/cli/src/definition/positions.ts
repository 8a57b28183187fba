import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Location, Path, Problem } from '@waybill/model'

/** Where builders were called, by `list/id`; `''` for the product itself. */
export type Origins = Readonly<
  Record<string, { readonly file: string; readonly line: number; readonly column: number }>
>

/** Adds the line of the definition to problems: the call of the nearest builder, then the words of the path below it. */
export function locateInSource(problems: readonly Problem[], origins: Origins, file: string): Problem[] {
  const texts = new Map<string, string>()
  const textOf = (path: string): string => {
    const known = texts.get(path) ?? (existsSync(path) ? readFileSync(path, 'utf8') : '')
    texts.set(path, known)
    return known
  }
  return problems.map((each) => (each.at ? each : { ...each, at: locate(each.path, origins, file, textOf) }))
}

function locate(path: Path, origins: Origins, file: string, textOf: (file: string) => string): Location {
  const [list = '', id = ''] = path
  // the service of a bundled dependency is written with the dependency
  const part = origins[`${list}/${id}`] ?? (list === 'services' ? origins[`dependencies/${id}`] : undefined)
  const origin = part ?? origins['']
  if (!origin) return { file, line: 1, column: 1 }
  const source = pathOf(origin.file)
  const { text, from, to } = extentOf(origin, origins, textOf(source))
  let offset = from
  for (const segment of path.slice(part ? 2 : 0)) offset = find(text, segment, offset, to) ?? offset
  return { file: source, ...lineOf(text, offset) }
}

const pathOf = (file: string): string => (file.startsWith('file:') ? fileURLToPath(file) : file)

/** From the call of a builder to the next one in the same file. */
function extentOf(origin: Origins[string], origins: Origins, text: string): { text: string; from: number; to: number } {
  const starts = lineStarts(text)
  const next = Object.values(origins)
    .filter(({ file, line }) => file === origin.file && line > origin.line)
    .reduce((least, { line }) => Math.min(least, line), starts.length + 1)
  const from = (starts[origin.line - 1] ?? 0) + origin.column - 1
  return { text, from, to: starts[next - 1] ?? text.length }
}

/** A key or a quoted text, else the bare word. */
function find(text: string, word: string, from: number, to: number): number | undefined {
  const quoted = word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
  const edge = (side: '<!' | '!') =>
    /\w/.test(side === '!' ? (word.at(-1) ?? '') : (word[0] ?? '')) ? `(?${side}\\w)` : ''
  for (const pattern of [
    `(?<=['"\`{,\\s])${quoted}['"\`]?\\s*:`,
    `(?<=['"\`])${quoted}(?=['"\`])`,
    `${edge('<!')}${quoted}${edge('!')}`,
  ]) {
    const search = new RegExp(pattern, 'g')
    search.lastIndex = from
    const found = search.exec(text)
    if (found && found.index < to) return found.index
  }
  return undefined
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
