import { type Deployment, type Outcome, type Problem, resolve } from '@waybill/model'
import { sha256 } from '../io/sha256.ts'
import { type InstanceFile, bareInstance } from './instance.ts'
import { type LockChoice, type ProductFile, readProductFile } from './product-file.ts'

/** What most commands start from. */
export interface Inputs {
  readonly product: ProductFile
  readonly instance: InstanceFile
  readonly deployment: Deployment
}

/** What stands in for an instance file that was not given: nothing chosen, or samples for what has no default. */
export type Without = 'bare' | 'sample'

/** Reads product and instance and resolves them; what is wrong with either of them is reported together. */
export async function readInputs(
  productPath: string,
  instancePath: string | undefined,
  without: Without,
  lock: LockChoice = 'beside',
): Promise<Outcome<Inputs>> {
  const [product, instance] = await Promise.all([
    readProductFile(productPath, lock),
    instancePath === undefined ? undefined : readInstance(instancePath),
  ])
  const problems = [product, instance].flatMap((read) =>
    read === undefined ? [] : read.ok ? read.warnings : read.problems,
  )
  if (!product.ok || (instance && !instance.ok)) return { ok: false, problems }
  const chosen = instance?.value ?? (await standIn(product.value, without))
  return resolveInputs(product.value, chosen, problems)
}

/** The deployment of a product and an instance that were read. */
export function resolveInputs(
  product: ProductFile,
  instance: InstanceFile,
  before: readonly Problem[] = [],
): Outcome<Inputs> {
  const resolved = resolve(product.definition, instance.instance, sha256, product.lock)
  const found = [...before, ...instance.locate(resolved.ok ? resolved.warnings : resolved.problems)]
  if (!resolved.ok) return { ok: false, problems: found }
  return { ok: true, value: { product, instance, deployment: resolved.value }, warnings: found }
}

/** The YAML parser is only loaded where there is YAML. */
async function readInstance(path: string): Promise<Outcome<InstanceFile>> {
  const { readInstanceFile } = await import('./instance-file.ts')
  return readInstanceFile(path)
}

export async function standIn({ definition }: ProductFile, without: Without): Promise<InstanceFile> {
  if (without === 'bare') return bareInstance(definition)
  const { sampleInstance } = await import('./sample-instance.ts')
  return sampleInstance(definition)
}
