import { type Deployment, type Problem, find, problem } from '@waybill/model'
import { siteVariableNames } from '../site/names.ts'
import type { Loss, Observation, ObservedService } from '../target.ts'

/** What one target made of a deployment. */
export interface Witness {
  readonly target: string
  readonly observation: Observation
  readonly losses: readonly Loss[]
}

/**
 * Whether the outputs of all targets say the same: services, images, commands, environment, files, ports, health, mounts,
 * order, limits, connections and volumes. A difference is a problem unless one of the two declares a loss at that place.
 */
export function checkAgreement(deployment: Deployment, witnesses: readonly Witness[]): Problem[] {
  const [first, ...others] = witnesses
  if (!first) return []
  const facts = factsOf(first.observation, deployment)
  return others.flatMap((other) => compare(first, facts, other, factsOf(other.observation, deployment)))
}

/** Facts by their address, such as `services/api/env/STORES`. */
type Facts = ReadonlyMap<string, string>

function factsOf({ services, connections, volumes }: Observation, deployment: Deployment): Facts {
  const byReplica = placesByReplica(deployment)
  const facts = new Map<string, string>()
  const inherited = needsOfInitSteps(deployment)
  const added = variablesOfSite(deployment)
  for (const [id, service] of Object.entries(services)) {
    const counted = countedKinds.has(deployment.services.find((each) => each.id === id)?.kind ?? '')
    for (const [field, value] of serviceFacts(service)) {
      const at = `services/${id}/${field}`
      if (inherited.has(at) || added.has(at) || (field === 'replicas' && !counted)) continue
      // what only the replica knows is written by some targets and looked up at run time by others
      facts.set(at, byReplica.has(at) ? '(known to the replica)' : value)
    }
  }
  for (const connection of connections) facts.set(`connections/${connection}`, 'allowed')
  for (const [id, { data, mountedBy }] of Object.entries(volumes)) {
    facts.set(`volumes/${id}/data`, data)
    facts.set(`volumes/${id}/mountedBy`, [...mountedBy].sort().join(' '))
  }
  return facts
}

function* serviceFacts(service: ObservedService): Generator<[string, string]> {
  for (const [field, value] of Object.entries(service) as [
    keyof ObservedService,
    ObservedService[keyof ObservedService],
  ][]) {
    if (field === 'needs') {
      for (const need of service.needs) {
        const [, state = '', on = ''] = /^(\w+)\((.*)\)$/.exec(need) ?? []
        yield [`needs/${on}/${state}`, 'waits']
      }
    } else if (Array.isArray(value)) {
      for (const [i, item] of (value as readonly (string | number)[]).entries()) yield [`${field}/${i}`, String(item)]
    } else if (typeof value === 'object') {
      for (const [name, inner] of Object.entries(value)) yield [`${field}/${name}`, inner as string]
    } else {
      yield [field, String(value)]
    }
  }
}

/** Variables that a site adds: each target spells them with its own addresses and folders. */
const variablesOfSite = ({ services }: Deployment): ReadonlySet<string> =>
  new Set(
    services.flatMap(({ id, env }) => {
      const own = new Set(env.map(({ name }) => name))
      return siteVariableNames.filter((name) => !own.has(name)).map((name) => `services/${id}/env/${name}`)
    }),
  )

/** Only these run in a number of replicas that is theirs: an init step runs as often as its host. */
const countedKinds: ReadonlySet<string> = new Set(['stateless', 'stateful', 'sharded'])

/** Where a service waits only because a step in its pod does. */
function needsOfInitSteps({ services }: Deployment): ReadonlySet<string> {
  const own = new Set(
    services.flatMap(({ id, needs }) => needs.map(({ on, state }) => `services/${id}/needs/${on}/${state}`)),
  )
  const inherited = services.flatMap(({ needs, shape: { pods } }) =>
    pods.shape === 'init' ? needs.map(({ on, state }) => `services/${pods.of}/needs/${on}/${state}`) : [],
  )
  return new Set(inherited.filter((need) => !own.has(need)))
}

/** The variables and words of commands that hold a fact of the replica. */
function placesByReplica({ services }: Deployment): ReadonlySet<string> {
  const places = services.flatMap(({ id, env, command = [], args = [] }) =>
    [
      ...env.map(({ name, value }) => [`env/${name}`, value] as const),
      ...command.map((word, i) => [`command/${i}`, word] as const),
      ...args.map((word, i) => [`args/${i}`, word] as const),
    ]
      .filter(([, value]) => find(value, (node) => node.op === 'runtime'))
      .map(([place]) => `services/${id}/${place}`),
  )
  return new Set(places)
}

function compare(first: Witness, firstFacts: Facts, second: Witness, secondFacts: Facts): Problem[] {
  const losses = [...first.losses, ...second.losses].map(({ at }) => at)
  const explained = (at: string) =>
    losses.some((loss) => at === loss || at.startsWith(`${loss}/`) || loss.startsWith(`${at}/`))
  const addresses = [...new Set([...firstFacts.keys(), ...secondFacts.keys()])].sort()
  return addresses.flatMap((at) => {
    const [one, two] = [firstFacts.get(at), secondFacts.get(at)]
    if (one === two || explained(at)) return []
    const targets = `${first.target} and ${second.target}`
    return [problem('WB5004', at.split('/'), { what: at, targets, first: shown(one), second: shown(two) })]
  })
}

const shown = (value: string | undefined): string =>
  value === undefined ? 'nothing' : value.length > 120 ? `${value.slice(0, 117)}…` : value
