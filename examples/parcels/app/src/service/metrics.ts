import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** One registry per process; every series is labelled by what scrapes it, not by us. */
export function createMetrics(service: string, version: string) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'parcels_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['service', 'version'],
    registers,
  }).set({ service, version }, 1)
  return {
    requests: new Histogram({
      name: 'http_request_seconds',
      help: 'Time to answer a request, by method, route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: seconds,
      registers,
    }),
    counter: <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
      new Counter({ name, help, labelNames, registers }),
    gauge: (name: string, help: string, collect: () => number | Promise<number>) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          try {
            this.set(await collect())
          } catch {
            this.set(Number.NaN)
          }
        },
      }),
    histogram: (name: string, help: string) => new Histogram({ name, help, buckets: seconds, registers }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
export type Metrics = ReturnType<typeof createMetrics>
