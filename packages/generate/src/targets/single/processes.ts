import type { DeployedProbe, DeployedService, Json } from '@waybill/model'
import { type Plan, type SpelledUnit, hasCheck } from './plan.ts'

type Members = Readonly<Record<string, Json>>

/** What process-compose does; every word of the product stands in the scripts that it starts, so there is nothing to escape here. */
export function processes(plan: Plan): Json {
  const { edgeProxy } = plan.deployment
  const names = new Map(plan.running.map(({ id }) => [id, namesOf(id, plan.units)]))
  const checked = new Set(plan.running.filter(hasCheck).map(({ id }) => id))
  const started = plan.units.map((unit) => [unit.name, processOf(unit, names, checked)] as const)
  return {
    version: '0.5',
    is_strict: true,
    disable_env_expansion: true,
    log_configuration: { disable_json: true, no_color: true },
    processes: Object.fromEntries([
      ...started,
      ...(edgeProxy ? [[edgeProxy.id, edgeProcess(edgeProxy.id)] as const] : []),
    ]),
  }
}

const namesOf = (id: string, units: readonly SpelledUnit[]): string[] =>
  units.filter(({ service }) => service.id === id).map(({ name }) => name)

function processOf(
  { name, service }: SpelledUnit,
  names: ReadonlyMap<string, readonly string[]>,
  checked: ReadonlySet<string>,
): Json {
  const needs = service.needs.flatMap((need) =>
    (names.get(need.on) ?? []).map((on) => [on, { condition: conditionOf(need, checked) }] as const),
  )
  return {
    entrypoint: [`/waybill/services/${name}`],
    ...(service.kind === 'cron' && { disabled: true }),
    ...(needs.length > 0 && { depends_on: Object.fromEntries(needs) }),
    ...(checked.has(service.id) && { readiness_probe: probeOf(name, service) }),
    availability: service.kind === 'job' || service.kind === 'cron' ? once : always,
    shutdown: shutdown(service.shutdown.signal, service.shutdown.grace),
  }
}

/** A one-shot that fails ends the container with its exit code. */
const once: Members = { restart: 'exit_on_failure' }
const always: Members = { restart: 'always', backoff_seconds: 2 }

type Need = DeployedService['needs'][number]

function conditionOf({ on, state }: Need, checked: ReadonlySet<string>): string {
  switch (state) {
    case 'completed':
      return 'process_completed_successfully'
    case 'healthy':
      return checked.has(on) ? 'process_healthy' : 'process_started'
    case 'started':
      return 'process_started'
  }
}

/**
 * process-compose ends and restarts what fails its check too often in a row, so a process gets as many tries as its start
 * may take.
 */
function probeOf(name: string, { health }: DeployedService): Json {
  const { ready, startup } = health ?? {}
  const { every, timeout, failures, within } = timings(ready)
  const longest = Math.max(within, startup ? timings(startup).within : 0)
  return probe(name, every, timeout, Math.max(failures, Math.ceil(longest / every)))
}

/** How long a process may fail its check before it is restarted, in milliseconds. */
export function patience(service: DeployedService): number {
  const { ready, startup } = service.health ?? {}
  const { every, failures, within } = timings(ready)
  return Math.max(failures * every, within, startup ? timings(startup).within : 0)
}

const timings = (probed: DeployedProbe | undefined) =>
  probed && probed.probe !== 'none' ? probed : { every: 5000, timeout: 3000, failures: 3, within: 0 }

const probe = (name: string, every: number, timeout: number, failures: number): Json => ({
  exec: { command: `/waybill/health/${name}` },
  period_seconds: seconds(every),
  timeout_seconds: seconds(timeout),
  failure_threshold: failures,
})

const edgeProcess = (name: string): Json => ({
  entrypoint: [`/waybill/services/${name}`],
  readiness_probe: probe(name, 5000, 3000, 12),
  availability: always,
  shutdown: shutdown('SIGTERM', 30_000),
})

/** The signal goes to the process alone, as in a container. */
const shutdown = (signal: string, grace: number): Json => ({
  signal: signals[signal] ?? 15,
  timeout_seconds: seconds(grace),
  parent_only: true,
})

const signals: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
  SIGWINCH: 28,
}

/** Whole seconds, at least one. */
const seconds = (milliseconds: number): number => Math.max(1, Math.ceil(milliseconds / 1000))
