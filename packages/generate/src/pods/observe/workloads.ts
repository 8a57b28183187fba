import type { Json } from '@waybill/model'
import { at, listAt, textAt } from './read.ts'

/** An object of the output that runs pods. */
export interface Workload {
  /** The service that its pods are named after. */
  readonly service: string
  readonly kind: string
  readonly object: Json
  readonly pod: Json
  readonly containers: readonly Json[]
  readonly inits: readonly Json[]
}

const runners = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'])

export function workloadsIn(documents: readonly Json[]): Workload[] {
  return documents.flatMap((object) => {
    const kind = textAt(object, 'kind')
    const pod =
      kind === 'CronJob'
        ? at(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec')
        : at(object, 'spec', 'template', 'spec')
    if (!runners.has(kind) || pod === undefined) return []
    const service = textAt(object, 'metadata', 'labels', 'waybill.dev/service')
    return [{ service, kind, object, pod, containers: listAt(pod, 'containers'), inits: listAt(pod, 'initContainers') }]
  })
}
