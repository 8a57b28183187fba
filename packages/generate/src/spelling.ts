import {
  type Address,
  type Json,
  type JsonTemplate,
  type RuntimeFact,
  type Value,
  isOperation,
  mapTemplate,
  percentEncode,
  printTemplate,
} from '@waybill/model'

/** How a target writes what is symbolic. Literal text passes through `literal`, so that each target escapes it its own way. */
export interface Spelling {
  readonly literal?: (text: string) => string
  readonly address: (address: Address) => string
  readonly runtime?: (fact: RuntimeFact) => string
  /** The address under test of a health command. */
  readonly probe?: { readonly url: string; readonly host: string; readonly port: string }
}

/**
 * Writes a value that holds no secret as text.
 *
 * @throws TypeError on a symbol that has no place here; the checks of the definition refuse those before
 */
export function spell(value: Value, spelling: Spelling): string {
  const literal = spelling.literal ?? ((text) => text)
  if (!isOperation(value)) return literal(String(value))
  switch (value.op) {
    case 'concat':
      return value.parts.map((part) => spell(part, spelling)).join('')
    case 'address':
      return literal(spelling.address(value))
    case 'json': {
      // quotes inside of symbols are part of the JSON text, so symbols are written before it is printed
      const plain = { ...spelling, literal: (text: string) => text }
      return literal(printTemplate(value.value, (symbol) => spell(symbol, plain)) ?? '')
    }
    case 'percentEncode':
      return literal(percentEncode(spell(value.value, { ...spelling, literal: (text) => text })))
    case 'runtime':
      if (spelling.runtime) return spelling.runtime(value.fact)
      break
    case 'probe':
      if (spelling.probe) return literal(spelling.probe[value.part])
      break
    default:
  }
  throw new TypeError(`"${value.op}" cannot be written here`)
}

/** Writes JSON with values in it: a number stays one, everything else that is symbolic becomes text. */
export function spellTemplate(value: JsonTemplate, spelling: Spelling): Json {
  return mapTemplate(value, (inner) => plainJson(inner, spelling)) as Json
}

function plainJson(value: Value, spelling: Spelling): Value {
  if (!isOperation(value)) return value
  if (value.op === 'list') return value.items.map((item) => plainJson(item, spelling)) as never
  if (value.op === 'quantity') return value.value
  if (value.op === 'data') return value.value as never
  return spell(value, { ...spelling, literal: (text) => text })
}

/** Writes an address in its form, given the host name that the target knows the service or shard by. */
export function addressText(
  { form, path = '' }: Address,
  host: string,
  port: { number: number; protocol: string },
): string {
  switch (form) {
    case 'host':
      return host
    case 'port':
      return String(port.number)
    case 'hostPort':
      return `${host}:${port.number}`
    case 'url':
      return `${port.protocol}://${host}:${port.number}${path}`
  }
}
