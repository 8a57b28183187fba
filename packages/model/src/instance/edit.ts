import {
  type Document,
  type ParsedNode,
  type YAMLMap,
  type YAMLSeq,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
} from 'yaml'
import { type Outcome, type Path, type Problem, problem } from '../errors/problem.ts'
import { type Json, canonicalJson } from '../json.ts'
import { nameOf } from '../documents/schema-problems.ts'

/** A change of an instance file; entries of lists are named by their id. */
export type Edit =
  | { readonly edit: 'set'; readonly path: Path; readonly value: Json }
  | { readonly edit: 'unset'; readonly path: Path }
  | { readonly edit: 'move'; readonly path: Path; readonly to: Path }

/**
 * Changes the text of an instance file: only what an edit names, every other line, comment and quote stays as it is.
 *
 * @returns WB2026 for a place that cannot be edited without touching others
 * @example
 * editInstance('schema: 1 # one\n', [{ edit: 'set', path: ['id'], value: 'shop' }]).value // 'schema: 1 # one\nid: shop\n'
 */
export function editInstance(text: string, edits: readonly Edit[]): Outcome<string> {
  let current = text
  const problems: Problem[] = []
  for (const edit of edits) {
    const next = applied(current, edit)
    if (next === undefined) problems.push(problem('WB2026', edit.path, { path: edit.path.join('.') }))
    else current = next
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: current, warnings: [] }
}

/** The text after an edit; undefined unless it says exactly what was wanted. */
function applied(text: string, edit: Edit): string | undefined {
  const source = new Source(text)
  const wanted = expected(source.data(), edit)
  if (wanted === undefined) return undefined
  const next = edited(source, edit)
  if (next === undefined) return undefined
  const found = new Source(next)
  return found.document.errors.length === 0 && canonicalJson(found.data()) === canonicalJson(wanted) ? next : undefined
}

function edited(source: Source, edit: Edit): string | undefined {
  switch (edit.edit) {
    case 'set':
      return source.set(edit.path, edit.value)
    case 'unset':
      return source.unset(edit.path)
    case 'move':
      return source.move(edit.path, edit.to)
  }
}

// ------------------------------------------------------------------------------------------------ what an edit means

type Data = { [key: string]: Data | Json } | (Data | Json)[]

/** The data after an edit; undefined when there is nothing at its path to take away. */
function expected(data: unknown, edit: Edit): unknown {
  const copy = structuredClone(data ?? {}) as Data
  if (edit.edit === 'set') return assign(copy, edit.path, edit.value)
  const value = take(copy, edit.path)
  if (value === undefined) return undefined
  return edit.edit === 'unset' ? copy : assign(copy, edit.to, value)
}

const isContainer = (value: unknown): value is Data => typeof value === 'object' && value !== null

function assign(container: Data, [key, ...rest]: Path, value: Data | Json): Data {
  const inner = rest.length === 0 ? value : undefined
  if (Array.isArray(container)) {
    const index = container.findIndex((item) => nameOf(item) === key)
    const at = index >= 0 ? index : indexIn(container, key!)
    if (at === undefined) container.push(inner ?? assign({ id: key! }, rest, value))
    else container[at] = inner ?? assign(asContainer(container[at]), rest, value)
  } else container[key!] = inner === undefined ? assign(asContainer(container[key!]), rest, value) : inner
  return container
}

const asContainer = (value: unknown): Data => (isContainer(value) ? value : {})
const indexIn = (list: readonly unknown[], key: string): number | undefined =>
  /^\d+$/.test(key) && Number(key) < list.length ? Number(key) : undefined

function take(container: Data, [key, ...rest]: Path): Data | Json | undefined {
  if (Array.isArray(container)) {
    const index = container.findIndex((item) => nameOf(item) === key)
    const at = index >= 0 ? index : indexIn(container, key!)
    if (at === undefined) return undefined
    if (rest.length === 0) return container.splice(at, 1)[0]
    const inner = container[at]
    return isContainer(inner) ? take(inner, rest) : undefined
  }
  if (!Object.hasOwn(container, key!)) return undefined
  const value = container[key!]
  if (rest.length > 0) return isContainer(value) ? take(value, rest) : undefined
  delete container[key!]
  return value
}

// ------------------------------------------------------------------------------------------------ the text

type MapPair = { readonly key: ParsedNode; readonly value: ParsedNode | null }

/** Where a path leads: the innermost node that is there, and what of the path is left. */
interface Place {
  readonly node: ParsedNode
  /** The pair that the node is the value of. */
  readonly pair?: MapPair
  readonly parent?: Place
  readonly rest: Path
}

/** A text with what it parses to. Each change gives the whole new text. */
class Source {
  readonly text: string
  readonly document: Document.Parsed
  readonly #eol: string

  constructor(text: string) {
    this.text = text
    this.document = parseDocument(text, { version: '1.2', merge: false, stringKeys: true })
    this.#eol = text.includes('\r\n') ? '\r\n' : '\n'
  }

  data(): unknown {
    return this.document.toJS()
  }

  set(path: Path, value: Json): string | undefined {
    const place = this.#find(path)
    if (!place) return this.text.trim() === '' ? this.#lines('', blockOf(nested(path, value))) : undefined
    const { node, pair, rest } = place
    if (rest.length > 0 && isMap(node) && !(pair && node.items.length === 0))
      return this.#addToMap(node, rest[0]!, nested(rest.slice(1), value))
    if (rest.length > 0 && isSeq(node)) return this.#addToList(node, rest, value)
    const whole = rest.length > 0 ? nested(rest, value) : value
    return pair ? this.#setPair(place, pair, whole) : this.#replace(node.range[0], this.#end(node), flowOf(whole, node))
  }

  unset(path: Path): string | undefined {
    const place = this.#find(path)
    if (!place || place.rest.length > 0 || !place.parent) return undefined
    const holder = place.parent.node
    const flow = isCollection(holder) && holder.flow === true
    const start = place.pair ? place.pair.key.range[0] : place.node.range[0]
    const items = (isCollection(holder) ? holder.items : []) as readonly unknown[]
    const index = items.findIndex((item) => startOf(item) === start)
    const end = this.#pairEnd(place)
    if (flow) return this.#takeFromFlow(items, index, start, end)
    if (items.length === 1) {
      const lineStart = this.#lineStart(start)
      const { pair } = place.parent
      if (!pair) return undefined
      const colon = this.#colon(pair)
      return this.#replace(
        colon,
        lineStart,
        ` ${isSeq(holder) ? '[]' : '{}'}${this.text.slice(colon, lineStart)}`,
        this.#lineEnd(end),
      )
    }
    const before = this.text.slice(this.#lineStart(start), start)
    const next = items[index + 1]
    // the first key of an entry shares its line with the dash
    if (place.pair && before.trim() !== '')
      return next === undefined ? undefined : this.#replace(start, startOf(next)!, '')
    return this.#replace(this.#lineStart(start), this.#lineEnd(end), '')
  }

  move(path: Path, to: Path): string | undefined {
    const place = this.#find(path)
    if (!place?.pair || place.rest.length > 0) return undefined
    const { key, value } = place.pair
    const siblings = path.length === to.length && path.slice(0, -1).every((segment, i) => segment === to[i])
    if (siblings) return this.#replace(key.range[0], key.range[1], scalarText(to.at(-1)!))
    const holder = place.parent?.node
    const without = this.unset(path)
    if (without === undefined) return undefined
    const data = (value?.toJS(this.document) ?? null) as Json
    const target = new Source(without)
    const placed = target.set(to, data)
    if (placed === undefined || !isCollection(holder) || holder.flow === true) return placed
    return new Source(placed).#restore(to, this.#written(place), this.#column(key.range[0]))
  }

  /** What stands behind the key of a pair, to the end of its last line. */
  #written(place: Place): string {
    return this.text.slice(place.pair!.key.range[1], this.#lineEnd(this.#pairEnd(place)))
  }

  /** Gives a pair that was written anew the lines that it had in a column elsewhere. */
  #restore(path: Path, lines: string, column: number): string {
    const place = this.#find(path)
    if (!place?.pair || place.rest.length > 0) return this.text
    const { key } = place.pair
    const start = this.#lineStart(key.range[0])
    const pad = this.text.slice(start, key.range[0])
    if (pad.trim() !== '') return this.text
    const shifted = lines
      .split('\n')
      .map((line, i) => (i === 0 || line.trim() === '' ? line : pad + line.slice(Math.min(column, indentOf(line)))))
      .join('\n')
    const name = this.text.slice(key.range[0], key.range[1])
    return this.#replace(start, this.#lineEnd(this.#pairEnd(place)), pad + name + shifted)
  }

  #find(path: Path): Place | undefined {
    const root = this.document.contents
    if (!root) return undefined
    let place: Place = { node: root, rest: path }
    for (;;) {
      const [segment, ...rest] = place.rest
      if (segment === undefined) return place
      const { node } = place
      if (isMap(node)) {
        const pair = (node.items as readonly MapPair[]).find(
          ({ key }) => isScalar(key) && String(key.value) === segment,
        )
        if (!pair?.value) return place
        place = { node: pair.value, pair, parent: place, rest }
      } else if (isSeq(node)) {
        const items = node.items as readonly ParsedNode[]
        const named = items.find((item) => isMap(item) && nameOf(item.toJS(this.document)) === segment)
        const item = named ?? (/^\d+$/.test(segment) ? items[Number(segment)] : undefined)
        if (!item) return place
        place = { node: item, parent: place, rest }
      } else return place
    }
  }

  #setPair({ node, parent }: Place, pair: MapPair, value: Json): string {
    const colon = this.#colon(pair)
    const between = this.text.slice(colon, Math.max(colon, node.range[0]))
    const inFlow = isCollection(parent?.node) && parent.node.flow === true
    const empty = node.range[0] === node.range[1]
    const onLine = !empty && !between.includes('\n') && !isBlock(node)
    const block = !inFlow && isCollectionValue(value)
    if (onLine && !block) return this.#replace(node.range[0], node.range[1], flowOf(value, node))
    const [comment = ''] = /#[^\r\n]*/.exec(between) ?? []
    const end = empty ? colon : this.#end(node)
    if (!block) return this.#replace(colon, end, ` ${flowOf(value)}${comment === '' ? '' : ` ${comment}`}`)
    const indent = ' '.repeat(this.#column(pair.key.range[0]) + 2)
    const lines = this.#lines(indent, blockOf(value)).trimEnd()
    // what stands behind a value on its line stays there
    const tail = onLine || empty ? this.text.slice(end, this.#lineEnd(end)).trimEnd() : ''
    const stop = tail === '' ? end : end + tail.length
    return this.#replace(
      colon,
      stop,
      `${comment === '' ? '' : ` ${comment}`}${tail === '' ? '' : ` ${tail.trim()}`}${this.#eol}${lines}`,
    )
  }

  #addToMap(map: YAMLMap.Parsed, key: string, value: Json): string {
    const last = map.items.at(-1) as MapPair | undefined
    if (map.flow || !last) {
      const pair = `${scalarText(key)}: ${flowOf(value)}`
      if (!last) return this.#replace(map.range[0], map.range[1], `{ ${pair} }`)
      return this.#insert(this.#pairEndOf(last), `, ${pair}`)
    }
    const first = map.items[0] as MapPair
    const indent = ' '.repeat(this.#column(first.key.range[0]))
    return this.#insertLines(this.#pairEndOf(last), this.#lines(indent, blockOf({ [key]: value })))
  }

  #addToList(list: YAMLSeq.Parsed, [id, ...rest]: Path, value: Json): string {
    const inner = nested(rest, value)
    const entry = rest.length === 0 ? value : { id: id!, ...(inner as { readonly [key: string]: Json }) }
    const last = (list.items as readonly ParsedNode[]).at(-1)
    if (!last) return this.#replace(list.range[0], list.range[1], `[ ${flowOf(entry)} ]`)
    if (list.flow) return this.#insert(this.#end(last), `, ${flowOf(entry)}`)
    const indent = ' '.repeat(this.#column(list.range[0]))
    return this.#insertLines(this.#end(last), this.#lines(indent, blockOf([entry])))
  }

  #takeFromFlow(items: readonly unknown[], index: number, start: number, end: number): string {
    const next = items[index + 1]
    if (next !== undefined) return this.#replace(start, startOf(next)!, '')
    const previous = items[index - 1]
    if (previous === undefined) {
      const after = /^\s*,?\s*/.exec(this.text.slice(end))![0].length
      return this.#replace(start - /\s*$/.exec(this.text.slice(0, start))![0].length, end + after, '')
    }
    return this.#replace(endOf(previous, this), end, '')
  }

  /** Right behind the colon of a pair. */
  #colon({ key }: MapPair): number {
    return this.text.indexOf(':', key.range[1]) + 1
  }

  #pairEnd({ pair, node }: Place): number {
    return pair ? this.#pairEndOf(pair) : this.#end(node)
  }

  #pairEndOf(pair: MapPair): number {
    const { value } = pair
    return value && value.range[0] !== value.range[1] ? this.#end(value) : this.#colon(pair)
  }

  endOfItem(item: unknown): number {
    return isPair(item) ? this.#pairEndOf(item) : this.#end(item as ParsedNode)
  }

  /** Where the last sign of a node stands, without comments and line ends behind it. */
  #end(node: ParsedNode): number {
    if (isCollection(node) && !node.flow) {
      const last = node.items.at(-1)
      if (last !== undefined) return this.endOfItem(last)
    }
    const end = node.range[1]
    return end - /\s*$/.exec(this.text.slice(node.range[0], end))![0].length
  }

  #lineStart(offset: number): number {
    return this.text.lastIndexOf('\n', offset - 1) + 1
  }
  /** Behind the line break of the line. */
  #lineEnd(offset: number): number {
    const found = this.text.indexOf('\n', offset)
    return found < 0 ? this.text.length : found + 1
  }
  #column(offset: number): number {
    return offset - this.#lineStart(offset) - (this.text.startsWith('\uFEFF') && this.#lineStart(offset) === 0 ? 1 : 0)
  }
  #lines(indent: string, block: string): string {
    return block.replace(/^(?=.)/gm, indent).replaceAll('\n', this.#eol)
  }
  #insert(offset: number, inserted: string): string {
    return this.#replace(offset, offset, inserted)
  }
  #insertLines(offset: number, lines: string): string {
    const at = this.#lineEnd(offset)
    const break_ = at > 0 && this.text[at - 1] !== '\n' ? this.#eol : ''
    return this.#replace(at, at, break_ + lines)
  }
  #replace(from: number, to: number, by: string, resume = to): string {
    return this.text.slice(0, from) + by + this.text.slice(resume)
  }
}

const isPair = (item: unknown): item is MapPair => typeof item === 'object' && item !== null && 'key' in item
const startOf = (item: unknown): number | undefined => (isPair(item) ? item.key : (item as ParsedNode)).range[0]
const endOf = (item: unknown, source: Source): number => source.endOfItem(item)
const indentOf = (line: string): number => line.length - line.trimStart().length
const isBlock = (node: ParsedNode): boolean =>
  isCollection(node) ? !node.flow : isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
const isCollectionValue = (value: Json): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

const nested = (path: Path, value: Json): Json => path.reduceRight<Json>((inner, key) => ({ [key]: inner }), value)

// words that YAML 1.1 takes for something else are quoted; no text goes over several lines
const style = {
  version: '1.2',
  compat: 'yaml-1.1',
  lineWidth: 0,
  blockQuote: false,
  doubleQuotedAsJSON: true,
} as const

const hasLineBreak = (value: Json): boolean => JSON.stringify(value).includes('\\n')

const blockOf = (value: Json): string => stringify(value, { ...style, singleQuote: !hasLineBreak(value) })

/** A value on one line, in the quotes of the one that it replaces. */
function flowOf(value: Json, old?: ParsedNode): string {
  const singleQuote = !hasLineBreak(value)
  const quoted = isScalar(old) && (old.type === 'QUOTE_DOUBLE' || (old.type === 'QUOTE_SINGLE' && singleQuote))
  const defaultStringType = quoted && typeof value === 'string' ? (old.type as 'QUOTE_DOUBLE') : 'PLAIN'
  const flow = { ...style, singleQuote, collectionStyle: 'flow', defaultStringType, defaultKeyType: 'PLAIN' } as const
  // a long collection is broken into lines, which may not be indented enough where it goes
  const text = stringify([value], flow)
    .trim()
    .replace(/\s*\n\s*/g, ' ')
  return text.replace(/^\[\s*|\s*\]$/g, '')
}

const scalarText = (key: string): string => flowOf(key)
