import { type Expression, type Json, contentName } from '@waybill/model'

/**
 * What a late render leaves open, inside of texts: a mark that survives as text wherever the text goes, and that a printer
 * of templates or an evaluator reads back.
 */
export type Open =
  /** Text of an expression; an absent value is empty. */
  | { readonly open: 'text'; readonly value: Expression; readonly pipes: readonly Pipe[] }
  /** JSON of an expression's value; an absent value is the empty text. */
  | { readonly open: 'json'; readonly value: Expression; readonly pipes: readonly Pipe[] }
  | { readonly open: 'choice'; readonly if: Expression; readonly then: string; readonly else: string }
  /** A text with marks inside, encoded as a whole. */
  | { readonly open: 'piped'; readonly text: string; readonly pipes: readonly Pipe[] }
  /** Pieces of text around the number of each shard of a service, for each of its shards. */
  | {
      readonly open: 'shards'
      readonly service: string
      readonly around: readonly string[]
      readonly separator: string
    }
  /** A whole value of its own type: a number, a boolean, a text. */
  | { readonly open: 'value'; readonly value: Expression }
  | { readonly open: 'urlHost' | 'urlPort'; readonly setting: string }
  /** The number of a shard, among items for each of them. */
  | { readonly open: 'shard' }
  | { readonly open: 'secretVersion'; readonly secret: string }
  /** Name of a Secret, or a key in one, that the site has under this name in the values; what is made otherwise. */
  | { readonly open: 'secretPlace'; readonly at: string; readonly give: 'name' | 'key'; readonly made: string }
  /** Eight hex digits for texts that secrets are put into, with the versions of those that the site has. */
  | { readonly open: 'composedName'; readonly texts: Json; readonly secrets: Json }
  | { readonly open: 'release'; readonly part: 'name' | 'namespace' }
  /** A number of the table of sizes: copies, or an amount as a quantity of Kubernetes, of `most` at most. */
  | { readonly open: 'size'; readonly size: SizeName; readonly most?: number }
  /** Eight hex digits that name content, see `contentName`. */
  | { readonly open: 'name'; readonly of: Json }
  /** The image of a service: the one that values say, or a reference as the site pulls it. */
  | { readonly open: 'image'; readonly reference: string; readonly mirrored: string; readonly service: string }

/** What is done to a text before it is written, first to last. */
export type Pipe = 'container' | 'percent' | 'json'

/** Where a size stands: `services/api/cpu/request`, `volumes/data/size`. */
export interface SizeName {
  readonly of: 'service' | 'volume'
  readonly id: string
  readonly what: 'replicas' | 'size' | 'cpu' | 'memory' | 'ephemeral'
  readonly side?: 'request' | 'limit'
}

const start = '\uE000'
const end = '\uE001'

/** The mark of something open. */
export const mark = (open: Open): string => `${start}${JSON.stringify(open)}${end}`

/** What keys of parts start with that are only there under a condition, or stand for others: see `guards.ts`. */
export const partStart = '\uE002'

const known = new WeakMap<object, boolean>()

/** Whether a value holds something open anywhere: a mark in a text, or a part of its own kind. */
export function isLate(value: Json): boolean {
  if (typeof value === 'string') return value.includes(start)
  if (typeof value !== 'object' || value === null) return false
  const before = known.get(value)
  if (before !== undefined) return before
  const late = Object.entries(value).some(([key, each]: [string, Json]) => key.startsWith(partStart) || isLate(each))
  known.set(value, late)
  return late
}

/** A text in its pieces: literals, and what is open between them. */
export function piecesOf(text: string): (string | Open)[] {
  if (!text.includes(start)) return text === '' ? [] : [text]
  const pieces: (string | Open)[] = []
  let [depth, from] = [0, 0]
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === start && depth++ === 0) {
      if (i > from) pieces.push(text.slice(from, i))
      from = i + 1
    } else if (char === end && --depth === 0) {
      pieces.push(JSON.parse(text.slice(from, i)) as Open)
      from = i + 1
    }
  }
  if (from < text.length) pieces.push(text.slice(from))
  return pieces
}

/** What a text is when it is one mark and nothing else. */
export function openOf(value: Json | undefined): Open | undefined {
  if (typeof value !== 'string' || !value.startsWith(start)) return undefined
  const [piece, ...rest] = piecesOf(value)
  return rest.length === 0 && typeof piece === 'object' ? piece : undefined
}

/** `contentName`, or the mark of it where the content is open. */
export const nameOf = (content: Json): string =>
  isLate(content) ? mark({ open: 'name', of: content }) : contentName(content)
