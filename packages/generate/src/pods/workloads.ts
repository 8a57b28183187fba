import { type When, both, either, opposite, problem } from '@waybill/model'
import { anyOf, guardItems, guardMembers, listMember } from '../late/guards.ts'
import { isLate } from '../late/open.ts'
import type { Context, Pod } from './context.ts'
import { manifest, objectLabels, selectorOf } from './labels.ts'
import type { Block, Manifest } from './manifest.ts'
import { hasReplicas, podTemplate } from './pods.ts'
import { startsWithin } from './probes.ts'
import { claim, claimTemplate, claimTemplatesOf, claimsOf } from './storage.ts'

/** The object that runs a pod, with the claims that stand for themselves before it. */
export function workloadOf(
  pod: Pod,
  context: Context,
): { readonly claims: readonly Manifest[]; readonly workload: Manifest } {
  const claims = claimsOf(pod, context).flatMap((volume) =>
    guardItems(claimWhen(volume.id, pod, context), claim(volume, pod.main.id, context)),
  )
  return { claims, workload: runnerOf(pod, context) }
}

/** A shared volume has one claim, which stands with the first pod that mounts it. */
function claimWhen(volume: string, { main }: Pod, { deployment, podOf, stage }: Context): When {
  const users = deployment.services.filter(
    ({ mounts, shape }) => shape.pods.shape !== 'absent' && mounts.some((mount) => mount.volume === volume),
  )
  const own = users.findIndex(({ id }) => podOf(id) === main.id)
  const before = either(...users.slice(0, own).map(({ when }) => when))
  const mine = either(...users.filter(({ id }) => podOf(id) === main.id).map(({ when }) => when))
  return stage.under(both(before === undefined ? false : opposite(before), mine), main.when)
}

function runnerOf(pod: Pod, context: Context): Manifest {
  switch (pod.main.kind) {
    case 'stateless':
      return deploymentOf(pod, context)
    case 'stateful':
    case 'sharded':
      return statefulSetOf(pod, context)
    case 'daemon':
      return daemonSetOf(pod, context)
    case 'job':
      return jobOf(pod, context)
    case 'cron':
      return cronJobOf(pod, context)
  }
}

const object = (pod: Pod, kind: string, context: Context, spec: Block, name = pod.main.id): Manifest =>
  manifest(
    context,
    { apiVersion: kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1', kind, name, service: pod.main.id },
    { spec },
  )

const selector = (pod: Pod, { deployment }: Context): Block => ({ matchLabels: selectorOf(deployment, pod.main.id) })

/** Kubernetes calls a Deployment failed when it makes no progress for this long, in seconds, unless it says otherwise. */
const usualPatience = 600

function deploymentOf(pod: Pod, context: Context): Manifest {
  const { main } = pod
  const patience = Math.ceil(startsWithin(main) / 1000) + 300
  return object(pod, 'Deployment', context, {
    replicas: main.singleton ? 1 : context.stage.replicas(main),
    ...(patience > usualPatience && { progressDeadlineSeconds: patience }),
    strategy: strategyOf(pod, context),
    selector: selector(pod, context),
    template: podTemplate(pod, context),
  })
}

function strategyOf(pod: Pod, context: Context): Block {
  const { main } = pod
  const { update } = main
  if (update.strategy === 'recreate' || main.singleton) return { type: 'Recreate' }
  const alone = claimsOf(pod, context).find(({ shared }) => !shared)
  if (alone) {
    context.lose({
      loss: 'update.rolling',
      at: `services/${main.id}/update`,
      severity: 'degraded',
      reason: `The volume "${alone.id}" can be mounted on one machine at a time, so the old pod ends before the new one starts.`,
      workaround: 'Share the volume, or declare the update "recreate".',
    })
    return { type: 'Recreate' }
  }
  // both 0 would never replace a pod, and Kubernetes refuses it
  const surge = update.surge === 0 && update.unavailable === 0 ? 1 : update.surge
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: update.unavailable } }
}

function statefulSetOf(pod: Pod, context: Context): Manifest {
  const { main } = pod
  const sharded = main.kind === 'sharded'
  if (sharded && main.update.strategy === 'recreate' && main.replicas > 1) {
    context.lose({
      loss: 'update.recreate',
      at: `services/${main.id}/update`,
      severity: 'degraded',
      reason: 'A StatefulSet replaces its shards one after the other; old and new ones run side by side meanwhile.',
      workaround: 'Scale the StatefulSet to 0 before the update.',
    })
  }
  // what the claims of shards say can never change, so it holds no label that a site or a version may change
  const templates = claimTemplatesOf(pod, context).flatMap((volume) =>
    claimTemplate(volume, selectorOf(context.deployment, main.id), context),
  )
  return object(pod, 'StatefulSet', context, {
    replicas: sharded ? context.stage.replicas(main) : 1,
    serviceName: main.id,
    ...(sharded && { podManagementPolicy: 'Parallel' }),
    updateStrategy: { type: 'RollingUpdate' },
    ...guardMembers(anyOf(templates), {
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    }),
    selector: selector(pod, context),
    template: podTemplate(pod, context),
    ...listMember('volumeClaimTemplates', templates),
  })
}

function daemonSetOf(pod: Pod, context: Context): Manifest {
  return object(pod, 'DaemonSet', context, {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: daemonUpdate(pod) },
    selector: selector(pod, context),
    template: podTemplate(pod, context),
  })
}

/** Kubernetes takes one of the two only. */
function daemonUpdate({ main: { update } }: Pod): Block {
  if (update.strategy === 'recreate') return { maxUnavailable: '100%' }
  return update.surge > 0
    ? { maxSurge: update.surge, maxUnavailable: 0 }
    : { maxUnavailable: Math.max(1, update.unavailable) }
}

/** Restarts of waits count as failures of a Job, so one that runs once has the patience of hours. */
const patientBackOff = 100

/** The next schedule is the better try, and none starts as long as a failing run goes on. */
const scheduledBackOff = 3

/** How late a run may still start, in seconds: without an end, too many missed ones would stop a CronJob for good. */
const latestStart = 3600

const jobSpec = (template: Block, backoffLimit: number): Block => ({ backoffLimit, template })

/** The template of a Job cannot change, so another template, or another version, is another Job. */
function jobOf(pod: Pod, context: Context): Manifest {
  const template = podTemplate(pod, context)
  const { version } = context.deployment.product
  const block = context.stage.shared(`${pod.main.id}.template`, template)
  const name = `${pod.main.id}-${context.stage.name({ template: block, version })}`
  const limit = 63
  if (!isLate(name) && name.length > limit)
    context.problems.push(problem('WB5002', ['services', pod.main.id], { name, limit, what: 'the name of a Job' }))
  return object(pod, 'Job', context, jobSpec(block, patientBackOff), name)
}

function cronJobOf(pod: Pod, context: Context): Manifest {
  return object(pod, 'CronJob', context, {
    schedule: pod.main.schedule ?? '',
    timeZone: 'Etc/UTC',
    concurrencyPolicy: 'Forbid',
    startingDeadlineSeconds: latestStart,
    jobTemplate: {
      metadata: { labels: objectLabels(context, pod.main.id) },
      spec: jobSpec(podTemplate(pod, context), scheduledBackOff),
    },
  })
}

/** At most one of several copies is away at a time when machines are emptied. */
export function disruptionBudgetOf(pod: Pod, context: Context): readonly Manifest[] {
  const when = pod.main.kind === 'sharded' ? undefined : hasReplicas(pod, context)
  return guardItems(when, [
    manifest(
      context,
      { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', name: pod.main.id, service: pod.main.id },
      // pods that do not work anyway must not keep a machine from being emptied
      { spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: selector(pod, context) } },
    ),
  ])
}
