import { type EffectiveValue, type Json, type Path, catalogOf, effectiveValues, nearest } from '@waybill/model'
import { print, printError, printJson } from '../../display/print.ts'
import { fail, printProblems, problemJson, sorted } from '../../display/problems.ts'
import { table } from '../../display/table.ts'
import { readInputs } from '../../inputs/inputs.ts'
import { parsePath, printPath } from './paths.ts'

/** Where a value comes from, in words. */
const sources: Readonly<Record<EffectiveValue['from'], string>> = {
  instance: 'instance',
  profile: 'profile',
  default: 'default',
  both: 'default and instance',
  nobody: 'nobody',
}

/** Shows the values in effect and where each comes from: all, those below a path, or one. */
export async function get(
  productPath: string,
  instancePath: string,
  at: string | undefined,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const inputs = await readInputs(productPath, instancePath, 'bare')
  if (!inputs.ok) return fail(inputs.problems, json)
  const { product, instance } = inputs.value
  const chosen = effectiveValues(catalogOf(product.definition), instance.instance)
  const values = [...chosen, ...furtherValues(instance.instance, chosen)]
  const found = at === undefined ? values.filter(({ from }) => from !== 'nobody') : below(values, at)
  if (found.length === 0) {
    printError(`error: the instance has nothing called '${at ?? ''}'`)
    const names = values.flatMap(({ path }) => [printPath(path), printPath(path.slice(0, -1))])
    // a setting may be named without the word that all settings begin with
    const setting = `settings.${at ?? ''}`
    const near = names.includes(setting) ? setting : nearest(at ?? '', names)
    if (near !== undefined) printError(`(Did you mean ${near}?)`)
    return 2
  }
  if (json) {
    const shown = found.map(({ path, value, from, applies }) => ({
      path: printPath(path),
      value: value ?? null,
      from,
      applies,
    }))
    printJson({ ok: true, problems: sorted(inputs.warnings).map(problemJson), values: shown })
    return 0
  }
  printProblems(inputs.warnings)
  print(table(found.map((each) => [printPath(each.path), shownValue(each.value), sourceOf(each)])))
  return 0
}

const sourceOf = ({ from, applies }: EffectiveValue): string =>
  applies ? sources[from] : `${sources[from]}, without effect`

const shownValue = (value: Json | undefined): string =>
  value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value)

/** The values at a path and below it; inside of a value its part. */
function below(values: readonly EffectiveValue[], text: string): EffectiveValue[] {
  const wanted = parsePath(text)
  if (!wanted) return []
  const inside = values.filter(({ path }) => wanted.every((segment, i) => path[i] === segment))
  if (inside.length > 0) return inside
  const outer = values.find(({ path }) => path.every((segment, i) => wanted[i] === segment))
  const part = outer && partOf(outer.value, wanted.slice(outer.path.length))
  return outer && part !== undefined ? [{ ...outer, path: wanted, value: part }] : []
}

function partOf(value: Json | undefined, path: Path): Json | undefined {
  const [key, ...rest] = path
  if (key === undefined || value === undefined) return value
  if (typeof value !== 'object' || value === null) return undefined
  if (Array.isArray(value)) {
    const list = value as readonly Json[]
    const named = list.find((item) => typeof item === 'object' && item !== null && 'id' in item && item.id === key)
    return partOf(named ?? list[Number(key)], rest)
  }
  return partOf(Object.entries(value).find(([name]) => name === key)?.[1], rest)
}

/** What only the instance says: sizes, site, secrets, overlays. */
function furtherValues(instance: object, known: readonly EffectiveValue[]): EffectiveValue[] {
  const lists = new Set(known.map(({ path }) => path[0]))
  return Object.entries(instance)
    .filter(([key]) => !lists.has(key) && key !== 'settings' && key !== 'schema')
    .flatMap(([key, value]) => leaves([key], value as Json))
}

function leaves(path: Path, value: Json): EffectiveValue[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, member]) => leaves([...path, key], member))
  return [{ path, value, from: 'instance', applies: true }]
}
