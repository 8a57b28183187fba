import type { DeployedProbe, DeployedService, Deployment, Json } from '@waybill/model'
import type { Observation, ObservedService, OutputFile } from '../target.ts'
import { envFileName } from '../secrets/names.ts'
import { type SecretKey, type SecretPlan, planSecrets } from '../secrets/plan.ts'
import { secretReference } from '../secrets/reference.ts'
import { addressBook } from './addresses.ts'
import { probeCommand } from './health.ts'
import { type References, referencesOf } from './references.ts'

type Members = Readonly<Record<string, Json>>

/** What the reading of an output goes by. */
interface Reading {
  readonly deployment: Deployment
  readonly references: References
  readonly files: ReadonlyMap<string, string>
  readonly secrets: SecretPlan
}

/**
 * Reads containers back: only what stands in the document is reported, with names turned back into what they stand for.
 *
 * @param document services and volumes in the words of the Compose specification, without escapes
 * @param outputs the files of the output, some of which containers mount
 */
export function observeContainers(
  document: Members,
  outputs: readonly OutputFile[],
  deployment: Deployment,
): Observation {
  const units = Object.entries(members(document['services'])).map(([name, unit]) => ({ name, unit: members(unit) }))
  const byService = Map.groupBy(units, ({ unit }) => string(members(unit['labels'])['waybill.dev/service']))
  const address = addressBook(deployment)
  const reading: Reading = {
    deployment,
    references: referencesOf(deployment, units),
    files: new Map(outputs.flatMap(({ path, content }) => ('text' in content ? [[path, content.text]] : []))),
    secrets: planSecrets(deployment, address, 'containers'),
  }
  const services: Record<string, ObservedService> = {}
  for (const service of sortedById(deployment.services)) {
    const own = byService.get(service.id)
    if (own)
      services[service.id] = observeService(
        service,
        own.map(({ unit }) => unit),
        reading,
      )
  }
  return {
    services,
    connections: connectionsOf(deployment, byService),
    volumes: volumesOf(members(document['volumes']), services),
  }
}

/** The shards of a service are told apart by name only, so the first stands for all. */
function observeService(service: DeployedService, units: readonly Members[], reading: Reading): ObservedService {
  const unit = units[0] ?? {}
  const { references } = reading
  const words = (value: Json | undefined) => strings(value).map((word) => references.neutral(word))
  const deploy = members(unit['deploy'])
  const limits = members(members(deploy['resources'])['limits'])
  return {
    image: string(unit['image']),
    replicas: service.kind === 'sharded' ? units.length : Number(deploy['replicas'] ?? 1),
    command: words(unit['entrypoint']),
    args: words(unit['command']),
    env: sorted({ ...openEnv(unit, references), ...secretEnv(service.id, unit, reading) }),
    files: sorted(configFiles(unit, reading)),
    ports: strings(unit['expose']).map((port) => Number.parseInt(port, 10)),
    health: healthOf(service, members(unit['healthcheck']), reading),
    mounts: sorted(mountsOf(unit, references)),
    user: string(unit['user']),
    readOnlyRoot: unit['read_only'] === true,
    needs: needsOf(unit, references),
    memoryLimit: Number(limits['memory']),
    cpuLimit: Math.round(Number(limits['cpus']) * 1000),
  }
}

const openEnv = (unit: Members, references: References): Record<string, string> =>
  Object.fromEntries(
    Object.entries(members(unit['environment'])).map(([name, value]) => [name, references.neutral(string(value))]),
  )

/** The variables of an env file, when it is the one that the site's script writes for them. */
function secretEnv(service: string, unit: Members, { secrets, references }: Reading): Record<string, string> {
  const keys = secrets.env.get(service)
  if (!keys || keys.size === 0) return {}
  const expected = `/env/${envFileName(service, keys)}`
  const read = list(unit['env_file']).some((file) => string(members(file)['path']).endsWith(expected))
  const known = ([name, key]: readonly [string, SecretKey]) =>
    [name, secretReference(key, secrets, references.neutral)] as const
  return read ? Object.fromEntries([...keys].map(known)) : {}
}

function configFiles(unit: Members, { files, references }: Reading): Record<string, string> {
  return Object.fromEntries(
    bindsOf(unit).flatMap(({ source, target }) => {
      const text = files.get(source.replace(/^\.\//, 'base/'))
      return text === undefined ? [] : [[target, references.neutral(text)] as const]
    }),
  )
}

const bindsOf = (unit: Members): { source: string; target: string }[] =>
  list(unit['volumes'])
    .map(members)
    .filter(({ type }) => type === 'bind')
    .map(({ source, target }) => ({ source: string(source), target: string(target) }))

function mountsOf(unit: Members, references: References): Record<string, string> {
  return Object.fromEntries(
    list(unit['volumes'])
      .map(members)
      .filter(({ type }) => type === 'volume')
      .map(({ source, target }) => [string(target), references.volume(string(source))]),
  )
}

const conditions: Readonly<Record<string, string>> = {
  service_started: 'started',
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
}

function needsOf(unit: Members, references: References): string[] {
  const needs = Object.entries(members(unit['depends_on'])).flatMap(([name, how]) => {
    const service = references.service(name)
    return service === undefined ? [] : [`${conditions[string(members(how)['condition'])] ?? '?'}(${service})`]
  })
  return [...new Set(needs)].toSorted()
}

/** What the check asks, where its words are those that the probe of the definition gives; otherwise the words themselves. */
function healthOf(service: DeployedService, check: Members, { deployment }: Reading): string {
  if (check['disable'] === true || check['test'] === undefined) return 'none'
  const words = strings(check['test']).slice(1)
  const ready = service.health?.ready
  if (ready && ready.probe !== 'none' && ready.probe !== 'exec' && ready.command) {
    const expected = probeCommand(ready, ready.command, service, addressBook(deployment))
    if (expected.join('\0') === words.join('\0')) return asked(ready, service)
  }
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

/** Edges of the deployment whose two ends have a network in common; on the machine's own network everything can be reached. */
function connectionsOf(
  { edges }: Deployment,
  byService: ReadonlyMap<string, readonly { readonly unit: Members }[]>,
): string[] {
  const networks = new Map(
    [...byService].map(([id, units]) => [id, new Set(Object.keys(members(units[0]?.unit['networks'])))]),
  )
  return edges
    .filter(({ from, to }) => [...(networks.get(from) ?? [])].some((network) => networks.get(to)?.has(network)))
    .map(({ from, to, port }) => `${from}>${to}:${port}`)
    .toSorted()
}

function volumesOf(declared: Members, services: Readonly<Record<string, ObservedService>>): Observation['volumes'] {
  const mountedBy = new Map<string, string[]>()
  for (const [id, { mounts }] of Object.entries(services)) {
    for (const volume of new Set(Object.values(mounts))) {
      mountedBy.set(volume, [...(mountedBy.get(volume) ?? []), id])
    }
  }
  const volumes = Object.values(declared).map((volume) => {
    const labels = members(members(volume)['labels'])
    const id = string(labels['waybill.dev/volume'])
    return [id, { data: string(labels['waybill.dev/data']), mountedBy: mountedBy.get(id) ?? [] }] as const
  })
  return sorted(Object.fromEntries(volumes))
}

// ------------------------------------------------------------------------------------------------ reading JSON

function members(value: Json | undefined): Members {
  return isMembers(value) ? value : {}
}

const isMembers = (value: Json | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const list = (value: Json | undefined): readonly Json[] => (isList(value) ? value : [])

const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

const strings = (value: Json | undefined): string[] => list(value).map(string)

const string = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

const sorted = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))

const sortedById = <T extends { readonly id: string }>(all: readonly T[]): T[] =>
  all.toSorted((a, b) => (a.id < b.id ? -1 : 1))
