import type { Deployment, Json } from '@waybill/model'
import type { Observation, Rendered } from '../target.ts'
import { type Context, makeContext } from './context.ts'
import { observeConnections } from './observe/connections.ts'
import { observeService } from './observe/containers.ts'
import { at, listAt, textAt } from './observe/read.ts'
import { type Workload, workloadsIn } from './observe/workloads.ts'
import { KubernetesOptions } from './options.ts'

/** Reads the rendered objects back into neutral facts; the deployment only gives the names to read them with. */
export function observe(rendered: Rendered, deployment: Deployment): Observation {
  const documents = rendered.files.flatMap(({ content }) => ('documents' in content ? content.documents : []))
  const context = makeContext(deployment, KubernetesOptions.parse({}))
  const workloads = workloadsIn(documents)
  const services = workloads.flatMap((workload) =>
    [...workload.containers, ...workload.inits]
      .filter((container) => context.services.has(textAt(container, 'name')))
      .map(
        (container) => [textAt(container, 'name'), observeService(container, workload, documents, context)] as const,
      ),
  )
  return {
    services: Object.fromEntries(services),
    connections: observeConnections(documents, context),
    volumes: volumesIn(documents, workloads, services, context),
  }
}

function volumesIn(
  documents: readonly Json[],
  workloads: readonly Workload[],
  services: readonly (readonly [string, Observation['services'][string]])[],
  context: Context,
): Observation['volumes'] {
  const claims = [
    ...documents.filter((each) => textAt(each, 'kind') === 'PersistentVolumeClaim'),
    ...workloads.flatMap(({ object }) => listAt(object, 'spec', 'volumeClaimTemplates')),
  ]
  const made = new Map(
    claims.map((claim) => [
      textAt(claim, 'metadata', 'name'),
      textAt(claim, 'metadata', 'annotations', 'waybill.dev/data'),
    ]),
  )
  // a claim that the site has says nothing of ours
  const existing = workloads
    .flatMap(({ pod }) => listAt(pod, 'volumes'))
    .filter((volume) => at(volume, 'persistentVolumeClaim') !== undefined)
    .map((volume) => textAt(volume, 'name'))
    .filter((name) => !made.has(name))
    .map((name) => [name, context.volumes.get(name)?.data ?? ''] as const)
  const mountedBy = (volume: string) =>
    services.filter(([, { mounts }]) => Object.values(mounts).includes(volume)).map(([id]) => id)
  return Object.fromEntries(
    [...made, ...existing].map(([name, data]) => [name, { data, mountedBy: mountedBy(name).toSorted() }]),
  )
}
