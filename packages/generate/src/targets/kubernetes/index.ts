import { imagesOf } from '../../output/images.ts'
import type { Target } from '../../target.ts'
import { clusterCapabilities } from '../../pods/capabilities.ts'
import { concreteObjects } from '../../pods/concrete-objects.ts'
import { observe } from '../../pods/observe.ts'
import { filesOf } from './output.ts'
import { customize } from './overlays.ts'
import { KubernetesOptions } from '../../pods/options.ts'

/** A folder that `kubectl apply -k` takes. */
export const kubernetes: Target<KubernetesOptions> = {
  id: 'kubernetes',
  title: 'Kubernetes, applied with kubectl',
  family: 'pods',
  capabilities: clusterCapabilities,
  options: KubernetesOptions,
  render(deployment, options) {
    const { context, files: objects } = concreteObjects(deployment, options)
    const files = filesOf(objects, context)
    return { files, images: imagesOf(files), losses: context.losses, problems: context.problems }
  },
  observe,
  customize,
  commands: {
    secrets: 'sh base/secrets.sh',
    up: 'sh base/secrets.sh --check && kubectl apply -k .',
    down: 'kubectl delete -k .',
  },
} satisfies Target<KubernetesOptions>
