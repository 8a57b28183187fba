import { type DeployedService, type RuntimeFact, type Value, isOperation } from '@waybill/model'
import { type Spelling, spell } from '../../spelling.ts'
import type { Context } from './context.ts'
import { characterSource, containerText } from './controls.ts'
import { expansionOf, expansionsIn } from './expansion.ts'
import type { Block } from './manifest.ts'

/** What the command line and the environment of a container are made of. */
export interface Launch {
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env: readonly Block[]
}
interface Words {
  readonly command?: readonly Value[] | undefined
  readonly args?: readonly Value[] | undefined
}

/** The facts that Kubernetes gives a container through variables. */
const sources: Readonly<Record<Exclude<RuntimeFact, 'target'>, Block>> = {
  replicaName: { fieldRef: { fieldPath: 'metadata.name' } },
  // the label exists since 1.28
  replicaIndex: { fieldRef: { fieldPath: "metadata.labels['apps.kubernetes.io/pod-index']" } },
  nodeAddress: { fieldRef: { fieldPath: 'status.hostIP' } },
  cpuLimit: { resourceFieldRef: { resource: 'limits.cpu', divisor: '1' } },
  memoryLimit: { resourceFieldRef: { resource: 'limits.memory', divisor: '1' } },
}

/** Name of the variable through which other variables and the command refer to a fact. */
const helperName = (fact: string): string => `WAYBILL_${fact.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`

/** Where one of our helper variables comes from; undefined for all other variables. */
export const helperSource = (variable: string): Block | undefined => {
  const fact = Object.entries(sources).find(([name]) => helperName(name) === variable)
  return fact?.[1] ?? characterSource(variable)
}

/** The fact that a source stands for; undefined for others. */
export function factOf(source: unknown): RuntimeFact | undefined {
  const text = JSON.stringify(source)
  const found = Object.entries(sources).find(([, block]) => JSON.stringify(block) === text)
  return found?.[0] as RuntimeFact | undefined
}

/**
 * Command line and environment of a service's container. With an owner's environment goes a command of our choice, such as
 * `completed`. What only the target knows, inside of a text, becomes a helper variable declared before whoever refers to it.
 */
export function launch(service: DeployedService, { command, args }: Words, context: Context): Launch {
  const spelling = spellingIn(context)
  const words = (list: readonly Value[] | undefined) => list?.map((word) => spell(word, spelling))
  const env = service.env.map(({ name, value }) => ({ name, ...variable(service, name, value, spelling, context) }))
  return withHelpers({ command: words(command), args: words(args), env }, context)
}

/** A command without environment. */
export const launchPlain = (command: readonly string[], context: Context): Launch =>
  withHelpers({ command: command.map(containerText), env: [] }, context)

type Variable = Block & { readonly value?: string }
interface Spelled {
  readonly command?: readonly string[] | undefined
  readonly args?: readonly string[] | undefined
  readonly env: readonly Variable[]
}

function withHelpers({ command, args, env }: Spelled, context: Context): Launch {
  const texts = [
    ...env.flatMap(({ value }) => (value === undefined ? [] : [value])),
    ...(command ?? []),
    ...(args ?? []),
  ]
  const helpers = [...new Set(texts.flatMap(expansionsIn))].flatMap((name) => {
    const valueFrom = helperSource(name)
    if (characterSource(name)) context.uses.controlCharacters = true
    return valueFrom ? [{ name, valueFrom }] : []
  })
  return { ...(command && { command }), ...(args && { args }), env: [...helpers, ...env] }
}

/** How text of a container is written where Kubernetes expands variables. */
const spellingIn = ({ addresses }: Context): Spelling => ({
  literal: containerText,
  address: addresses.spell,
  runtime: (fact) => (fact === 'target' ? 'kubernetes' : expansionOf(helperName(fact))),
})

function variable(
  service: DeployedService,
  name: string,
  value: Value,
  spelling: Spelling,
  { secrets }: Context,
): Block & { readonly value?: string } {
  const key = secrets.env.get(service.id)?.get(name)
  if (key) return { valueFrom: { secretKeyRef: { name: key.object, key: key.key, optional: false } } }
  const fact = plainFact(value)
  return fact === undefined ? { value: spell(value, spelling) } : { valueFrom: sources[fact] }
}

/** The fact that a value is and nothing else; `target` is a literal here. */
const plainFact = (value: Value): Exclude<RuntimeFact, 'target'> | undefined =>
  isOperation(value) && value.op === 'runtime' && value.fact !== 'target' ? value.fact : undefined
