import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Location } from '@waybill/model'

/** Why a definition did not load, from what Node printed: the message, and the place in a file of the author. */
export function failureOf(
  printed: string,
  file: string,
): { readonly message: string; readonly at: Location } | undefined {
  const lines = printed.split('\n')
  const at = lines.findIndex((line) => /^\s*(?:\[?\w*Error\b|Uncaught )/.test(line))
  if (at < 0) return undefined
  const message = lines[at]!.trim()
    .replace(/^\[/, '')
    .replace(/^(\w*Error) \[\w+\]/, '$1')
  return { message: sentence(message) + wayOut(message), at: placeOf(lines, message, file) }
}

/** A package that is not there is most often one that was never installed. */
function wayOut(message: string): string {
  const name = /Cannot find package '([^']+)'/.exec(message)?.[1]
  if (name === undefined) return ''
  const install = 'Run `npm install` in the folder of its package.json.'
  if (name !== '@waybill/model') return ` ${install}`
  return ` A product.ts runs only in its vendor's project, with the packages that it imports. ${install} Without the project take the product.json that \`waybill build\` makes there.`
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

function placeOf(lines: readonly string[], message: string, file: string): Location {
  const missing = /Cannot find (?:package|module) '([^']+)' imported from (.+?)\.?$/.exec(message)
  if (missing) {
    const importer = missing[2]!.startsWith('file:') ? fileURLToPath(missing[2]!) : missing[2]!
    return lineWith(missing[1]!.split('/').at(-1)!, importer)
  }
  const places = lines.flatMap((line) => {
    const [, url, row, column] = /^(?:\s+at .*?\(?)?((?:file:\/\/)?\/[^\s:()]+):(\d+)(?::(\d+))?\)?$/.exec(line) ?? []
    if (url === undefined) return []
    const path = url.startsWith('file:') ? fileURLToPath(url) : url
    return [{ file: path, line: Number(row), ...(column === undefined ? {} : { column: Number(column) }) }]
  })
  const theirs = places.filter(
    (place) => !place.file.includes('/node_modules/') && !/\/packages\/(?:model|generate)\/src\//.test(place.file),
  )
  const own = theirs.filter((place) => place.file === file)
  const first = theirs[0]?.file === file || own.length === 0 ? theirs[0] : own[0]
  return (
    own.find(({ line, column }) => line === first?.line && column !== undefined) ??
    first ?? { file, line: 1, column: 1 }
  )
}

function lineWith(text: string, file: string): Location {
  const rows = readFileSync(file, 'utf8').split('\n')
  const row = rows.findIndex((line) => line.includes(text))
  return row < 0 ? { file, line: 1, column: 1 } : { file, line: row + 1, column: rows[row]!.indexOf(text) + 1 }
}
