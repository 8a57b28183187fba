import type { DeployedService, Deployment, Json } from '@waybill/model'
import { observeContainers } from '../../containers/observe.ts'
import type { Observation, OutputFile, Rendered } from '../../target.ts'
import { type Word, readStatements } from './words.ts'

type Members = { readonly [key: string]: Json }

/** Reads the scripts back: the words of each container, network and volume as a shell would give them to docker. */
export function observe({ files }: Rendered, deployment: Deployment): Observation {
  const services = files.flatMap((file) => {
    const name = /^base\/services\/(.+)\.sh$/.exec(file.path)?.[1]
    return name === undefined ? [] : [[name, serviceOf(textOf(file), deployment)] as const]
  })
  const instance = files.find(({ path }) => path === 'base/instance.sh')
  const document = { services: Object.fromEntries(services), volumes: instance ? volumesOf(textOf(instance)) : {} }
  return observeContainers(document, files, deployment)
}

const textOf = ({ content }: OutputFile): string => ('text' in content ? content.text : '')

/** A variable is written as nothing but its name: what it is follows from where it stands. */
const textOfWord = (word: Word): string =>
  word.map((part) => (typeof part === 'string' ? part : part.variable === 'base' ? '.' : `$${part.variable}`)).join('')

const conditions: Readonly<Record<string, string>> = {
  started: 'service_started',
  healthy: 'service_healthy',
  completed: 'service_completed_successfully',
}

/** The containers of one file as one service: the first stands for all, and how many there are is counted. */
function serviceOf(script: string, deployment: Deployment): Members {
  const needs: Record<string, Json> = {}
  let networks: readonly string[] = []
  let aliases: readonly string[] = []
  let looped: number | undefined
  let replicas = 0
  let first: Members | undefined
  for (const statement of readStatements(script)) {
    const [verb = '', ...words] = statement.map(textOfWord)
    if (verb === 'needs') needs[words[1] ?? ''] = { condition: conditions[words[0] ?? ''] ?? '' }
    else if (verb === 'attach') networks = words
    else if (verb === 'known_as') aliases = words
    else if (verb === 'for') looped = words.length - 2
    // what follows `do` stands on lines of its own
    else if (verb === 'container' || verb === 'job' || verb === 'task') {
      replicas += looped ?? 1
      first ??= containerOf(words.slice(verb === 'container' ? 2 : 1), deployment)
    }
  }
  const attached = networks.filter((name) => name !== 'none' && name !== 'host')
  return {
    ...first,
    depends_on: needs,
    networks: Object.fromEntries(attached.map((name) => [name, aliases.length > 0 ? { aliases } : {}])),
    deploy: { ...membersOf(first?.['deploy']), replicas },
  }
}

/** The words of one container, in the words of the Compose specification. */
function containerOf(words: readonly string[], { services }: Deployment): Members {
  const end = words.indexOf('--')
  const [image = '', ...rest] = words.slice(end + 1)
  const options = words.slice(0, end).map(splitOption)
  const all = (name: string) => options.flatMap((each) => (each.name === name ? [each.value] : []))
  const one = (name: string): string | undefined => all(name).at(-1)
  const labels = Object.fromEntries(all('label').map(splitPair))
  const service = services.find(({ id }) => id === labels['waybill.dev/service'])
  const { entrypoint, command } = programOf(one('entrypoint'), rest, service)
  return {
    image,
    labels,
    entrypoint,
    command,
    environment: Object.fromEntries(all('env').map(splitPair)),
    env_file: all('env-file').map((path) => ({ path })),
    expose: all('expose'),
    volumes: all('mount').map(mountOf),
    healthcheck: healthOf(one('health-cmd')),
    user: one('user') ?? '',
    read_only: one('read-only') !== undefined,
    deploy: { resources: { limits: { memory: one('memory') ?? '', cpus: one('cpus') ?? '' } } },
  }
}

/** Docker takes one word as the entry point, so where a command of several words ends is only known to the definition. */
function programOf(first: string | undefined, rest: readonly string[], service: DeployedService | undefined) {
  if (first === undefined) return { entrypoint: [], command: rest }
  const length = (service?.command?.length ?? 1) - 1
  return { entrypoint: [first, ...rest.slice(0, length)], command: rest.slice(length) }
}

function splitOption(word: string): { name: string; value: string } {
  const at = word.indexOf('=')
  return at < 0 ? { name: word.slice(2), value: '' } : { name: word.slice(2, at), value: word.slice(at + 1) }
}

function splitPair(text: string): [string, string] {
  const at = text.indexOf('=')
  return [text.slice(0, at), text.slice(at + 1)]
}

/** The fields of a mount that are written without quotes, as all are that the model can name. */
function mountOf(text: string): Members {
  const fields = new Map(text.split(',').map(splitPair))
  const source = fields.get('source') ?? ''
  const type = fields.get('type') ?? ''
  return {
    type,
    target: fields.get('target') ?? '',
    source: type === 'volume' ? source.replace(/^[^_]*_/, '') : source,
  }
}

function healthOf(command: string | undefined): Members {
  if (command === undefined) return {}
  const [words = []] = readStatements(command)
  return { test: ['CMD', ...words.slice(1).map(textOfWord)] }
}

const volumesOf = (script: string): Members =>
  Object.fromEntries(
    readStatements(script)
      .map((statement) => statement.map(textOfWord))
      .filter(([verb]) => verb === 'volume')
      .map(([, name = '', ...words]) => {
        const labels = words.map(splitOption).filter((each) => each.name === 'label')
        return [name, { labels: Object.fromEntries(labels.map(({ value }) => splitPair(value))) }]
      }),
  )

const membersOf = (value: Json | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}
