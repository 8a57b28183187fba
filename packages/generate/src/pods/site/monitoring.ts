import { manifest, selectorOf } from '../labels.ts'
import type { Block, Manifest } from '../manifest.ts'
import type { Pod } from '../pod.ts'
import type { MetricsPort } from './fields.ts'
import type { SiteInput } from './input.ts'

/** The annotations that many set-ups of Prometheus look for: they hold one port for each pod. */
export function scrapeAnnotations(metrics: readonly MetricsPort[], { wishes, lose }: SiteInput): Block {
  const [first, ...others] = metrics
  if (wishes.monitoring?.mode !== 'annotations' || !first) return {}
  for (const { service, port } of others) {
    lose({
      loss: 'monitoring.annotations',
      at: `services/${service.id}/metrics`,
      severity: 'degraded',
      reason: `Annotations name one port of a pod, and that is the one of "${first.service.id}".`,
      workaround: `Set site.monitoring.mode to "operator", or scrape port ${port.number} by a job of your own.`,
    })
  }
  return {
    annotations: {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(first.port.number),
      'prometheus.io/path': first.path,
    },
  }
}

/** One object for each service, so that it can be kept or dropped with its service. */
export function monitorsOf(metrics: readonly MetricsPort[], pod: Pod, input: SiteInput): Manifest[] {
  const { wishes, deployment } = input
  if (wishes.monitoring?.mode !== 'operator') return []
  return metrics.map(({ service, port, path, named }) =>
    manifest(
      input,
      {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PodMonitor',
        name: service.id,
        service: service.id,
        labels: wishes.monitoring?.labels,
      },
      {
        spec: {
          selector: { matchLabels: selectorOf(deployment, pod.main.id) },
          podMetricsEndpoints: [{ ...(named ? { port: port.id } : { portNumber: port.number }), path }],
        },
      },
    ),
  )
}
