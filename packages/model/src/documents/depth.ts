import { type Node, isMap, isPair, isSeq } from 'yaml'

/** The deepest nesting that is read. Real files stay far below it, and everything that recurses over data stays safe. */
export const depthLimit = 100

/** Where a JSON text opens one level too many, or undefined. Brackets inside of strings do not count. */
export function tooDeepInJson(text: string): number | undefined {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '"') i = endOfString(text, i)
    else if (character === '[' || character === '{') {
      if (++depth > depthLimit) return i
    } else if (character === ']' || character === '}') depth--
  }
  return undefined
}

function endOfString(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i
}

/** The offset of a node of a YAML document that lies too deep, or undefined. */
export function tooDeepInYaml(root: Node | null): number | undefined {
  const open: { node: unknown; depth: number }[] = [{ node: root, depth: 1 }]
  for (let top = open.pop(); top; top = open.pop()) {
    const { node, depth } = top
    if (!isMap(node) && !isSeq(node)) continue
    if (depth > depthLimit) return node.range?.[0] ?? 0
    for (const item of node.items) open.push({ node: isPair(item) ? item.value : item, depth: depth + 1 })
  }
  return undefined
}
