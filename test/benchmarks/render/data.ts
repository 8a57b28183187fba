/** What one service of the synthetic product is, in the form that every peer's sources are made of. */
export interface BenchService {
  readonly name: string
  readonly image: string
  readonly tag: string
  readonly replicas: number
  readonly port: number
  /** Waits until this one is healthy. */
  readonly waitsFor: string | null
  /** The two others that it calls: one by URL, one by host and port. */
  readonly upstream: string
  readonly cache: string
  /** Both of them, sorted. */
  readonly callees: readonly string[]
  /** Who calls it, sorted. */
  readonly callers: readonly string[]
  /** Variables beside the two addresses. */
  readonly env: Readonly<Record<string, string>>
  readonly config: string
  readonly cpuRequest: number
  readonly cpuLimit: number
  readonly memoryRequest: number
  readonly memoryLimit: number
}

/** The whole product: the one file from which the sources of all tools are made. */
export interface BenchData {
  readonly product: string
  readonly version: string
  readonly instance: string
  readonly namespace: string
  readonly siteLabels: Readonly<Record<string, string>>
  readonly services: readonly BenchService[]
}

export const port = 8080
/** Shared by the services: with an image for each, the overlay of kustomize alone takes half a minute at 300 services. */
const images = ['web', 'api', 'worker', 'search', 'store', 'mail'] as const
const nameOf = (i: number): string => `service-${String(i).padStart(4, '0')}`

/** A product of `count` services, each of which calls two others. `count` is even. */
export function benchData(count: number): BenchData {
  const at = (i: number): string => nameOf((i + count) % count)
  return {
    product: 'bench',
    version: '1.4.0',
    instance: 'acme',
    namespace: 'bench-acme',
    siteLabels: { 'example.com/cost-center': 'c42', 'example.com/team': 'platform' },
    services: Array.from({ length: count }, (_, i) => ({
      name: at(i),
      image: `registry.example/bench/${images[i % images.length]!}`,
      tag: `1.4.${i % images.length}`,
      replicas: i % 3 === 0 ? 2 : 1,
      port,
      waitsFor: i === 0 ? null : at(i - 1),
      upstream: at(i - 1),
      cache: at(i + count / 2),
      callees: [at(i - 1), at(i + count / 2)].sort(),
      callers: [at(i + 1), at(i + count / 2)].sort(),
      // in the order of their names, because templates range over maps in this order
      env: {
        FEATURE_FLAGS: `search,export-${i % 5}`,
        GREETING: `Hello from ${at(i)}`,
        LOG_FORMAT: 'json',
        LOG_LEVEL: i % 7 === 0 ? 'debug' : 'info',
        PORT: String(port),
        REGION: 'eu-central',
        WORKERS: String(2 + (i % 6)),
      },
      config: configText(i),
      cpuRequest: 100 + 50 * (i % 4),
      cpuLimit: 1000,
      memoryRequest: (128 + 64 * (i % 3)) * 2 ** 20,
      memoryLimit: 512 * 2 ** 20,
    })),
  }
}

const configText = (i: number): string => `# Settings of ${nameOf(i)}
listen: 0.0.0.0:${port}
log:
  level: info
  format: json
limits:
  requests: ${100 + i}
  timeout: ${5 + (i % 20)}s
paths:
  - /v1/items
  - /v1/search
  - /healthz
`
