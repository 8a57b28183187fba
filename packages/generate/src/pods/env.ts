import {
  type DeployedService,
  type Json,
  type RuntimeFact,
  type Value,
  type When,
  both,
  either,
  isOperation,
  opposite,
} from '@waybill/model'
import { guardItems, listMember, unguarded } from '../late/guards.ts'
import { piecesOf } from '../late/open.ts'
import type { Spelling } from '../spelling.ts'
import type { Context } from './context.ts'
import { characterSource, containerText } from './control-text.ts'
import { expansionOf, expansionsIn } from './expansion.ts'
import type { Block } from './manifest.ts'

/** What the command line and the environment of a container are made of. */
export interface Launch {
  readonly command?: readonly Json[]
  readonly args?: readonly Json[]
  /** The member with the variables, where there are any. */
  readonly env: Block
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
  const words = (list: readonly Value[] | undefined) =>
    list?.flatMap((word) => {
      const { when, value } = optionalWord(word)
      return guardItems(when, [context.stage.text(value, spelling, ['container'])])
    })
  const own = service.env.flatMap(({ name, value, when }) =>
    guardItems(when, [{ name, ...variable(service, name, value, spelling, context) }]),
  )
  const env = [...context.site.variables(service), ...own]
  const { stage } = context
  const untouched = ({ name }: Block) => (typeof name === 'string' ? stage.untouched(service.id, name) : undefined)
  const { env: all, ...rest } = withHelpers({ command: words(command), args: words(args), env }, untouched, context)
  return { ...rest, env: stage.environment(service.id, all) }
}

/** A word that is left out where its condition does not hold. */
const optionalWord = (word: Value): { readonly when: When; readonly value: Value } =>
  isOperation(word) && word.op === 'when' && word.else === undefined
    ? { when: word.if, value: word.then }
    : { when: undefined, value: word }

/** A command without environment, its words written for a container. */
export function launchPlain(command: readonly string[], context: Context): Launch {
  const { env, ...rest } = withHelpers({ command, env: [] }, () => undefined, context)
  return { ...rest, env: listMember('env', env) }
}

interface Spelled {
  readonly command?: readonly Json[] | undefined
  readonly args?: readonly Json[] | undefined
  readonly env: readonly Block[]
}

function withHelpers({ command, args, env }: Spelled, untouched: (variable: Block) => When, context: Context) {
  const texts = [
    ...unguarded(env).map(({ item, when }) => ({ text: item['value'], when: both(when, untouched(item)) })),
    ...unguarded([...(command ?? []), ...(args ?? [])]).map(({ item, when }) => ({ text: item, when })),
  ]
  const named = Map.groupBy(
    texts.flatMap(({ text, when }) => (typeof text === 'string' ? expandedIn(text, when) : [])),
    ({ name }) => name,
  )
  const sorted = [...named].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const helpers = sorted.flatMap(([name, uses]) => {
    const valueFrom = helperSource(name)
    if (characterSource(name)) context.uses.controlCharacters = true
    return valueFrom ? guardItems(either(...uses.map(({ when }) => when)), [{ name, valueFrom }]) : []
  })
  return { ...(command && { command }), ...(args && { args }), env: [...helpers, ...env] }
}

/** The variables that a text refers to, with what has to hold for it to do so. */
function expandedIn(text: string, when: When): { readonly name: string; readonly when: When }[] {
  return piecesOf(text).flatMap((piece) => {
    if (typeof piece === 'string') return expansionsIn(piece).map((name) => ({ name, when }))
    if (piece.open !== 'choice') return []
    return [...expandedIn(piece.then, both(when, piece.if)), ...expandedIn(piece.else, both(when, opposite(piece.if)))]
  })
}

/** How text of a container is written where Kubernetes expands variables. */
const spellingIn = ({ addresses }: Context): Spelling => ({
  literal: containerText,
  address: addresses.spell,
  runtime: (fact) => (fact === 'target' ? 'kubernetes' : expansionOf(helperName(fact))),
})

function variable(service: DeployedService, name: string, value: Value, spelling: Spelling, context: Context): Block {
  const key = context.secretKey(service, 'env', name, value)
  if (key) return { valueFrom: { secretKeyRef: { name: key.object, key: key.key, optional: false } } }
  const fact = plainFact(value)
  return fact === undefined
    ? { value: context.stage.text(value, spelling, ['container']) }
    : { valueFrom: sources[fact] }
}

/** The fact that a value is and nothing else; `target` is a literal here. */
const plainFact = (value: Value): Exclude<RuntimeFact, 'target'> | undefined =>
  isOperation(value) && value.op === 'runtime' && value.fact !== 'target' ? value.fact : undefined
