import type { z } from 'zod'
import { type Path, type Problem, problem } from '../errors/problem.ts'
import { nearest } from '../nearest.ts'

type Issue = z.core.$ZodIssue

/** Reads outside data through its schema; every deviation becomes a problem of the catalogue. */
export function readWith<T>(
  schema: z.ZodType<T>,
  data: unknown,
): { readonly value: T } | { readonly problems: Problem[] } {
  // a document is read once: generating code for each of its parts would take longer than reading it
  const result = schema.safeParse(data, { error: knownKeys, jitless: true })
  if (result.success) return { value: result.data }
  return { problems: result.error.issues.flatMap((issue) => problemsOf(issue, data, [])) }
}

/** The keys that an object schema knows travel in the message of the issue: the issue itself does not carry them. */
const knownKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return undefined
  const { shape } = (issue.inst as unknown as { _zod: { def: { shape?: object } } })._zod.def
  return Object.keys(shape ?? {}).join(' ')
}

function problemsOf(issue: Issue, root: unknown, before: readonly PropertyKey[]): Problem[] {
  const raw = [...before, ...issue.path]
  const path = namedPath(root, raw)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message.split(' ')
      return issue.keys.map((key) => {
        const near = nearest(key, known)
        return problem('WB1001', [...path, key], { key, known, ...(near === undefined ? {} : { near }) })
      })
    }
    case 'invalid_union': {
      if (issue.errors.length === 0) return wrongChoice(issue, root, raw)
      const depth = (issues: readonly Issue[]) => Math.max(...issues.map(depthOf))
      const best = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] as Issue[]
      if (depth(best) > 0) return best.flatMap((each) => problemsOf(each, root, raw))
      const expected = issue.errors.map((branch) => expectationOf(branch[0] as Issue)).join(' or ')
      return [problem('WB1002', path, { expected, found: foundAt(root, raw) })]
    }
    case 'invalid_type': {
      if (valueAt(root, raw) === undefined) return [problem('WB1003', path, { key: String(raw.at(-1) ?? '') })]
      return [problem('WB1002', path, { expected: expectationOf(issue), found: foundAt(root, raw) })]
    }
    default:
      return [problem('WB1002', path, { expected: expectationOf(issue), found: foundAt(root, raw) })]
  }
}

/** A tagged union whose tag has none of the known values: an unknown `op`, probe, law. The path ends at the tag. */
function wrongChoice(issue: Issue, root: unknown, raw: readonly PropertyKey[]): Problem[] {
  const { options = [] } = issue as unknown as { options?: readonly unknown[] }
  return [
    problem('WB1002', namedPath(root, raw), {
      expected: `one of ${options.map(String).join(', ')}`,
      found: foundAt(root, raw),
    }),
  ]
}

/** How far into the data a branch of a union got: the one that got furthest is the one that was meant. */
function depthOf(issue: Issue): number {
  if (issue.code === 'invalid_type') return issue.path.length
  const inside = issue.code === 'invalid_union' ? issue.errors.flat().map((each) => depthOf(each)) : []
  return issue.path.length + Math.max(0.5, ...inside)
}

function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected
    case 'invalid_value':
      return issue.values.length === 1
        ? JSON.stringify(issue.values[0])
        : `one of ${issue.values.map(String).join(', ')}`
    case 'too_small':
      if (issue.origin === 'string')
        return Number(issue.minimum) <= 1
          ? 'a text that is not empty'
          : `a text of at least ${issue.minimum} characters`
      return issue.origin === 'array' ? `at least ${issue.minimum} items` : `a number of at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string'
        ? `a text of at most ${issue.maximum} characters`
        : `a number of at most ${issue.maximum}`
    case 'invalid_format':
      return issue.format === 'starts_with'
        ? `a text that starts with ${JSON.stringify((issue as { prefix?: string }).prefix)}`
        : expectedForm(issue.message, issue.pattern ?? issue.format)
    default:
      return issue.message
  }
}

/** What the schema says that it expects; else the pattern, which is better than nothing. */
const expectedForm = (message: string, pattern: string): string =>
  message.startsWith('Invalid') ? `a text that matches ${pattern}` : message

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  tuple: 'a pair',
}

function foundAt(root: unknown, raw: readonly PropertyKey[]): string {
  const value = valueAt(root, raw)
  if (value === undefined) return 'nothing'
  if (value === null) return 'nothing (null)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const shown = JSON.stringify(value)
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown
}

const valueAt = (root: unknown, raw: readonly PropertyKey[]): unknown =>
  raw.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root)

/** A path as people say it: items of a list by their id, name or path instead of their position. */
export function namedPath(root: unknown, raw: readonly PropertyKey[]): Path {
  let value = root
  return raw.map((key) => {
    const inList = Array.isArray(value)
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key]
    return (inList ? nameOf(value) : undefined) ?? String(key)
  })
}

/** What an item of a list is called: its id, name or path. */
export function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const { id, name, path } = item as { id?: unknown; name?: unknown; path?: unknown }
  return [id, name, path].find((each): each is string => typeof each === 'string')
}
