import { existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, relative, resolve as absolute } from 'node:path'
import {
  type Catalog,
  type Json,
  type Outcome,
  type Path,
  type Problem,
  catalogOf,
  instanceSchemaOf,
  problem,
  readInstance,
} from '@waybill/model'
import { print, printError, printJson, wrongUsage } from '../../display/print.ts'
import { fail, printProblems, problemJson, shellPath, shownPath, sorted } from '../../display/problems.ts'
import { onTerminal } from '../../display/terminal.ts'
import { resolveInputs } from '../../inputs/inputs.ts'
import { type ProductFile, readProductFile } from '../../inputs/product-file.ts'
import { createFile, replaceFile } from '../../io/replace-file.ts'
import { fileProblem } from '../../io/text-file.ts'
import { type Draft, instanceOf, textOf, withAnswer } from './draft.ts'
import { listOf, parseAssignment, refuseSecret, valueAt, withEntry } from './paths.ts'

export interface NewOptions {
  readonly id?: string
  readonly target?: string
  readonly profile?: string
  readonly load?: readonly string[]
  readonly set?: readonly string[]
  readonly feature?: readonly string[]
  readonly withoutFeature?: readonly string[]
  readonly dependency?: readonly string[]
  readonly input?: readonly string[]
  readonly out: string
  readonly schema?: string
  readonly overwrite?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** Writes an instance file: asks what applies on a terminal, takes flags elsewhere. Nothing is written unless all is right. */
export async function newInstance(productPath: string, options: NewOptions): Promise<number> {
  const { out, schema, overwrite = false, yes = false, json = false } = options
  const product = await readProductFile(productPath)
  if (!product.ok) return fail(product.problems, json)
  const file = absolute(out)
  if (!overwrite && existsSync(file)) return fail([inTheWay(file)], json)
  const catalog = catalogOf(product.value.definition)
  const given = draftOf(catalog, options)
  if ('usage' in given) return wrongUsage(given.usage)
  if ('refused' in given) return fail(given.refused, json)
  const schemaName = schema === undefined ? undefined : relative(dirname(file), absolute(schema)) || basename(schema)
  const textFor = (draft: Draft) => textOf(draft, catalog, shellPath(productPath), schemaName)
  const check = (draft: Draft) => checkText(product.value, textFor(draft))
  const asks = !json && !yes && onTerminal()
  const answered = asks ? await wizard(catalog, given.draft, check) : given.draft
  if (!answered) return 1
  const checked = check(answered)
  if (!checked.ok) return fail(checked.problems, json)
  const refusal = write(file, textFor(answered), overwrite) ?? writeSchema(product.value, schema)
  if (refusal) return fail([refusal], json)
  const warnings = [...product.warnings, ...checked.warnings]
  if (json) {
    const instance = instanceOf(answered, catalog.product)
    printJson({ ok: true, problems: sorted(warnings).map(problemJson), file, instance })
    return 0
  }
  printProblems(warnings)
  print(
    `${shownPath(file)} is written.\n\nNext:\n  waybill render ${shellPath(productPath)} --instance ${shellPath(file)} --out out`,
  )
  return 0
}

const inTheWay = (file: string): Problem => ({ ...problem('WB2029', [], { file }), at: { file } })

async function wizard(
  catalog: Catalog,
  given: Draft,
  check: (draft: Draft) => Outcome<undefined>,
): Promise<Draft | undefined> {
  const [{ askAll }, { Cancelled, ui }] = await Promise.all([import('./wizard.ts'), import('./ui.ts')])
  const { title, version } = catalog.product
  ui.begin(`A new installation of ${title} ${version}`)
  try {
    const draft = await askAll(catalog, given, (each) => {
      const checked = check(each)
      return checked.ok ? [] : checked.problems
    })
    ui.end('That is all.')
    return draft
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    ui.stop('Nothing was written.')
    return undefined
  }
}

type Given = { readonly draft: Draft } | { readonly usage: string } | { readonly refused: readonly Problem[] }

/** What the flags say. */
function draftOf(catalog: Catalog, options: NewOptions): Given {
  const { set = [], load = [], feature = [], withoutFeature = [], dependency = [], input = [] } = options
  const lists: readonly [
    flag: string,
    texts: readonly string[],
    form: string,
    under: (path: Path) => Path | undefined,
  ][] = [
    ['--set', set, 'group.key=value', (path) => (path.length >= 2 ? ['settings', ...path] : undefined)],
    ['--load', load, 'factor=amount', (path) => (path.length === 1 ? ['load', ...path] : undefined)],
    [
      '--dependency',
      dependency,
      'id=mode',
      (path) => (path.length === 1 ? ['dependencies', ...path, 'mode'] : undefined),
    ],
    ['--input', input, 'id.key=value', (path) => (path.length === 2 ? ['dependencies', ...path] : undefined)],
  ]
  let draft: Draft = new Map()
  for (const key of ['id', 'target', 'profile'] as const) {
    const value = options[key]
    if (value !== undefined) draft = withAnswer(draft, [key], value)
  }
  const refused: Problem[] = []
  for (const [flag, texts, form, under] of lists) {
    for (const text of texts) {
      const parsed = parseAssignment(text)
      const path = parsed && under(parsed.path)
      if (!path) return { usage: `${flag} takes ${form}, not '${text}'` }
      refused.push(...refuseSecret(catalog, path))
      const value = valueAt(catalog, path, parsed.value)
      const list = listOf(catalog, path)
      const before = list && draft.get(list.join('/'))?.value
      draft = list
        ? withAnswer(
            draft,
            list,
            withEntry(Array.isArray(before) ? (before as readonly Json[]) : [], path.slice(3), value),
          )
        : withAnswer(draft, path, value)
    }
  }
  for (const id of feature) draft = withAnswer(draft, ['features', id], true)
  for (const id of withoutFeature) {
    if (feature.includes(id)) return { usage: `the feature '${id}' cannot be both on and off` }
    draft = withAnswer(draft, ['features', id], false)
  }
  return refused.length > 0 ? { refused } : { draft }
}

/** All that the new file means. What is wrong names the path: the file is not there yet. */
function checkText(product: ProductFile, text: string): Outcome<undefined> {
  const read = readInstance(text, '')
  const bare = (found: readonly Problem[]): Problem[] =>
    found.map(({ code, severity, path, params }) => ({ code, severity, path, params }))
  if (!read.ok) return { ok: false, problems: bare(read.problems) }
  const { instance } = read.value
  const resolved = resolveInputs(product, { instance, locate: (found) => [...found] })
  if (!resolved.ok) return { ok: false, problems: bare(resolved.problems) }
  return { ok: true, value: undefined, warnings: bare(resolved.warnings) }
}

function write(file: string, text: string, overwrite: boolean): Problem | undefined {
  try {
    mkdirSync(dirname(file), { recursive: true })
    if (overwrite) replaceFile(file, text)
    else createFile(file, text)
    return undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return inTheWay(file)
    return { ...fileProblem(error, file), at: { file } }
  }
}

/** The schema with which editors complete the instance; it is made of the product alone, so it may be replaced. */
function writeSchema({ definition }: ProductFile, schema: string | undefined): Problem | undefined {
  if (schema === undefined) return undefined
  const file = absolute(schema)
  try {
    replaceFile(file, `${JSON.stringify(instanceSchemaOf(definition), null, 2)}\n`)
    return undefined
  } catch (error) {
    printError('The instance is written; its schema is not.')
    return { ...fileProblem(error, file), at: { file } }
  }
}
