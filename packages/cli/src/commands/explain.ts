import { type Code, catalogue, nearest } from '@waybill/model'
import { targets } from '@waybill/generate'
import { print, printError, printJson } from '../display/print.ts'
import { fail } from '../display/problems.ts'
import { readInputs } from '../inputs/inputs.ts'
import { type Explanation, explainCode, explainLossInGeneral, explainTarget, lossNames } from './explain/general.ts'

export interface ExplainOptions {
  readonly product?: string
  readonly instance?: string
  readonly json?: boolean
}

/** Explains a code, a target or a loss; with a product also its settings, its load and why a value is what it is. */
export async function explain(what: string, options: ExplainOptions): Promise<number> {
  const { json = false } = options
  const general = explainInGeneral(what) ?? (options.product === undefined ? explainLossInGeneral(what) : undefined)
  if (general) return show(general, json)
  if (options.product === undefined)
    return unknown(what, [...Object.keys(catalogue), ...targets.map(({ id }) => id), ...lossNames()], needsProduct)
  const inputs = await readInputs(options.product, options.instance, 'sample')
  if (!inputs.ok) return fail(inputs.problems, json)
  const { explainOfProduct, namesOfProduct } = await import('./explain/product.ts')
  const found = explainOfProduct(what, inputs.value) ?? explainLossInGeneral(what)
  return found ? show(found, json) : unknown(what, namesOfProduct(inputs.value), '')
}

function explainInGeneral(what: string): Explanation | undefined {
  const code = what.toUpperCase()
  if (code in catalogue) return explainCode(code as Code)
  return targets.some(({ id }) => id === what) ? explainTarget(what) : undefined
}

function show(explanation: Explanation, json: boolean): number {
  if (json) printJson({ ok: true, problems: [], ...explanation.data })
  else print(explanation.text)
  return 0
}

const needsProduct = 'Settings, load and values are those of a product: name it with --product.'

function unknown(what: string, names: readonly string[], hint: string): number {
  printError(`error: nothing is called '${what}'`)
  const near = nearest(what, names)
  if (near !== undefined) printError(`(Did you mean ${near}?)`)
  if (hint !== '') printError(hint)
  return 2
}
