import type { DeployedProbe, DeployedService, Deployment, Json } from '@waybill/model'
import { addressBook } from '../../containers/addresses.ts'
import { type References, referencesOf } from '../../containers/references.ts'
import { envFileName } from '../../secrets/names.ts'
import { planSecrets } from '../../secrets/plan.ts'
import { secretReference } from '../../secrets/reference.ts'
import type { Observation, ObservedService, Rendered } from '../../target.ts'
import { type Plan, type SpelledUnit, planSingle } from './plan.ts'
import { statementsOf } from './shell-words.ts'
import { type Texts, factOf, textsIn, textsOf } from './texts.ts'
import { siteVariables } from './site.ts'
import { rootOf } from './units.ts'

interface Reading {
  readonly plan: Plan
  readonly references: References
  readonly files: ReadonlyMap<string, string>
  readonly processes: Members
  readonly dockerfile: readonly (readonly string[])[]
  readonly place: readonly (readonly string[])[]
  readonly run: readonly string[]
  readonly volumes: ReadonlyMap<string, { readonly id: string; readonly data: string }>
}

type Members = Readonly<Record<string, Json>>

/**
 * Reads the scripts back. Every address is one number on one host, so a text is turned into references where it is what
 * the definition gives; otherwise it is reported as it stands.
 */
export function observe(rendered: Rendered, deployment: Deployment): Observation {
  const reading = readingOf(rendered, deployment)
  const services: Record<string, ObservedService> = {}
  for (const service of reading.plan.running.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const own = reading.plan.units.filter(
      (unit) => unit.service.id === service.id && reading.files.has(`base/services/${unit.name}`),
    )
    const [first] = own
    if (first) services[service.id] = observeService(first, own.length, reading)
  }
  return { services, connections: connectionsOf(deployment, services), volumes: volumesOf(reading, services) }
}

function readingOf({ files: outputs }: Rendered, deployment: Deployment): Reading {
  const plan = planSingle(deployment, '')
  const files = new Map(outputs.flatMap(({ path, content }) => ('text' in content ? [[path, content.text]] : [])))
  const configuration = outputs.find(({ path }) => path === 'base/processes.yaml')?.content
  const document = configuration && 'documents' in configuration ? configuration.documents[0] : undefined
  const up = statementsOf(files.get('base/up.sh') ?? '')
  const labelled = plan.units.map(({ name, service }) => ({
    name,
    unit: { labels: { 'waybill.dev/service': service.id } },
  }))
  return {
    plan,
    files,
    references: referencesOf(deployment, labelled),
    processes: members(members(document)['processes']),
    dockerfile: statementsOf(files.get('base/Dockerfile') ?? ''),
    place: statementsOf(files.get('base/place.sh') ?? ''),
    run: up.find(isSet) ?? [],
    volumes: new Map(
      up.flatMap(([word, name = '', , id = '', data = '']) => (word === 'volume' ? [[name, { id, data }]] : [])),
    ),
  }
}

function observeService(unit: SpelledUnit, count: number, reading: Reading): ObservedService {
  const { name, service } = unit
  const statements = statementsOf(reading.files.get(`base/services/${name}`) ?? '')
  const sets = statements.filter(isSet).map(([, , ...words]) => words)
  const [words = [], entered = [], variables = []] = sets
  const replaced = statements.some(
    (each) => each.includes('replaced=yes') && each.some((word) => word.startsWith('folder=')),
  )
  const split = replaced ? (service.command?.length ?? 0) : 0
  const texts = readerOf(unit, reading)
  return {
    image: imageOf(name, reading),
    replicas: count,
    command: words.slice(0, split).map((word, i) => texts.command(word, i)),
    args: words.slice(split).map((word, i) => texts.args(word, i)),
    env: sorted({
      ...openVariables(variables, texts, siteVariables(service, reading.plan.deployment)),
      ...secretVariables(unit, statements, reading),
    }),
    files: sorted(configurationOf(name, reading, texts)),
    ports: service.ports.map(({ number }) => number),
    health: healthOf(unit, reading),
    mounts: sorted(mountsOf(name, reading)),
    user: `${option(entered, '--setuid=')}:${option(entered, '--setgid=')}`,
    readOnlyRoot: reading.run.includes('--read-only'),
    needs: needsOf(name, reading),
    memoryLimit: 0,
    cpuLimit: 0,
  }
}

const isSet = ([word, option]: readonly string[]): boolean => word === 'set' && option === '--'

const option = (words: readonly string[], name: string): string =>
  words.find((word) => word.startsWith(name))?.slice(name.length) ?? ''

/** Turns a text into references where it is what the definition gives at its place. */
interface TextReader {
  readonly command: (word: string, index: number) => string
  readonly args: (word: string, index: number) => string
  readonly variable: (name: string, value: string) => string
  readonly file: (path: string, content: string) => string
}

function readerOf(unit: SpelledUnit, { plan, references }: Reading): TextReader {
  const expected = textsOf(unit, plan.ports)
  const neutral = neutralTexts(unit, plan)
  const read = (text: string, ours: string | undefined, theirs: string | undefined) =>
    references.neutral(text === ours && theirs !== undefined ? theirs : text)
  const value = ({ env }: Omit<Texts, 'namesMachine'>, name: string) => env.find((each) => each.name === name)?.value
  const content = ({ files }: Omit<Texts, 'namesMachine'>, path: string) =>
    files.find((each) => each.path === path)?.content
  return {
    command: (word, i) => read(word, expected.command?.[i], neutral.command?.[i]),
    args: (word, i) => read(word, expected.args?.[i], neutral.args?.[i]),
    variable: (name, text) => read(text, value(expected, name), value(neutral, name)),
    file: (path, text) => read(text, content(expected, path), content(neutral, path)),
  }
}

/** The texts with the names and numbers that the definition gives. */
const neutralTexts = (unit: SpelledUnit, { deployment }: Plan): Omit<Texts, 'namesMachine'> =>
  textsIn(unit.service, {
    address: addressBook(deployment),
    fact: (fact) => factOf(fact, unit),
    number: (port) => unit.service.ports.find(({ id }) => id === port)?.number ?? 0,
  })

function imageOf(name: string, { dockerfile }: Reading): string {
  const copied = dockerfile.find((words) => words[0] === 'COPY' && words.at(-1) === `${rootOf(name)}/`)
  return copied?.[1]?.replace('--from=', '') ?? ''
}

/** What the site adds is no word of the definition. */
function openVariables(
  words: readonly string[],
  texts: TextReader,
  added: readonly { readonly name: string }[],
): Record<string, string> {
  const names = new Set(added.map(({ name }) => name))
  const variables = words.slice(0, -1).map((word) => {
    const name = word.slice(0, word.indexOf('='))
    return [name, texts.variable(name, word.slice(name.length + 1))] as const
  })
  return Object.fromEntries(variables.filter(([name]) => !names.has(name)))
}

/** The variables of the file that the script reads, when it is the one that the site's script writes for them. */
function secretVariables(
  { service }: SpelledUnit,
  statements: readonly (readonly string[])[],
  { plan, references }: Reading,
): Record<string, string> {
  const keys = plan.secrets.env.get(service.id)
  if (!keys || keys.size === 0) return {}
  const read = statements.some(([word]) => word === `secrets=/run/secrets/${envFileName(service.id, keys)}`)
  const named = planSecrets(plan.deployment, addressBook(plan.deployment), 'containers')
  const values = [...(named.env.get(service.id) ?? [])].map(
    ([name, key]) => [name, secretReference(key, named, references.neutral)] as const,
  )
  return read ? Object.fromEntries(values) : {}
}

function configurationOf(name: string, { place, files }: Reading, texts: TextReader): Record<string, string> {
  const root = rootOf(name)
  return Object.fromEntries(
    place.flatMap(([command, source = '', path = '']) => {
      const text = files.get(`base/${source}`)
      if (command !== 'place' || !path.startsWith(`${root}/`) || text === undefined) return []
      const inside = path.slice(root.length)
      return [[inside, texts.file(inside, text)] as const]
    }),
  )
}

/** What the check asks, where its words are those that the probe of the definition gives; otherwise the words themselves. */
function healthOf(unit: SpelledUnit, { processes, files }: Reading): string {
  const probe = members(members(processes[unit.name])['readiness_probe'])
  const script = files.get(`base/health/${unit.name}`)
  if (members(probe['exec'])['command'] !== `/waybill/health/${unit.name}` || script === undefined) return 'none'
  const words = statementsOf(script)[0]?.slice(2) ?? []
  const ready = unit.service.health?.ready
  const expected = unit.texts.ready?.join('\0') === words.join('\0')
  if (expected && ready && ready.probe !== 'none' && ready.probe !== 'exec') return asked(ready, unit.service)
  return `exec ${words.join(' ')}`
}

function asked(probe: Exclude<DeployedProbe, { probe: 'none' | 'exec' }>, { ports }: DeployedService): string {
  const port = ports.find(({ id }) => id === probe.port)?.number ?? ''
  switch (probe.probe) {
    case 'http':
      return `http ${probe.path} ${port}`
    case 'tcp':
      return `tcp ${port}`
    case 'grpc':
      return ['grpc', probe.service, port].filter((word) => word !== undefined && word !== '').join(' ')
  }
}

function mountsOf(name: string, { run, volumes }: Reading): Record<string, string> {
  const root = rootOf(name)
  return Object.fromEntries(
    run.flatMap((word) => {
      const [, source = '', target = ''] = /^type=volume,src=([^,]*),dst=([^,]*)/.exec(word) ?? []
      if (!target.startsWith(`${root}/`)) return []
      return [[target.slice(root.length), volumes.get(source)?.id ?? source] as const]
    }),
  )
}

const conditions: Readonly<Record<string, string>> = {
  process_started: 'started',
  process_healthy: 'healthy',
  process_completed_successfully: 'completed',
}

function needsOf(name: string, { processes, references }: Reading): string[] {
  const needs = Object.entries(members(members(processes[name])['depends_on'])).map(
    ([on, how]) => `${conditions[textOf(members(how)['condition'])] ?? '?'}(${references.service(on) ?? on})`,
  )
  return [...new Set(needs)].toSorted()
}

/** Everything in the container reaches everything else. */
const connectionsOf = ({ edges }: Deployment, services: Observation['services']): string[] =>
  edges
    .filter(({ from, to }) => from in services && to in services)
    .map(({ from, to, port }) => `${from}>${to}:${port}`)
    .toSorted()

function volumesOf({ volumes }: Reading, services: Observation['services']): Observation['volumes'] {
  const found = [...volumes.values()].map(({ id, data }) => {
    const mountedBy = Object.entries(services).flatMap(([service, { mounts }]) =>
      Object.values(mounts).includes(id) ? [service] : [],
    )
    return [id, { data, mountedBy }] as const
  })
  return sorted(Object.fromEntries(found))
}

const members = (value: Json | undefined): Members => (isMembers(value) ? value : {})

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const isMembers = (value: Json | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))
