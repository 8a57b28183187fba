import type { Target } from '../../target.ts'
import { makeContext } from './context.ts'
import { observe } from './observe.ts'
import { filesOf } from './output.ts'
import { KubernetesOptions } from './schema.ts'

/** A folder that `kubectl apply -k` takes. */
export const kubernetes: Target<KubernetesOptions> = {
  id: 'kubernetes',
  title: 'Kubernetes, applied with kubectl',
  family: 'pods',
  capabilities: {
    livenessRestart: true,
    startupProbe: true,
    startOrder: { healthy: true, completed: true },
    manyMachines: true,
    rollingUpdate: true,
    schedules: true,
    daemons: true,
    networkPolicy: 'connections',
    volumeSize: true,
    replicaIdentity: true,
  },
  options: KubernetesOptions,
  render(deployment, options) {
    const context = makeContext(deployment, options)
    const files = filesOf(context)
    return { files, losses: context.losses, problems: context.problems }
  },
  observe,
  commands: { secrets: 'sh base/secrets.sh', up: 'kubectl apply -k .', down: 'kubectl delete -k .' },
} satisfies Target<KubernetesOptions>
