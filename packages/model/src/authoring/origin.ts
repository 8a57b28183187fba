import type { Location } from '../errors/problem.ts'

/** Where a builder was called: file URL or path, line and column from 1. */
export interface Origin {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** The folder of the builders, as it stands in a stack. */
const builders = new URL('.', import.meta.url).pathname

/** The same for a problem that is thrown at once; its file is a path. */
export function callLocation(): Location | undefined {
  const origin = callSite()
  return (
    origin && {
      ...origin,
      file: origin.file.startsWith('file:') ? decodeURIComponent(new URL(origin.file).pathname) : origin.file,
    }
  )
}

/** The place outside of the builders that called; undefined where the engine gives no stack. */
export function callSite(): Origin | undefined {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 12
  const { stack } = new Error()
  Error.stackTraceLimit = limit
  for (const line of stack?.split('\n').slice(1) ?? []) {
    const match = /\(?((?:file:\/\/)?[^()\s]+):(\d+):(\d+)\)?$/.exec(line)
    if (match && !match[1]!.includes(builders) && !match[1]!.startsWith('node:')) {
      return { file: match[1]!, line: Number(match[2]), column: Number(match[3]) }
    }
  }
  return undefined
}
