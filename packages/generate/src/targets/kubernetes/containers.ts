import { type Amounts, type DeployedService, compact } from '@waybill/model'
import type { Context, Pod } from './context.ts'
import { type Launch, launch, launchPlain } from './env.ts'
import type { Block } from './manifest.ts'
import { probesOf } from './probes.ts'
import { byteQuantity, cpuQuantity, wholeSeconds } from './quantities.ts'
import { containerSecurity, waitSecurity } from './security.ts'
import { type Storage, storageOf } from './storage.ts'
import type { Step } from './waits.ts'

/** A container with the pod's volumes that it mounts. */
export interface Placed {
  readonly container: Block
  readonly volumes: readonly Block[]
}

/** The container of a service that runs on. */
export function serviceContainer(service: DeployedService, pod: Pod, context: Context): Placed {
  const storage = storageOf(service, pod, { data: true }, context)
  const ports = service.ports.map((port) => ({
    ...(hasPortName(service, port, pod) && { name: port.id }),
    containerPort: port.number,
    protocol: transport(port.protocol),
  }))
  return place(service, {
    name: service.id,
    launched: launch(service, service, context),
    resources: resourcesOf(service, {}),
    security: containerSecurity(service, pod.main),
    storage,
    more: { ...(ports.length > 0 && { ports }), ...probesOf(service, context), ...preStop(service, context) },
  })
}

/** An init container: a job of the pod, or a wait in the image of whoever is waited for. */
export function stepContainer(step: Step, pod: Pod, context: Context): Placed {
  const { service } = step
  switch (step.step) {
    case 'job': {
      const storage = storageOf(service, pod, { data: true }, context)
      return place(service, {
        name: service.id,
        launched: launch(service, service, context),
        resources: resourcesOf(service, {}),
        security: containerSecurity(service, pod.main),
        storage,
      })
    }
    case 'completed': {
      const storage = storageOf(service, pod, { data: false }, context)
      const launched = launch(service, { command: service.completed }, context)
      return place(service, {
        name: step.name,
        launched,
        resources: resourcesOf(service, small),
        security: waitSecurity(service, pod.main),
        storage,
      })
    }
    case 'healthy': {
      const launched = launchPlain(step.command, context)
      return place(service, {
        name: step.name,
        launched,
        resources: resourcesOf(service, small),
        security: waitSecurity(service, pod.main),
        storage: { mounts: [], volumes: [] },
      })
    }
  }
}

interface Parts {
  readonly name: string
  readonly launched: Launch
  readonly resources: Block
  readonly security: Block
  readonly storage: Storage
  readonly more?: Block
}

function place(service: DeployedService, { name, launched, resources, security, storage, more }: Parts): Placed {
  const { command, args, env } = launched
  const container = compact({
    name,
    image: service.image,
    imagePullPolicy: 'IfNotPresent',
    command,
    args,
    workingDir: service.workingDir,
    env: env.length === 0 ? undefined : env,
    ...more,
    resources,
    securityContext: security,
    volumeMounts: storage.mounts.length === 0 ? undefined : storage.mounts,
  })
  return { container, volumes: storage.volumes }
}

/** What a wait reserves at most: it does nearly nothing. */
const small = { cpu: 10, memory: 32 * 2 ** 20, ephemeral: 2 ** 20 }

function resourcesOf({ cpu, memory, ephemeral }: DeployedService, most: Partial<typeof small>): Block {
  const amounts = (side: keyof Amounts) =>
    compact({
      cpu: cpuQuantity(atMost(cpu, side, most.cpu)),
      memory: byteQuantity(atMost(memory, side, most.memory)),
      'ephemeral-storage': ephemeral && byteQuantity(atMost(ephemeral, side, most.ephemeral)),
    })
  return { requests: amounts('request'), limits: amounts('limit') }
}

const atMost = (amounts: Amounts, side: keyof Amounts, most = Number.POSITIVE_INFINITY): number =>
  side === 'request' ? Math.min(amounts.request, most) : amounts.limit

/** What carries a port's protocol. */
export const transport = (protocol: string): 'TCP' | 'UDP' => (protocol === 'udp' ? 'UDP' : 'TCP')

/** The first version on which a pause before the signal works everywhere. */
const pauseSince = 30

function preStop({ id, shutdown }: DeployedService, { versions, lose }: Context): Block {
  const at = `services/${id}/shutdown`
  if (shutdown.signal !== 'SIGTERM') {
    lose({
      loss: 'shutdown.signal',
      at: `${at}/signal`,
      severity: 'note',
      reason:
        'The field for the signal is off by default in these versions of Kubernetes; the STOPSIGNAL of the image is sent, or SIGTERM.',
      workaround: `Set STOPSIGNAL ${shutdown.signal} in the image.`,
    })
  }
  if (shutdown.drain === 0) return {}
  if (versions.from >= pauseSince)
    return { lifecycle: { preStop: { sleep: { seconds: wholeSeconds(shutdown.drain) } } } }
  lose({
    loss: 'shutdown.drain',
    at: `${at}/drain`,
    severity: 'degraded',
    reason: `Kubernetes before 1.${pauseSince} cannot pause before the signal without a program in the image.`,
    workaround: `Offer versions from 1.${pauseSince} on, or let the service answer for a while after the signal.`,
  })
  return {}
}

/** Port names are unique in a pod: the first container that uses a name has it. */
export const hasPortName = (
  service: DeployedService,
  port: DeployedService['ports'][number],
  { main, sidecars }: Pod,
): boolean => [main, ...sidecars].find(({ ports }) => ports.some(({ id }) => id === port.id))?.id === service.id
