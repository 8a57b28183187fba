import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve as absolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Problem, canonicalJson, digestOf, problem } from '@waybill/model'
import { print, printJson } from '../display/print.ts'
import { fail, printProblems, problemJson, shownPath, sorted } from '../display/problems.ts'
import { readProductFile } from '../inputs/product-file.ts'
import type { Origins } from '../definition/positions.ts'
import { replaceFile } from '../io/replace-file.ts'
import { fileProblem } from '../io/text-file.ts'

export interface BuildOptions {
  readonly out: string
  readonly json?: boolean
}

/** Builds `product.json` and, beside it, `product.map.json` with the positions of its parts in the source. */
export async function build(productPath: string, { out, json = false }: BuildOptions): Promise<number> {
  const product = await readProductFile(productPath)
  if (!product.ok) return fail(product.problems, json)
  const { definition, origins = {}, file } = product.value
  const target = absolute(out)
  const map = join(dirname(target), `${nameOf(target)}.map.json`)
  const inputs = [file, ...product.value.files]
  const foreign = [target, map].find((each) => isForeign(each, each === target ? isProduct : isMap, inputs))
  if (foreign !== undefined) return fail([...product.warnings, notOurs(foreign)], json)
  try {
    mkdirSync(dirname(target), { recursive: true })
    replaceFile(target, `${canonicalJson(definition)}\n`)
    replaceFile(map, `${canonicalJson({ schema: 1, positions: positionsOf(origins, dirname(file)) })}\n`)
  } catch (error) {
    return fail([...product.warnings, fileProblem(error, target)], json)
  }
  const digest = digestOf(definition)
  if (json) {
    printJson({ ok: true, problems: sorted(product.warnings).map(problemJson), file: target, map, digest })
    return 0
  }
  printProblems(product.warnings)
  print(`${shownPath(target)}: ${definition.id} ${definition.version}, ${digest}`)
  return 0
}

const notOurs = (file: string): Problem => ({ ...problem('WB4010', [], { file }), at: { file } })

/** Whether something stands at a place that a build must not replace: a source, or anything that no build wrote. */
function isForeign(file: string, isOurs: (data: object) => boolean, inputs: readonly string[]): boolean {
  const there = statSync(file, { throwIfNoEntry: false })
  // writing over a folder fails by itself
  if (!there || there.isDirectory()) return false
  const sources = inputs.flatMap((each) => statSync(each, { throwIfNoEntry: false }) ?? [])
  if (!there.isFile() || sources.some(({ dev, ino }) => dev === there.dev && ino === there.ino)) return true
  try {
    const data: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof data !== 'object' || data === null || !isOurs(data)
  } catch (error) {
    return error instanceof SyntaxError
  }
}

const isProduct = (data: object): boolean => 'schema' in data && 'id' in data && 'services' in data
const isMap = (data: object): boolean => 'schema' in data && 'positions' in data

const nameOf = (file: string): string => file.slice(dirname(file).length + 1, -extname(file).length || undefined)

/** Positions with files relative to the definition, so that the map is the same on every machine. */
function positionsOf(origins: Origins, folder: string): Origins {
  const relativeTo = (file: string) =>
    relative(folder, file.startsWith('file:') ? fileURLToPath(file) : file).replaceAll('\\', '/')
  return Object.fromEntries(
    Object.entries(origins).map(([key, origin]) => [key, { ...origin, file: relativeTo(origin.file) }]),
  )
}
