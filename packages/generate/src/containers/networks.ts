import { strangersOf } from './isolation.ts'
import { type Lost, lost } from './losses.ts'

/** Docker's default address pools hold about thirty networks per machine, which several instances share. */
export const mostNetworks = 8

export interface Connections {
  readonly edges: readonly { readonly from: string; readonly to: string }[]
  /** Keep data: their networks are the last to be shared. */
  readonly stateful: ReadonlySet<string>
  /** Reach something outside of the product. */
  readonly outside: ReadonlySet<string>
  /** Publish a port of the machine. */
  readonly published: ReadonlySet<string>
}

export interface NetworkPlan {
  /** Sorted by name. An internal network has no way out of the machine, nor in. */
  readonly networks: readonly { readonly name: string; readonly internal: boolean }[]
  /** Member → its networks, sorted; who connects to nothing is not here. */
  readonly of: ReadonlyMap<string, readonly string[]>
  readonly losses: readonly Lost[]
}

/** Services that exactly the same others connect to. */
interface Group {
  /** The network of the group is named after it. */
  readonly first: string
  readonly providers: string[]
  readonly consumers: ReadonlySet<string>
}

/**
 * Networks from the edges: providers with the same consumers share one with them, so that whoever has no business with a
 * service has no route to it. Where that would take too many, the least sensitive groups share `main`.
 */
export function planNetworks({ edges, stateful, outside, published }: Connections): NetworkPlan {
  const groups = groupsOf(edges)
  const room = mostNetworks - (outside.size > 0 ? 1 : 0) - (published.size > 0 ? 1 : 0)
  const fits = groups.length <= room
  const ranked = fits ? groups : groups.toSorted((a, b) => byNeed(a, b, stateful))
  const own = fits ? ranked : ranked.slice(0, room - 1)
  const shared = fits ? [] : ranked.slice(room - 1)
  const members = new Map<string, Iterable<string>[]>()
  const join = (network: string, who: Iterable<string>) => {
    const all = members.get(network)
    if (all) all.push(who)
    else members.set(network, [who])
  }
  for (const group of own) {
    join(networkName(group), group.providers)
    join(networkName(group), group.consumers)
  }
  for (const { providers, consumers } of shared) {
    join('main', providers)
    join('main', consumers)
  }
  if (outside.size > 0) join('outside', outside)
  if (published.size > 0) join('edge', published)
  const names = [...members.keys()].toSorted()
  const joined = names.map((name) => new Set(members.get(name)!.flatMap((some) => [...some])))
  return {
    networks: names.map((name) => ({ name, internal: name !== 'outside' && name !== 'edge' })),
    of: networksOf(names, joined),
    losses: isolationLosses(joined, edges, shared),
  }
}

/** Named after its first provider, with a prefix that keeps it apart from `main`, `outside` and `edge`. */
const networkName = ({ first }: Group): string => `to-${first}`

function groupsOf(edges: Connections['edges']): Group[] {
  const consumers = new Map<string, Set<string>>()
  for (const { from, to } of edges) {
    if (from === to) continue
    const known = consumers.get(to)
    if (known) known.add(from)
    else consumers.set(to, new Set([from]))
  }
  const groups = new Map<string, Group>()
  for (const to of [...consumers.keys()].toSorted()) {
    const all = consumers.get(to)!
    const key = [...all].toSorted().join(' ')
    const group = groups.get(key)
    if (group) group.providers.push(to)
    else groups.set(key, { first: to, providers: [to], consumers: all })
  }
  return [...groups.values()]
}

/** Data first, then the fewest consumers, then by name. */
function byNeed(a: Group, b: Group, stateful: ReadonlySet<string>): number {
  const keeps = (group: Group) => (group.providers.some((provider) => stateful.has(provider)) ? 0 : 1)
  return keeps(a) - keeps(b) || a.consumers.size - b.consumers.size || (a.first < b.first ? -1 : 1)
}

function networksOf(names: readonly string[], members: readonly ReadonlySet<string>[]): NetworkPlan['of'] {
  const of = new Map<string, string[]>()
  for (const [i, name] of names.entries()) {
    for (const who of members[i]!) {
      const known = of.get(who)
      if (known) known.push(name)
      else of.set(who, [name])
    }
  }
  return of
}

function isolationLosses(
  members: readonly ReadonlySet<string>[],
  edges: Connections['edges'],
  shared: readonly Group[],
): Lost[] {
  const { pairs, more } = strangersOf(members, edges)
  if (pairs.length === 0) return []
  const count = more ? `More than ${pairs.length} pairs` : pairs.length === 1 ? 'One pair' : `${pairs.length} pairs`
  const some = pairs.slice(0, 3).map(([a, b]) => `${a} and ${b}`)
  const named = pairs.length > some.length ? `such as ${some.join(', ')}` : some.join(', ')
  const providers = shared.flatMap((group) => group.providers).toSorted()
  const crowded =
    providers.length === 0
      ? ''
      : ` A machine has room for few networks, so these share "main" with all who use them: ${enumerated(providers)}.`
  return [
    lost(
      'network.isolation',
      'networks',
      'note',
      `${count} of services can reach each other without a connection in the product, because they share a network: ${named}.${crowded}`,
      'Nothing to do; where a service must not even be reachable for others, run the product on Kubernetes.',
    ),
  ]
}

const mostNames = 10

const enumerated = (names: readonly string[]): string =>
  names.length <= mostNames
    ? names.join(', ')
    : `${names.slice(0, mostNames).join(', ')} and ${names.length - mostNames} more`
