import {
  type Json,
  type Outcome,
  type Problem,
  checkImmutable,
  describe,
  isOperation,
  type Unit,
  formatQuantity,
} from '@waybill/model'
import { type Change, compareObjects, objectsOfDeployment, objectsOfOutput } from '@waybill/generate'
import { print, printJson } from '../display/print.ts'
import { fail, printProblems } from '../display/problems.ts'
import { onOutput } from '../display/style.ts'
import { counted } from '../display/table.ts'
import { type Inputs, readInputs } from '../inputs/inputs.ts'
import { hasErrors, renderAll } from '../inputs/rendering.ts'
import { chosenTargets } from '../inputs/targets.ts'

export interface DiffOptions {
  readonly product?: string
  readonly instance?: string
  readonly instanceA?: string
  readonly instanceB?: string
  readonly target?: string
  readonly json?: boolean
}

/** Compares two products or, with `--product`, two instances. Gives 3 when they differ. */
export async function diff(a: string, b: string, options: DiffOptions): Promise<number> {
  const { product, instance, instanceA = instance, instanceB = instance, target, json = false } = options
  const [before, after] = await Promise.all([
    product === undefined ? readInputs(a, instanceA, 'sample') : readInputs(product, a, 'sample'),
    product === undefined ? readInputs(b, instanceB, 'sample') : readInputs(product, b, 'sample'),
  ])
  if (!before.ok || !after.ok) return fail(problemsOf(before, after), json)
  const frozen = checkImmutable(
    after.value.product.definition,
    before.value.instance.instance,
    after.value.instance.instance,
  )
  if (frozen.length > 0) return fail(after.value.instance.locate(frozen), json)
  const changes =
    target === undefined
      ? compareDeployments(before.value, after.value)
      : compareOutputs(before.value, after.value, target)
  if (!changes) return 2
  if ('problems' in changes) return fail(changes.problems, json)
  if (json) printJson(changes)
  else {
    printProblems(problemsOf(before, after))
    print(changes.length === 0 ? 'No difference.' : describeChanges(changes))
  }
  return changes.length === 0 ? 0 : 3
}

const problemsOf = (...read: readonly Outcome<unknown>[]): Problem[] =>
  read.flatMap((each) => (each.ok ? each.warnings : each.problems))

const compareDeployments = (before: Inputs, after: Inputs): Change[] =>
  compareObjects(objectsOfDeployment(before.deployment), objectsOfDeployment(after.deployment))

function compareOutputs(
  before: Inputs,
  after: Inputs,
  target: string,
): Change[] | { readonly problems: readonly Problem[] } | undefined {
  const outputs = []
  for (const inputs of [before, after]) {
    const targets = chosenTargets(inputs, { target: [target] })
    if (!targets) return undefined
    const { renderings, problems } = renderAll(inputs, targets, false)
    if (hasErrors(problems)) return { problems }
    outputs.push(objectsOfOutput(renderings[0]!.rendered))
  }
  return compareObjects(outputs[0]!, outputs[1]!)
}

function describeChanges(changes: readonly Change[]): string {
  const objects = [...Map.groupBy(changes, ({ object }) => object)]
  const lines = objects.flatMap(([object, all]) => {
    const [first] = all
    if (first!.field === '' && first!.before === undefined) return [onOutput('green', `+ ${object}`)]
    if (first!.field === '' && first!.after === undefined) return [onOutput('red', `- ${object}`)]
    return [onOutput('bold', `~ ${object}`), ...all.map((change) => `    ${describeField(change)}`)]
  })
  return `${lines.join('\n')}\n\n${counted(objects.length, 'object')} ${objects.length === 1 ? 'differs' : 'differ'}.`
}

function describeField({ field, before, after }: Change): string {
  const name = field === '' ? 'value' : field
  const unit = amounts.find(({ field: pattern }) => pattern.test(field))?.unit
  if (before === undefined) return onOutput('green', `+ ${name}: ${shown(after!, unit)}`)
  if (after === undefined) return onOutput('red', `- ${name}: ${shown(before, unit)}`)
  return `${name}: ${shown(before, unit)} → ${shown(after, unit)}`
}

/** The fields of a deployment that hold amounts in base units. */
const amounts: readonly { readonly field: RegExp; readonly unit: Unit }[] = [
  { field: /^cpu\/(?:request|limit)$/, unit: 'cores' },
  { field: /^(?:memory|ephemeral)\/(?:request|limit)$|^size$|^scratch\/.*\/size$/, unit: 'bytes' },
  { field: /^shutdown\/(?:grace|drain)$|^health\/\w+\/(?:every|timeout|within)$/, unit: 'duration' },
]

function shown(value: Json, unit: Unit | undefined): string {
  if (unit !== undefined && typeof value === 'number') return formatQuantity(value, unit)
  const own = valueOf(value)
  const text = isOperation(own) ? describe(own) : JSON.stringify(own)
  return text.length > 160 ? `${text.slice(0, 157)}…` : text
}

/** The item of a list that only gives a name its value is shown as the value. */
function valueOf(item: Json): Json {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
  const { name, path, value, content, ...rest } = item as { readonly [key: string]: Json }
  const own = value ?? content
  return (name ?? path) !== undefined && own !== undefined && Object.keys(rest).length === 0 ? own : item
}
