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
import { print, printJson, wrongUsage } from '../display/print.ts'
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
  const wrong = wrongArguments(a, b, options)
  if (wrong !== undefined) return wrongUsage(wrong)
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

/** What is wrong with a combination of arguments that are fine each. */
function wrongArguments(a: string, b: string, options: DiffOptions): string | undefined {
  const { product, instance, instanceA = instance, instanceB = instance } = options
  if (product !== undefined) {
    if (instanceA === undefined && instanceB === undefined) return undefined
    return `with --product, ${a} and ${b} are the instances: leave out --instance, --instance-a and --instance-b`
  }
  const instanceFile = [a, b].find((file) => /\.ya?ml$/.test(file))
  if (instanceFile !== undefined)
    return `${instanceFile} is an instance file: use --product to say of which product the instances are`
  if (instanceA !== undefined && instanceB === undefined)
    return '--instance-a needs --instance-b, too; --instance is for both sides'
  if (instanceB !== undefined && instanceA === undefined)
    return '--instance-b needs --instance-a, too; --instance is for both sides'
  return undefined
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
  if (before === undefined) return onOutput('green', `+ ${name}: ${cut(shown(after!, unit))}`)
  if (after === undefined) return onOutput('red', `- ${name}: ${cut(shown(before, unit))}`)
  const texts = [shown(before, unit), shown(after, unit)] as const
  const start = startOfDifference(...texts)
  return `${name}: ${texts.map((text) => cut(text, start)).join(' → ')}`
}

const width = 160

/** A part of a text that fits into a line. */
function cut(text: string, start = 0): string {
  const rest = start === 0 ? text : `…${text.slice(start)}`
  return rest.length > width ? `${rest.slice(0, width - 1)}…` : rest
}

/** Where to begin two texts so that their first difference shows, with a little of what is before it. */
function startOfDifference(a: string, b: string): number {
  if (a.length <= width && b.length <= width) return 0
  let equal = 0
  while (equal < a.length && a[equal] === b[equal]) equal++
  return equal < width / 2 ? 0 : equal - 30
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
  return isOperation(own) ? describe(own) : JSON.stringify(own)
}

/** The item of a list that only gives a name its value is shown as the value. */
function valueOf(item: Json): Json {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
  const { name, path, value, content, ...rest } = item as { readonly [key: string]: Json }
  const own = value ?? content
  return (name ?? path) !== undefined && own !== undefined && Object.keys(rest).length === 0 ? own : item
}
