import { printScalar, printScalarLine, STEP, type Scalar } from './yaml-scalar.ts'

/** What a generated file is made of; members that are `undefined` are left out. */
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json | undefined }

type List = readonly Json[]
type Members = { readonly [key: string]: Json | undefined }

/**
 * One YAML document in block style that YAML 1.1 and YAML 1.2 readers understand alike; ends with a line break. Keys
 * keep their order. Throws a `TypeError` for a number that is not finite, for a string with a lone surrogate (UTF-8
 * cannot carry it) and for what is not JSON.
 *
 * @example
 * printYaml({ args: ['-c', 'exec nginx'], ports: [{ name: 'on', port: 80 }] })
 * // args:
 * //   - -c
 * //   - exec nginx
 * // ports:
 * //   - name: "on"
 * //     port: 80
 */
export function printYaml(value: Json): string {
  return isCollection(value) ? printCollection(value, '') : `${printScalarLine(value)}\n`
}

/** One stream of documents with `---` between them; the empty text when there are none. */
export function printYamlDocuments(values: readonly Json[]): string {
  return values.map(printYaml).join('---\n')
}

const EMPTY_LIST = '[]\n'
const EMPTY_MEMBERS = '{}\n'

/** Like everything printed here, ends with a line break and leaves the `pad` of its first line to whoever calls. */
function printCollection(value: List | Members, pad: string): string {
  return isList(value) ? printList(value, pad) : printMembers(value, pad)
}

function printList(list: List, pad: string): string {
  const inner = pad + STEP
  let text = ''
  for (const item of list) {
    text += text === '' ? '- ' : `${pad}- `
    text += isCollection(item) ? printCollection(item, inner) : printScalar(item, inner)
  }
  return text === '' ? EMPTY_LIST : text
}

function printMembers(members: Members, pad: string): string {
  const inner = pad + STEP
  let text = ''
  for (const key of Object.keys(members)) {
    const value = members[key]
    if (value === undefined) continue
    if (text !== '') text += pad
    text += printKey(key, pad)
    text += isCollection(value) ? printBelowKey(value, inner) : ` ${printScalar(value, inner)}`
  }
  return text === '' ? EMPTY_MEMBERS : text
}

function printBelowKey(value: List | Members, pad: string): string {
  const text = printCollection(value, pad)
  return text === EMPTY_LIST || text === EMPTY_MEMBERS ? ` ${text}` : `\n${pad}${text}`
}

/** YAML lets a reader look at most 1,024 characters ahead for the colon of a key that `?` does not announce. */
const LONGEST_IMPLICIT_KEY = 1000

/** Files repeat a small vocabulary of keys; the two limits bound the memory that others' keys can take. */
const MOST_CACHED_KEYS = 4096
const LONGEST_CACHED_KEY = 128
const printedKeys = new Map<string, string>()

/** The key with its colon; `pad` is the indentation of the mapping. */
function printKey(key: string, pad: string): string {
  const cached = printedKeys.get(key)
  if (cached !== undefined) return cached
  const line = printScalarLine(key)
  if (line.length > LONGEST_IMPLICIT_KEY) return `? ${line}\n${pad}:`
  const printed = `${line}:`
  if (key.length <= LONGEST_CACHED_KEY && printedKeys.size < MOST_CACHED_KEYS) printedKeys.set(key, printed)
  return printed
}

function isCollection(value: Json): value is List | Members {
  return typeof value === 'object' && value !== null
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: List | Members): value is List {
  return Array.isArray(value)
}
