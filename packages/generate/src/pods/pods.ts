import { type DeployedService, type When, both, compact, either } from '@waybill/model'
import { guardItems, guardMembers, listMember, unguarded } from '../late/guards.ts'
import { type Placed, serviceContainer, stepContainers } from './containers.ts'
import type { Context, Pod } from './context.ts'
import { podLabels, selectorOf } from './labels.ts'
import type { Block } from './manifest.ts'
import { wholeSeconds } from './quantities.ts'
import { hostAccess, podSecurity } from './security.ts'
import { metricsOf } from './ports.ts'
import { claimTemplatesOf } from './storage.ts'
import { stepsOf } from './waits.ts'

/** The pod template of a workload. */
export function podTemplate(pod: Pod, context: Context): Block {
  const { site } = context
  const { main } = pod
  const claims = site.existingClaims(claimTemplatesOf(pod, context), pod)
  const given = main.when
  const steps = stepsOf(pod, context).flatMap((step) => stepContainers(step, pod, context))
  const running = [main, ...pod.sidecars].map((service) => ({
    ...serviceContainer(service, pod, context),
    when: context.stage.under(service.when, given),
  }))
  const containers = running.flatMap(({ container, when }) => guardItems(when, [container]))
  const volumes = [...claims, ...volumesOf([...running, ...steps])]
  return {
    metadata: { labels: podLabels(context, main.id), ...site.podMetadata(metricsOf(pod)) },
    spec: compact({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...site.podSpec(main.id),
      restartPolicy: runsToEnd(main) ? 'OnFailure' : undefined,
      terminationGracePeriodSeconds: Math.max(...[main, ...pod.sidecars].map(graceOf)),
      ...hostAccess(pod),
      securityContext: podSecurity(pod, context),
      ...spread(pod, context),
      ...listMember(
        'initContainers',
        steps.flatMap(({ container, when }) => guardItems(when, [container])),
      ),
      containers,
      ...listMember('volumes', volumes),
    }),
  }
}

/** Whether a service ends by itself. */
export const runsToEnd = ({ kind }: DeployedService): boolean => kind === 'job' || kind === 'cron'

/** Whether several copies run, each of which may be away for a while. */
export const hasReplicas = ({ main }: Pod, { stage }: Context): When =>
  main.kind === 'stateless' || main.kind === 'sharded' ? stage.atLeast(main, 2) : false

const graceOf = ({ shutdown }: DeployedService): number =>
  wholeSeconds(shutdown.grace) + wholeSeconds(shutdown.drain, 0)

/** A volume is there where one of the containers is that mount it. */
function volumesOf(placed: readonly Placed[]): Block[] {
  const byName = new Map<string, { readonly volume: Block; readonly whens: readonly When[] }>()
  for (const { volumes, when } of placed) {
    for (const { item, when: own } of unguarded(volumes)) {
      const name = JSON.stringify(item)
      const whens = byName.get(name)?.whens ?? []
      byName.set(name, { volume: item, whens: [...whens, both(when, own)] })
    }
  }
  return [...byName.values()].flatMap(({ volume, whens }) => guardItems(either(...whens), [volume]))
}

/** Replicas go to different machines where there are enough. */
function spread(pod: Pod, context: Context): Block {
  const labelSelector = { matchLabels: selectorOf(context.deployment, pod.main.id) }
  const constraint = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' }
  const topologySpreadConstraints = [{ ...constraint, labelSelector }]
  return guardMembers(hasReplicas(pod, context), { topologySpreadConstraints })
}
