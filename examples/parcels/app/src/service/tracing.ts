import { AsyncLocalStorage } from 'node:async_hooks'
import { type Carrier, childOf, traceIdOf } from './traceparent.ts'

type SpanKind = 'server' | 'client' | 'producer' | 'consumer'
type Attributes = Record<string, string | number>

/** Runs work inside a span; what `work` calls sees it through `carrier()`. Trace context is passed on even when nothing records spans. */
export interface Tracing {
  span<T>(
    name: string,
    kind: SpanKind,
    parent: Carrier | undefined,
    work: (note: (more: Attributes) => void) => Promise<T>,
  ): Promise<T>
  carrier(): Carrier
  traceId: () => string | undefined
  stop(): Promise<void>
}

/** Passes trace context on and records nothing. */
export function forwardOnly(): Tracing {
  const current = new AsyncLocalStorage<Carrier>()
  return {
    span: (_name, _kind, parent, work) =>
      current.run(childOf(parent ?? current.getStore() ?? {}), () => work(() => {})),
    carrier: () => current.getStore() ?? {},
    traceId: () => traceIdOf(current.getStore()?.traceparent),
    stop: async () => {},
  }
}
