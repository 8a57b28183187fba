import type { Specification } from '../../containers/specification.ts'

/**
 * The order in which containers start: whoever needs another comes in a later group, and within a group nobody waits for
 * one another. The needs of a checked definition have no circle.
 */
export function wavesOf(containers: Readonly<Record<string, Specification>>): string[][] {
  const depths = new Map<string, number>()
  const depth = (name: string): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    const needed = Object.keys(containers[name]?.depends_on ?? {})
    const own = needed.reduce((most, other) => Math.max(most, depth(other) + 1), 0)
    depths.set(name, own)
    return own
  }
  const waves: string[][] = []
  for (const name of Object.keys(containers)) (waves[depth(name)] ??= []).push(name)
  return waves
}
