import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import type { Service } from './service.ts'
import { forwardOnly } from './tracing.ts'

/** A service without process, ports or signals, for tests of what is built on it. */
export function testService(): Service {
  const conditions = new Map<string, () => true | string>()
  const tracing = forwardOnly()
  return {
    name: 'test',
    log: createLog({ service: 'test', version: '0.0.0', level: 'silent', format: 'json', traceId: tracing.traceId }),
    metrics: createMetrics('test', '0.0.0'),
    tracing,
    needs: (what, state) => void conditions.set(what, state),
    missing: () =>
      Object.fromEntries(
        [...conditions].map(([what, state]) => [what, state()]).filter(([, state]) => state !== true),
      ) as Record<string, string>,
    onStop: () => {},
    stopping: () => false,
  }
}
