import type { Location, Path } from '../errors/problem.ts'

/** A value of a JSON text with the places of its parts. */
interface Node {
  readonly offset: number
  readonly value?: unknown
  readonly members?: ReadonlyMap<string, Node>
  readonly items?: readonly Node[]
}

/** Finds where paths stand in the text of valid JSON: the deepest part that exists on the way. */
export function jsonPositions(text: string, file: string): (path: Path) => Location {
  const root = new Reader(text).node()
  return (path) => {
    let node = root
    for (const segment of path) {
      const next = step(node, segment)
      if (!next) break
      node = next
    }
    return { file, ...lineOf(text, node.offset) }
  }
}

const names = ['id', 'name', 'path', 'on']

/** Where a text stops to be JSON; undefined when it is JSON. */
export function jsonErrorPosition(text: string): { readonly line: number; readonly column: number } | undefined {
  try {
    new Reader(text).document()
    return undefined
  } catch (error) {
    if (error instanceof NotJson) return lineOf(text, error.offset)
    throw error
  }
}

class NotJson extends Error {
  readonly offset: number

  constructor(offset: number) {
    super(`not JSON at ${offset}`)
    this.offset = offset
  }
}

/** Items of a list go by their id, name or path where they have one; their place is the line that says it. */
function step({ members, items = [] }: Node, segment: string): Node | undefined {
  if (members) return members.get(segment)
  for (const item of items) {
    const name = names.map((key) => item.members?.get(key)).find((member) => member?.value === segment)
    if (name) return { ...item, offset: name.offset }
  }
  return items[Number(segment)]
}

function lineOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Node {
    const root = this.node()
    if (this.#skipSpace() < this.#text.length) throw new NotJson(this.#at)
    return root
  }

  node(): Node {
    const offset = this.#skipSpace()
    const start = this.#text[offset]
    if (start === '{') return { offset, members: this.#members() }
    if (start === '[') return { offset, items: this.#items() }
    return { offset, value: start === '"' ? this.#string() : this.#word() }
  }

  #members(): Map<string, Node> {
    const members = new Map<string, Node>()
    this.#list('}', () => {
      const offset = this.#skipSpace()
      const key = this.#string()
      this.#expect(':')
      members.set(key, { ...this.node(), offset })
    })
    return members
  }

  #items(): Node[] {
    const items: Node[] = []
    this.#list(']', () => items.push(this.node()))
    return items
  }

  #list(end: string, read: () => void): void {
    this.#at += 1
    if (this.#text[this.#skipSpace()] === end) {
      this.#at += 1
      return
    }
    for (;;) {
      read()
      if (this.#text[this.#skipSpace()] === end) break
      this.#expect(',')
    }
    this.#at += 1
  }

  #expect(character: string): void {
    if (this.#text[this.#skipSpace()] !== character) throw new NotJson(this.#at)
    this.#at += 1
  }

  #string(): string {
    const text = this.#match(/"(?:[^"\\]|\\.)*"/y)
    try {
      return JSON.parse(text) as string
    } catch {
      throw new NotJson(this.#at - text.length)
    }
  }

  #word(): string {
    return this.#match(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y)
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [text] = pattern.exec(this.#text) ?? []
    if (text === undefined) throw new NotJson(this.#at)
    this.#at += text.length
    return text
  }

  #skipSpace(): number {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1
    return this.#at
  }
}

const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9
