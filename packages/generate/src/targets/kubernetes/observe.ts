import type { Deployment, Json } from '@waybill/model'
import type { Observation, Rendered } from '../../target.ts'
import { makeContext } from './context.ts'
import { observeConnections } from './observe/connections.ts'
import { observeService } from './observe/containers.ts'
import { listAt, textAt } from './observe/read.ts'
import { type Workload, workloadsIn } from './observe/workloads.ts'
import { KubernetesOptions } from './schema.ts'

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
    volumes: volumesIn(documents, workloads, services),
  }
}

function volumesIn(
  documents: readonly Json[],
  workloads: readonly Workload[],
  services: readonly (readonly [string, Observation['services'][string]])[],
): Observation['volumes'] {
  const claims = [
    ...documents.filter((each) => textAt(each, 'kind') === 'PersistentVolumeClaim'),
    ...workloads.flatMap(({ object }) => listAt(object, 'spec', 'volumeClaimTemplates')),
  ]
  return Object.fromEntries(
    claims.map((claim) => {
      const name = textAt(claim, 'metadata', 'name')
      const mountedBy = services.filter(([, { mounts }]) => Object.values(mounts).includes(name)).map(([id]) => id)
      return [
        name,
        { data: textAt(claim, 'metadata', 'annotations', 'waybill.dev/data'), mountedBy: mountedBy.toSorted() },
      ]
    }),
  )
}
