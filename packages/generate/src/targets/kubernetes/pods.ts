import { type DeployedService, compact } from '@waybill/model'
import { type Placed, serviceContainer, stepContainer } from './containers.ts'
import type { Context, Pod } from './context.ts'
import { podLabels, selectorOf } from './labels.ts'
import type { Block } from './manifest.ts'
import { wholeSeconds } from './quantities.ts'
import { hostAccess, podSecurity } from './security.ts'
import { stepsOf } from './waits.ts'

/** The pod template of a workload. */
export function podTemplate(pod: Pod, context: Context): Block {
  const { deployment } = context
  const { main } = pod
  const steps = stepsOf(pod, context).map((step) => stepContainer(step, pod, context))
  const running = [main, ...pod.sidecars].map((service) => serviceContainer(service, pod, context))
  const volumes = volumesOf([...running, ...steps])
  return {
    metadata: { labels: podLabels(deployment, main.id) },
    spec: compact({
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: deployment.site.pullSecrets?.map((name) => ({ name })),
      restartPolicy: runsToEnd(main) ? 'OnFailure' : undefined,
      terminationGracePeriodSeconds: Math.max(...[main, ...pod.sidecars].map(graceOf)),
      ...hostAccess(pod),
      securityContext: podSecurity(pod),
      topologySpreadConstraints: spread(pod, context),
      initContainers: steps.length === 0 ? undefined : steps.map(({ container }) => container),
      containers: running.map(({ container }) => container),
      volumes: volumes.length === 0 ? undefined : volumes,
    }),
  }
}

/** Whether a service ends by itself. */
export const runsToEnd = ({ kind }: DeployedService): boolean => kind === 'job' || kind === 'cron'

/** Whether several copies run, each of which may be away for a while. */
export const hasReplicas = ({ main: { kind, replicas } }: Pod): boolean =>
  replicas >= 2 && (kind === 'stateless' || kind === 'sharded')

const graceOf = ({ shutdown }: DeployedService): number =>
  wholeSeconds(shutdown.grace) + wholeSeconds(shutdown.drain, 0)

function volumesOf(placed: readonly Placed[]): Block[] {
  const byName = new Map(placed.flatMap(({ volumes }) => volumes.map((volume) => [volume['name'], volume])))
  return [...byName.values()]
}

/** Replicas go to different machines where there are enough. */
function spread(pod: Pod, { deployment }: Context): Block[] | undefined {
  if (!hasReplicas(pod)) return undefined
  const labelSelector = { matchLabels: selectorOf(deployment, pod.main.id) }
  return [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector }]
}
