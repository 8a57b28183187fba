import {
  type Address,
  type DeployedProbe,
  type DeployedService,
  type Expression,
  type Problem,
  problem,
} from '@waybill/model'
import { type Spelling, spell } from '../spelling.ts'
import type { Dialect } from './dialect.ts'
import { type Lost, lost } from './losses.ts'
import type { HealthCheck } from './specification.ts'
import { isLongRunning } from './units.ts'

/** Health checks run inside of the container, where every service also listens. */
const loopback = '127.0.0.1'

/** How the health of a service is asked, and what Docker cannot ask. */
export interface Health {
  readonly check: HealthCheck | undefined
  readonly checked: boolean
  readonly losses: readonly Lost[]
  readonly problems: readonly Problem[]
}

/**
 * A check that the image brings is of no use to what runs to its end. On a service that stays up it has to remain: where it is
 * switched off, `up --wait` fails with "has no healthcheck configured".
 */
const unchecked = (service: DeployedService): HealthCheck | undefined =>
  isLongRunning(service) ? undefined : { disable: true }

export function healthOf(service: DeployedService, address: (address: Address) => string, dialect: Dialect): Health {
  const { id, health } = service
  const losses = health ? healthLosses(id, health, dialect) : []
  if (!health || health.ready.probe === 'none')
    return { check: unchecked(service), checked: false, losses, problems: [] }
  const { ready, startup } = health
  if (!ready.command) {
    const found = problem('WB1315', ['services', id, 'health', 'ready'], { service: id, probe: ready.probe })
    return { check: unchecked(service), checked: false, losses, problems: [found] }
  }
  const within = startup && startup.probe !== 'none' ? startup.within : ready.within
  return {
    check: checkOf(probeCommand(ready, ready.command, service, address), { ...ready, within }),
    checked: true,
    losses,
    problems: [],
  }
}

interface Timing {
  readonly every: number
  readonly timeout: number
  readonly failures: number
  readonly within: number
}

/** A health check of a command with its timings in milliseconds; nothing here asks for more than Docker Engine 20.10. */
export const checkOf = (command: readonly string[], { every, timeout, failures, within }: Timing): HealthCheck => ({
  test: ['CMD', ...command],
  interval: duration(every),
  timeout: duration(timeout),
  retries: failures,
  start_period: duration(within),
})

/** A time in milliseconds as Docker reads it. */
export const duration = (milliseconds: number): string =>
  milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`

/** The words of a probe's command with the address under test filled in. */
export function probeCommand(
  probe: Exclude<DeployedProbe, { probe: 'none' }>,
  command: readonly Expression[],
  { ports }: DeployedService,
  address: (address: Address) => string,
): string[] {
  const port = ports.find((each) => each.id === probe.port)
  const path = probe.probe === 'http' ? probe.path : ''
  const spelling: Spelling = { address, ...(port && { probe: addressUnderTest(port, path) }) }
  return command.map((word) => spell(word, spelling))
}

export const addressUnderTest = (port: { readonly number: number; readonly protocol: string }, path: string) => ({
  url: `${port.protocol}://${loopback}:${port.number}${path}`,
  host: loopback,
  port: String(port.number),
})

function healthLosses(
  id: string,
  { startup, ready, live }: NonNullable<DeployedService['health']>,
  { commands }: Dialect,
): Lost[] {
  const losses: Lost[] = []
  if (live && live.probe !== 'none') {
    losses.push(
      lost(
        'health.liveness',
        `services/${id}/health/live`,
        'degraded',
        'Docker marks a container as unhealthy but does not restart it.',
        `Watch for unhealthy containers and run: ${commands.restart(id)}`,
      ),
    )
  }
  if (startup && startup.probe !== 'none' && question(startup) !== question(ready)) {
    losses.push(
      lost(
        'health.startup',
        `services/${id}/health/startup`,
        'note',
        'Docker runs one check per container: readiness, which is given as long for its first success as the start may take.',
        'Nothing to do.',
      ),
    )
  }
  return losses
}

/** What a probe asks, without its timings. */
const question = (probe: DeployedProbe): string => {
  if (probe.probe === 'none') return 'none'
  const { every: _every, timeout: _timeout, failures: _failures, within: _within, ...asked } = probe
  return JSON.stringify(asked)
}
