import { type Code, type Entry, type ParamsOf, catalogue } from './catalogue.ts'

/** Where something stands: ids and keys from the root of the document, as people would say it. */
export type Path = readonly string[]

/** A place in a file; line and column count from 1. */
export interface Location {
  readonly file: string
  readonly line?: number
  readonly column?: number
}

/** One thing that is wrong, as data. The wording comes from the catalogue, see {@link wordingOf}. */
export interface Problem {
  readonly code: Code
  readonly severity: 'error' | 'warning'
  readonly path: Path
  readonly params: Readonly<Record<string, unknown>>
  readonly at?: Location
}

/** The sentences of a problem. */
export interface Wording {
  readonly title: string
  readonly what: string
  readonly why: string
  readonly fix: string
}

/**
 * Makes a problem of the catalogue.
 *
 * @example
 * problem('WB1003', ['services', 'api'], { key: 'image' }).severity // 'error'
 */
export function problem<C extends Code>(code: C, path: Path, params: ParamsOf<C>): Problem {
  return { code, severity: entryOf(code).severity ?? 'error', path, params: params as Record<string, unknown> }
}

/** The sentences for a problem: what happened, why it matters and what to do. */
export function wordingOf({ code, params }: Problem): Wording {
  const { title, what, why, fix } = entryOf(code)
  return { title, what: what(params as never), why, fix: fix(params as never) }
}

const entryOf = (code: Code): Entry<never> => catalogue[code]

/** Thrown by builders and by operations that cannot go on; carries every problem that was found. */
export class WaybillError extends Error {
  override readonly name = 'WaybillError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super(problems.map((each) => `${each.code} ${wordingOf(each).what}`).join('\n'))
    this.problems = problems
  }
}

/** A result, or the problems that stand in its way. Warnings accompany a result. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Turns a value and what was found on the way into an outcome: any error makes it a failure. */
export function outcome<T>(problems: readonly Problem[], value: () => T): Outcome<T> {
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems }
  return { ok: true, value: value(), warnings: problems }
}
