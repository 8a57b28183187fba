import { type DeployedService, type When, both, either } from '@waybill/model'
import { hostOf } from './addresses.ts'
import { type Context, type Pod, membersOf } from './context.ts'
import { containerText } from './control-text.ts'
import { checkOf, probeCommand } from './probes.ts'

/** A step before the containers of a pod start, in order: an init job of the pod, or a question asked until the answer is yes. */
export type Step = (
  | { readonly step: 'job'; readonly service: DeployedService }
  | { readonly step: 'completed'; readonly name: string; readonly service: DeployedService }
  | {
      readonly step: 'healthy'
      readonly service: DeployedService
      readonly port: string
      /** Each shard has data of its own, so each is asked. */
      readonly name: (shard?: number) => string
      readonly command: (shard?: number) => readonly string[]
    }
) & { readonly when?: When }

/**
 * The steps of a pod. Kubernetes restarts a failing init container with growing pauses, and that is the whole loop: no
 * shell, no token, no program of ours. Whoever is asked in vain is lost, see the losses.
 */
export function stepsOf(pod: Pod, context: Context): Step[] {
  const steps = new Map<string, Step>()
  const add = (key: string, step: Step) => {
    const known = steps.get(key)
    steps.set(key, known ? { ...known, when: either(known.when, step.when) } : step)
  }
  const addJob = (job: DeployedService, when: When) => {
    addNeeds(job, when)
    add(`job ${job.id}`, { step: 'job', service: job, when })
  }
  const addNeeds = (service: DeployedService, given: When) => {
    for (const need of service.needs) {
      const own = pod.inits.find(({ id }) => id === need.on)
      const when = both(given, need.when)
      if (own) addJob(own, when)
      else for (const step of stepsFor(service, need, pod, context)) add(`wait ${need.on}`, { ...step, when })
    }
  }
  const inPod = (guest: DeployedService) => context.stage.under(guest.when, pod.main.when)
  addNeeds(pod.main, undefined)
  for (const init of pod.inits) addJob(init, inPod(init))
  for (const sidecar of pod.sidecars) addNeeds(sidecar, inPod(sidecar))
  return [...steps.values()]
}

type Wait = Exclude<Step, { step: 'job' }>

const escaped = { literal: containerText, pipes: ['container'] } as const

function stepsFor(
  waiter: DeployedService,
  { on, state }: DeployedService['needs'][number],
  pod: Pod,
  context: Context,
): Wait[] {
  const other = context.services.get(on)
  if (!other || other.shape.pods.shape === 'absent') return []
  const lose = (severity: 'note' | 'degraded', reason: string, workaround: string): Wait[] => {
    context.lose({ loss: `startOrder.${state}`, at: `services/${waiter.id}/needs/${on}`, severity, reason, workaround })
    return []
  }
  if (membersOf(pod).some(({ id }) => id === on)) {
    return lose(
      state === 'started' ? 'note' : 'degraded',
      'Containers of one pod start together.',
      'Let the service try again until the other answers.',
    )
  }
  if (state === 'started') {
    return lose(
      'note',
      'Pods start together; whether another one has started is not asked.',
      'Need it "healthy", or let the service try again.',
    )
  }
  if (state === 'completed') {
    if (other.completed) return [{ step: 'completed', name: waitName(on), service: other }]
    return lose(
      'degraded',
      `"${on}" declares no command that tells whether its work is done.`,
      `Declare "completed" of "${on}".`,
    )
  }
  const check = checkOf(other.health?.ready)
  if (!check) return lose('degraded', `"${on}" has no readiness check.`, `Give "${on}" a check, or do not wait for it.`)
  if (check.command === undefined) {
    return lose(
      'degraded',
      `The image of "${on}" names no command that asks a ${check.probe} address.`,
      `Declare "prober" of "${on}".`,
    )
  }
  const { port, command } = check
  if (port === undefined) {
    return lose(
      'degraded',
      `The check of "${on}" runs inside of its container only.`,
      'Name the port that the command asks.',
    )
  }
  return [
    {
      step: 'healthy',
      service: other,
      port,
      name: (shard) => waitName(on, shard),
      command: (shard) => probeCommand(other, check, hostOf(other, shard), command, context, escaped),
    },
  ]
}

const prefix = 'wait-for-'

const waitName = (on: string, shard?: number): string => `${prefix}${on}${shard === undefined ? '' : `-${shard}`}`

/** The service that an init container waits for; undefined for other init containers. */
export function waitedFor(container: string, services: ReadonlyMap<string, DeployedService>): string | undefined {
  if (!container.startsWith(prefix)) return undefined
  const name = container.slice(prefix.length)
  return services.has(name) ? name : name.replace(/-\d+$/, '')
}
