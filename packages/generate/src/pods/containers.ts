import { type Amounts, type DeployedService, type When, compact } from '@waybill/model'
import { listMember } from '../late/guards.ts'
import type { Context, Pod } from './context.ts'
import { type Launch, launch, launchPlain } from './env.ts'
import type { Block, Storage } from './manifest.ts'
import { hasPortName, transport } from './ports.ts'
import { probesOf } from './probes.ts'
import { wholeSeconds } from './quantities.ts'
import { containerSecurity, waitSecurity } from './security.ts'
import { storageOf } from './storage.ts'
import type { Step } from './waits.ts'

/** A container with the pod's volumes that it mounts. */
export interface Placed {
  readonly container: Block
  readonly volumes: readonly Block[]
  /** What has to hold for it to be in its pod. */
  readonly when?: When
}

/** The container of a service that runs on. */
export function serviceContainer(service: DeployedService, pod: Pod, context: Context): Placed {
  const storage = storageOf(service, pod, { data: true }, context)
  const ports = service.ports.map((port) => ({
    ...(hasPortName(service, port, pod) && { name: port.id }),
    containerPort: port.number,
    protocol: transport(port.protocol),
  }))
  return place(service, context, {
    name: service.id,
    launched: launch(service, service, context),
    resources: resourcesOf(service, {}, context),
    security: containerSecurity(service, pod.main, context),
    storage,
    more: { ...(ports.length > 0 && { ports }), ...probesOf(service, context), ...preStop(service, context) },
  })
}

/** The init containers of a step: a job of the pod, or a wait in the image of whoever is waited for. */
export function stepContainers(step: Step, pod: Pod, context: Context): Placed[] {
  const placed = (shard?: number) => stepContainer(step, pod, context, shard)
  const { when } = step
  if (step.step !== 'healthy' || step.service.kind !== 'sharded') return [{ ...placed(), when }]
  const containers = context.stage.eachShard(step.service, (shard) => placed(shard).container)
  return containers.map((container) => ({ container, volumes: [], when }))
}

function stepContainer(step: Step, pod: Pod, context: Context, shard?: number): Placed {
  const { service } = step
  switch (step.step) {
    case 'job': {
      const storage = storageOf(service, pod, { data: true }, context)
      return place(service, context, {
        name: service.id,
        launched: launch(service, service, context),
        resources: resourcesOf(service, {}, context),
        security: containerSecurity(service, pod.main, context),
        storage,
      })
    }
    case 'completed': {
      const storage = storageOf(service, pod, { data: false }, context)
      const launched = launch(service, { command: service.completed }, context)
      return place(service, context, {
        name: step.name,
        launched,
        resources: resourcesOf(service, small, context),
        security: waitSecurity(service, pod.main, context),
        storage,
      })
    }
    case 'healthy': {
      const launched = launchPlain(step.command(shard), context)
      return place(service, context, {
        name: step.name(shard),
        launched,
        resources: resourcesOf(service, small, context),
        security: waitSecurity(service, pod.main, context),
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

function place(
  service: DeployedService,
  context: Context,
  { name, launched, resources, security, storage, more }: Parts,
): Placed {
  const { command, args, env } = launched
  const container = compact({
    name,
    image: context.site.image(service.image, service.id),
    imagePullPolicy: 'IfNotPresent',
    command,
    args,
    workingDir: service.workingDir,
    ...env,
    ...more,
    resources,
    securityContext: security,
    ...listMember('volumeMounts', storage.mounts),
  })
  return { container, volumes: storage.volumes }
}

/** What a wait reserves at most: it does nearly nothing. */
const small = { cpu: 10, memory: 32 * 2 ** 20, ephemeral: 2 ** 20 }

function resourcesOf(service: DeployedService, most: Partial<typeof small>, { stage }: Context): Block {
  const amount = (what: keyof typeof small, amounts: Amounts, side: keyof Amounts) =>
    stage.quantity(
      { of: 'service', id: service.id, what, side },
      amounts[side],
      side === 'request' ? most[what] : undefined,
    )
  const amounts = (side: keyof Amounts) =>
    compact({
      cpu: amount('cpu', service.cpu, side),
      memory: amount('memory', service.memory, side),
      'ephemeral-storage': service.ephemeral && amount('ephemeral', service.ephemeral, side),
    })
  return { requests: amounts('request'), limits: amounts('limit') }
}

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
