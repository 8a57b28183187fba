import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import manifest from '../../package.json' with { type: 'json' }
import { createLog, type Logger } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { Refusal } from './refusal.ts'
import { SettingsError } from './settings.ts'
import { forwardOnly, type Tracing } from './tracing.ts'

type CommonSettings = {
  LOG_LEVEL: string
  LOG_FORMAT: 'json' | 'text'
  METRICS_PORT: number
  DRAIN_SECONDS: number
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined
}

/** One running process: what it logs, counts and traces with, whether it is ready, and what has to be closed when it ends. */
export type Service = {
  name: string
  log: Logger
  metrics: Metrics
  tracing: Tracing
  /** Adds a condition for /ready: true, or why not. */
  needs(what: string, state: () => true | string): void
  /** What keeps this process from being ready, by name; empty when it is. */
  missing(): Record<string, string>
  /** Runs at the end, last added first. */
  onStop(close: () => unknown): void
  stopping(): boolean
}

const version = manifest.version
const mercy = 15_000 // then the process ends, whatever still runs

/** Starts the process `name`: metrics, signals, and then what `main` does. Ends it with 1 when that fails. */
export async function run<S extends CommonSettings>(
  name: string,
  settings: () => S,
  main: (service: Service, settings: S) => Promise<void>,
) {
  const values = attempt(name, settings)
  const tracing = await startTracing(`parcels-${name}`, values.OTEL_EXPORTER_OTLP_ENDPOINT)
  const log = createLog({
    service: name,
    version,
    level: values.LOG_LEVEL,
    format: values.LOG_FORMAT,
    traceId: tracing.traceId,
  })
  const conditions = new Map<string, () => true | string>()
  const closers: (() => unknown)[] = []
  let stopping = false

  const service: Service = {
    name,
    log,
    metrics: createMetrics(name, version),
    tracing,
    needs: (what, state) => void conditions.set(what, state),
    missing: () => {
      const missing: Record<string, string> = stopping ? { process: 'is ending' } : {}
      for (const [what, state] of conditions) {
        const answer = state()
        if (answer !== true) missing[what] = answer
      }
      return missing
    },
    onStop: (close) => void closers.unshift(close),
    stopping: () => stopping,
  }

  const stop = async (code: number) => {
    setTimeout(() => process.exit(code || 1), mercy).unref()
    for (const close of closers)
      await Promise.resolve(close()).catch((err: unknown) => log.warn({ err }, 'could not close cleanly'))
    await tracing.stop().catch((err: unknown) => log.warn({ err }, 'could not send the last traces'))
    log.info('ended')
    process.exitCode = code
    setTimeout(() => process.exit(code), 500).unref()
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      log.info({ signal, drainSeconds: values.DRAIN_SECONDS }, 'draining')
      void sleep(values.DRAIN_SECONDS * 1000).then(() => stop(0))
    })
  }
  const fail = (err: unknown) => {
    log.fatal(err instanceof Refusal ? {} : { err }, err instanceof Error ? err.message : String(err))
    process.exit(1)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)

  try {
    await listen(service, values.METRICS_PORT, 'metrics', (request, response) => {
      if (request.url !== '/metrics') return void response.writeHead(404).end()
      service.metrics.text().then(
        (text) => response.writeHead(200, { 'content-type': service.metrics.contentType }).end(text),
        () => response.writeHead(500).end(),
      )
    })
    await main(service, values)
    log.info('started')
  } catch (error) {
    fail(error)
  }
}

/** Records spans when an OTLP endpoint is configured; the SDK is loaded only then. */
async function startTracing(service: string, endpoint: string | undefined): Promise<Tracing> {
  if (!endpoint) return forwardOnly()
  const { recording } = await import('./otlp.ts')
  return recording(service, version)
}

function attempt<S>(name: string, settings: () => S): S {
  try {
    return settings()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const time = new Date().toISOString()
    const problems = error.message.split('\n')
    process.stdout.write(
      `${JSON.stringify({ level: 'fatal', time, service: name, version, problems, msg: 'the settings are not usable' })}\n`,
    )
    process.exit(1)
  }
}

/** Serves HTTP on `port` of every address until the process ends; then lets running requests finish for at most ten seconds. */
export async function listen(service: Service, port: number, what: string, handler: RequestListener): Promise<Server> {
  const server = createServer(
    { keepAliveTimeout: 65_000, headersTimeout: 20_000, requestTimeout: 30_000 },
    (request, response) => {
      if (service.stopping()) response.setHeader('connection', 'close')
      handler(request, response)
    },
  )
  server.listen(port)
  await once(server, 'listening')
  service.log.info({ port: (server.address() as AddressInfo).port }, `serving ${what}`)
  service.onStop(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 10_000).unref()
    await closed
  })
  return server
}
