import type { DeployedService } from '@waybill/model'
import type { Dialect } from './dialect.ts'
import { type Lost, lost } from './losses.ts'
import type { Condition } from './specification.ts'
import { isLongRunning, isOneShot, unitsOf } from './units.ts'

type Need = DeployedService['needs'][number]

interface Waits {
  readonly on: string
  readonly condition: Condition
}

export interface StartOrder {
  /** Service → what it waits for. */
  readonly waits: ReadonlyMap<string, readonly Waits[]>
  readonly losses: readonly Lost[]
}

/**
 * Start conditions of the services that run, `checked` ones being those with a health check. Compose's `up --wait` takes a
 * container that ends for a failure unless somebody waits for its completion, so every one-shot gets such a dependant
 * where its end is not waited for anyway.
 */
export function planOrder(
  running: readonly DeployedService[],
  checked: ReadonlySet<string>,
  { awaitsOneShots }: Pick<Dialect, 'awaitsOneShots'>,
): StartOrder {
  const present = new Set(running.filter(hasContainers).map(({ id }) => id))
  const losses: Lost[] = []
  const waits = new Map<string, Waits[]>()
  for (const { id, needs } of running) {
    const own = needs.filter(({ on }) => present.has(on))
    waits.set(
      id,
      own.map((need) => ({ on: need.on, condition: conditionOf(need, checked) })),
    )
    for (const { on, state } of own) if (state === 'healthy' && !checked.has(on)) losses.push(uncheckedLoss(id, on))
  }
  if (!awaitsOneShots) attachOneShots(running, waits, losses)
  return { waits, losses }
}

/** Somebody may have scaled a service to zero; waiting for it would never end. */
const hasContainers = (service: DeployedService): boolean => unitsOf(service).some(({ copies }) => copies > 0)

function conditionOf({ on, state }: Need, checked: ReadonlySet<string>): Condition {
  switch (state) {
    case 'completed':
      return 'service_completed_successfully'
    case 'healthy':
      return checked.has(on) ? 'service_healthy' : 'service_started'
    case 'started':
      return 'service_started'
  }
}

function attachOneShots(running: readonly DeployedService[], waits: Map<string, Waits[]>, losses: Lost[]): void {
  const awaited = new Set<string>()
  for (const own of waits.values()) {
    for (const { on, condition } of own) if (condition === 'service_completed_successfully') awaited.add(on)
  }
  const orphans = running.filter((service) => isOneShot(service) && !awaited.has(service.id))
  if (orphans.length === 0) return
  const candidates = running
    .filter((service) => isLongRunning(service) && hasContainers(service))
    .map(({ id }) => id)
    .toSorted()
  for (const { id } of orphans) {
    const needed = reachableFrom(id, waits)
    const dependant = candidates.find((candidate) => !needed.has(candidate))
    if (dependant !== undefined) attach(dependant, id, waits)
    losses.push(dependant === undefined ? noDependant(id) : attached(dependant, id))
  }
}

function attach(dependant: string, oneShot: string, waits: Map<string, Waits[]>): void {
  const others = (waits.get(dependant) ?? []).filter(({ on }) => on !== oneShot)
  waits.set(dependant, [...others, { on: oneShot, condition: 'service_completed_successfully' }])
}

/** Everything that has to run before a service, itself included. */
function reachableFrom(id: string, waits: ReadonlyMap<string, readonly Waits[]>): Set<string> {
  const reached = new Set([id])
  for (const each of reached) for (const { on } of waits.get(each) ?? []) reached.add(on)
  return reached
}

const uncheckedLoss = (id: string, on: string): Lost =>
  lost(
    'startOrder.healthy',
    `services/${id}/needs/${on}`,
    'degraded',
    `"${on}" has no health check, so "${id}" starts as soon as its container has started.`,
    `Give "${on}" a readiness check, or let "${id}" try again until it answers.`,
  )

const attached = (dependant: string, id: string): Lost =>
  lost(
    'startOrder.oneShot',
    `services/${dependant}/needs/${id}`,
    'note',
    `Nothing waits for "${id}", and \`up --wait\` fails when a container ends that nothing waits for; so "${dependant}" starts after it.`,
    `Let a service need completed(${id}).`,
  )

const noDependant = (id: string): Lost =>
  lost(
    'startOrder.oneShot',
    `services/${id}/completion`,
    'degraded',
    `Every long-running service has to run before "${id}", so nothing can wait for it, and \`up --wait\` reports its end as a failure.`,
    `Look at its exit code: docker compose ps --all ${id}`,
  )
