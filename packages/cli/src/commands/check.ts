import { type Outcome, type Problem } from '@waybill/model'
import { checkAgreement, targetOf } from '@waybill/generate'
import { print, printJson } from '../display/print.ts'
import { fail, printProblems, problemJson, sorted } from '../display/problems.ts'
import { counted } from '../display/table.ts'
import { type InstanceFile } from '../inputs/instance.ts'
import { type Inputs, resolveInputs, standIn } from '../inputs/inputs.ts'
import { lockChoice, readProductFile } from '../inputs/product-file.ts'
import { hasErrors, renderAll, type TargetRendering } from '../inputs/rendering.ts'

export interface CheckOptions {
  readonly instance?: readonly string[]
  readonly strict?: boolean
  readonly imagesLock?: string
  readonly json?: boolean
}

/** Checks a definition and instances of it: each alone, then what every offered target makes of them. */
export async function check(
  productPath: string,
  { instance: paths = [], strict = false, imagesLock, json = false }: CheckOptions,
): Promise<number> {
  const [product, ...instances] = await Promise.all([
    readProductFile(productPath, lockChoice(imagesLock)),
    ...paths.map(readInstance),
  ])
  const readings = [product, ...instances]
  const problems: Problem[] = readings.flatMap((read) => (read.ok ? read.warnings : read.problems))
  if (!product.ok) return fail(problems, json)
  const chosen =
    paths.length === 0
      ? [await standIn(product.value, 'sample')]
      : instances.flatMap((read) => (read.ok ? [read.value] : []))
  for (const instance of chosen) {
    const inputs = resolveInputs(product.value, instance)
    problems.push(...(inputs.ok ? [...inputs.warnings, ...checkRendering(inputs.value, strict)] : inputs.problems))
  }
  const found = distinct(problems)
  if (hasErrors(found)) return fail(found, json)
  if (json) {
    printJson({ ok: true, problems: sorted(found).map(problemJson) })
    return 0
  }
  printProblems(found)
  const { definition } = product.value
  const targets = definition.targets.map(({ id }) => id).join(', ')
  const with_ = paths.length === 0 ? 'sample values' : counted(paths.length, 'instance')
  print(
    `${definition.id} ${definition.version} is fine: ${counted(definition.services.length, 'service')}, with ${with_}, on ${targets}.`,
  )
  return 0
}

function checkRendering(inputs: Inputs, strict: boolean): Problem[] {
  const offered = inputs.product.definition.targets.map(({ id }) => id)
  const { renderings, problems } = renderAll(inputs, offered, strict)
  if (hasErrors(problems)) return [...problems]
  return [...problems, ...inputs.product.locate(agreementProblems(inputs, renderings))]
}

function agreementProblems({ deployment }: Inputs, renderings: readonly TargetRendering[]): Problem[] {
  const witnesses = renderings.flatMap(({ target, rendered }) => {
    const observation = targetOf(target)?.observe(rendered, deployment)
    return observation ? [{ target, observation, losses: rendered.losses }] : []
  })
  return checkAgreement(deployment, witnesses)
}

/** Several instances find the same mistake of the product. */
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((each) => [JSON.stringify([each.code, each.path, each.params, each.at]), each]))
  return [...seen.values()]
}

async function readInstance(path: string): Promise<Outcome<InstanceFile>> {
  const { readInstanceFile } = await import('../inputs/instance-file.ts')
  return readInstanceFile(path)
}
