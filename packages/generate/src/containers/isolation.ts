/** Two who have a network in common and no connection, in alphabetical order. */
export type Pair = readonly [string, string]

export interface Strangers {
  /** Each pair once, at most `mostPairs`. */
  readonly pairs: readonly Pair[]
  /** There are more than these. */
  readonly more: boolean
}

/** Nobody reads a longer count, and all pairs of a large product would be the square of its services. */
export const mostPairs = 1000

/**
 * The pairs that networks let through although nothing connects them, network by network and by name. Takes time for the
 * edges and `mostPairs`, once for each network: every pair that is looked at is an edge, is counted, or ends the search.
 *
 * @param networks the members of each network
 */
export function strangersOf(
  networks: readonly ReadonlySet<string>[],
  edges: readonly { readonly from: string; readonly to: string }[],
): Strangers {
  const connected = new Set(edges.map(({ from, to }) => (from < to ? `${from} ${to}` : `${to} ${from}`)))
  const found = new Map<string, Pair>()
  for (const members of networks) {
    for (const pair of pairsOf([...members].toSorted())) {
      const key = pair.join(' ')
      if (connected.has(key) || found.has(key)) continue
      if (found.size === mostPairs) return { pairs: [...found.values()], more: true }
      found.set(key, pair)
    }
  }
  return { pairs: [...found.values()], more: false }
}

function* pairsOf(sorted: readonly string[]): Generator<Pair> {
  for (const [i, first] of sorted.entries()) for (const second of sorted.slice(i + 1)) yield [first, second]
}
