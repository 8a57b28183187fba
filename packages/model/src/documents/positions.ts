import { type LineCounter, type ParsedNode, isMap, isScalar, isSeq } from 'yaml'
import type { Location, Path } from '../errors/problem.ts'

/** Finds where a path stands in a parsed YAML or JSON document: the deepest node that exists on the way. */
export function locateIn(root: ParsedNode | null, path: Path, lines: LineCounter, file: string): Location {
  let node: unknown = root
  let offset = root?.range[0] ?? 0
  for (const segment of path) {
    const next = step(node, segment)
    if (!next) break
    ;[node, offset] = [next.value, next.offset]
  }
  const { line, col } = lines.linePos(offset)
  return { file, line, column: col }
}

/** What an item of a list is called by; its place is the line that names it. */
const names = new Set<unknown>(['id', 'name', 'path'])

function step(node: unknown, segment: string): { value: unknown; offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === segment)
    if (!pair || !isScalar(pair.key)) return undefined
    return { value: pair.value, offset: pair.key.range?.[0] ?? 0 }
  }
  if (!isSeq(node)) return undefined
  for (const item of node.items) {
    if (!isMap(item)) continue
    const name = item.items.find(
      ({ key, value }) => isScalar(key) && isScalar(value) && names.has(key.value) && value.value === segment,
    )
    if (isScalar(name?.key)) return { value: item, offset: name.key.range?.[0] ?? 0 }
  }
  const item = node.items[Number(segment)] as ParsedNode | undefined
  return item && { value: item, offset: item.range[0] }
}
