import { randomBytes } from 'node:crypto'

/** The headers of W3C Trace Context. */
export type Carrier = { traceparent?: string; tracestate?: string }

const shape = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** The trace id of a `traceparent` header, or undefined when it is missing or not valid. */
export function traceIdOf(traceparent: string | undefined): string | undefined {
  const [, trace, span] = shape.exec(traceparent ?? '') ?? []
  const zeros = /^0+$/ // which stand for "none"
  return trace && span && !zeros.test(trace) && !zeros.test(span) ? trace : undefined
}

/** The context for work that `parent` caused: the same trace, a new parent id; a new trace when there is no valid parent. */
export function childOf(parent: Carrier): Carrier {
  const { traceparent = '', tracestate } = parent
  const trace = traceIdOf(traceparent)
  const span = randomBytes(8).toString('hex')
  if (!trace) return { traceparent: `00-${randomBytes(16).toString('hex')}-${span}-00` }
  const flags = traceparent.slice(53, 55)
  return { traceparent: `00-${trace}-${span}-${flags}`, ...(tracestate && { tracestate }) }
}
