import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printOutput, renderTarget } from '@waybill/generate'
import { type Outcome, WaybillError, checkProduct, parseProduct, readInstance, resolve } from '@waybill/model'
import { readInputs } from '../../../packages/cli/src/inputs/inputs.ts'
import { renderAll } from '../../../packages/cli/src/inputs/rendering.ts'
import { sha256 } from '../../../packages/cli/src/io/sha256.ts'
import { writeTargets } from '../../../packages/cli/src/io/write-targets.ts'
import type { BenchData } from './data.ts'
import type { Contender } from './measure.ts'
import { instanceYaml, productJson } from './product.ts'

/** The shipped program, made by `npm run build`. */
export const program = join(import.meta.dirname, '../../../packages/cli/dist/waybill.js')

/** The files that a customer has. */
export interface Sources {
  readonly product: string
  readonly instance: string
}
export function writeSources(folder: string, data: BenchData): Sources {
  mkdirSync(folder, { recursive: true })
  const sources = { product: join(folder, 'product.json'), instance: join(folder, 'instance.yaml') }
  writeFileSync(sources.product, productJson(data))
  writeFileSync(sources.instance, instanceYaml(data))
  return sources
}

/** `waybill render` into a folder that does not exist yet. */
export function renderProcess(
  id: string,
  { product, instance }: Sources,
  out: string,
  targets: readonly string[],
): Contender {
  return {
    id,
    command: [process.execPath, program, 'render', product, '--instance', instance, ...targets, '--out', out],
    before: () => rmSync(out, { recursive: true, force: true }),
  }
}

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new WaybillError(outcome.problems)
  return outcome.value
}

/** From the two texts to the text of every file, in this process. */
export function renderTexts(product: string, instance: string, target: string): number {
  const definition = value(parseProduct(product, 'product.json'))
  const problems = checkProduct(definition)
  if (problems.length > 0) throw new WaybillError(problems)
  const deployment = value(resolve(definition, value(readInstance(instance, 'instance.yaml')).instance, sha256))
  const rendered = renderTarget(deployment, target)
  const provenance = { generator: '0', product: deployment.product, instance: { id: 'bench', digest: '' }, target }
  return printOutput(rendered, provenance, sha256).length
}

/** What `waybill watch` does at a change: reads, renders, and writes what became another. */
export async function renderAgain({ product, instance }: Sources, out: string, target: string): Promise<void> {
  const inputs = value(await readInputs(product, instance, 'bare'))
  const { renderings, problems } = renderAll(inputs, [target], false)
  const output = writeTargets(inputs, renderings, out, false)
  const found = [...problems, ...output.problems].filter(({ severity }) => severity === 'error')
  if (found.length > 0) throw new WaybillError(found)
}
