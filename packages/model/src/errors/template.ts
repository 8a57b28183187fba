import { type Code, catalogue, type Entry } from './catalogue.ts'
import type { Wording } from './problem.ts'

/** The sentences of a code with `<name>` where a problem would fill something in: for documentation. */
export function wordingTemplate(code: Code): Wording {
  const { title, what, why, fix }: Entry<never> = catalogue[code]
  return { title, what: String(what(blanks)), why, fix: String(fix(blanks)) }
}

/** Stands for a text, a number or a list of texts alike. */
class Blank extends String {
  join(): string {
    return this.toString()
  }
  override slice(start?: number, end?: number): string {
    return start === 0 ? (this as never) : super.slice(start, end)
  }
}

const blanks = new Proxy({} as never, { get: (_, name) => new Blank(`<${String(name)}>`) })
