import { setTimeout as sleep } from 'node:timers/promises'
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import type { Carrier } from './traceparent.ts'
import type { Tracing } from './tracing.ts'

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
}

/** Records spans and sends them as OTLP over http/json to OTEL_EXPORTER_OTLP_ENDPOINT; the other OTEL_ variables work as specified. */
export function recording(service: string, version: string): Tracing {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': service, 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }))
  const provider = new NodeTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  provider.register()
  const tracer = trace.getTracer(service, version)
  return {
    span: (name, kind, parent, work) => {
      const from = parent ? propagation.extract(context.active(), parent) : context.active()
      return tracer.startActiveSpan(name, { kind: kinds[kind] }, from, async (span) => {
        try {
          return await work((more) => span.setAttributes(more))
        } catch (error) {
          span.recordException(error instanceof Error ? error : String(error))
          span.setStatus({ code: SpanStatusCode.ERROR })
          throw error
        } finally {
          span.end()
        }
      })
    },
    carrier: () => {
      const carrier: Carrier = {}
      propagation.inject(context.active(), carrier)
      return carrier
    },
    traceId: () => trace.getActiveSpan()?.spanContext().traceId,
    stop: () => Promise.race([provider.shutdown(), sleep(2000)]), // a collector that is away must not keep the process
  }
}
