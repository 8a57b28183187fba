import { type Expression, type JsonTemplate, type Operation, type Value, find, isOperation } from '@waybill/model'
import type { Spelling } from '../spelling.ts'
import { type Pipe, mark } from './open.ts'

const openOps: ReadonlySet<Operation['op']> = new Set([
  'setting',
  'input',
  'isSet',
  'feature',
  'mode',
  'replicas',
  'addresses',
])

/** Whether a value waits for a choice of the customer, or for a size. */
export const isOpen = (value: Value): boolean =>
  find(value, (node): node is Operation => openOps.has(node.op)) !== undefined

/** How parts of an open text are written: literals and symbols now, the rest later. */
interface LateSpelling {
  readonly spelling: Spelling
  readonly spell: (value: Value, spelling: Spelling) => string
  readonly pipes: readonly Pipe[]
}

/** Writes an open value as text with marks in it. */
export function spellLate(value: Value, late: LateSpelling): string {
  const { spelling, spell, pipes } = late
  if (!isOperation(value) || !isOpen(value)) return spell(value, spelling)
  switch (value.op) {
    case 'concat':
      return value.parts.map((part) => spellLate(part, late)).join('')
    case 'when':
      return mark({
        open: 'choice',
        if: value.if,
        then: spellLate(value.then, late),
        else: value.else === undefined ? '' : spellLate(value.else, late),
      })
    case 'percentEncode': {
      const plain = { ...late, spelling: plainly(spelling), pipes: [] }
      return mark({ open: 'piped', text: spellLate(value.value, plain), pipes: ['percent', ...pipes] })
    }
    case 'json': {
      const inner = { ...late, spelling: plainly(spelling), pipes: [] }
      const text = jsonText(value.value, inner)
      return pipes.length === 0 ? text : mark({ open: 'piped', text, pipes })
    }
    case 'join':
      if (isOperation(value.list) && value.list.op === 'addresses')
        return shards(value.list, value.separator, late, (text) => text)
      if (isOperation(value.list) && value.list.op === 'list')
        return value.list.items
          .map((item) => spellLate(item, late))
          .join((spelling.literal ?? ((text) => text))(value.separator))
      throw new TypeError('"join" of this list cannot stay open')
    default:
      return mark({ open: 'text', value, pipes })
  }
}

const plainly = (spelling: Spelling): Spelling => ({ ...spelling, literal: (text) => text })

/** Stands for the number of a shard while an address is written. */
const anyShard = 987_654_321

function shards(
  addresses: Extract<Operation, { op: 'addresses' }>,
  separator: string,
  { spelling }: LateSpelling,
  wrap: (text: string) => string,
): string {
  const literal = spelling.literal ?? ((text) => text)
  const text = literal(wrap(spelling.address({ ...addresses, op: 'address', shard: anyShard })))
  return mark({
    open: 'shards',
    service: addresses.service,
    around: text.split(String(anyShard)),
    separator: literal(separator),
  })
}

/** JSON text with marks in it, in the order in which it was written. */
function jsonText(value: JsonTemplate, late: LateSpelling): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isOperation(value)) return jsonValue(value, late)
  if (Array.isArray(value)) return `[${value.map((item: JsonTemplate) => jsonText(item, late)).join(',')}]`
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item, late)}`)
  return `{${members.join(',')}}`
}

function jsonValue(value: Operation, late: LateSpelling): string {
  switch (value.op) {
    case 'setting':
    case 'input':
    case 'replicas':
    case 'feature':
    case 'mode':
    case 'isSet':
    case 'all':
    case 'any':
    case 'not':
    case 'equals':
    case 'compare':
    case 'sum':
    case 'least':
    case 'greatest':
    case 'difference':
    case 'times':
      return mark({ open: 'json', value, pipes: [] })
    case 'when': {
      const branch = (each: Expression | undefined) => (each === undefined ? '""' : jsonText(each, late))
      return mark({ open: 'choice', if: value.if, then: branch(value.then), else: branch(value.else) })
    }
    case 'addresses':
      return `[${shards(value, ',', late, (text) => JSON.stringify(text))}]`
    case 'list':
      return `[${value.items.map((item) => jsonText(item, late)).join(',')}]`
    case 'quantity':
      return String(value.value)
    case 'data':
      return JSON.stringify(value.value)
    default: {
      const text = spellLate(value, late)
      return isOpen(value) ? `"${mark({ open: 'piped', text, pipes: ['json'] })}"` : JSON.stringify(text)
    }
  }
}
