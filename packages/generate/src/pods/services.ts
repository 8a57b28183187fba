import type { DeployedService } from '@waybill/model'
import { guardItems } from '../late/guards.ts'
import type { Context, Pod } from './context.ts'
import { manifest, selectorOf } from './labels.ts'
import type { Block, Manifest } from './manifest.ts'
import { servicePort } from './ports.ts'

/** The Service objects of a pod: one for each of its members that listens, all of which select the same pods. */
export function servicesOf(pod: Pod, context: Context): Manifest[] {
  return [pod.main, ...pod.sidecars].flatMap((service) => {
    // the names of shards live below the Service of their StatefulSet, also when nothing listens
    const sharded = service.id === pod.main.id && service.kind === 'sharded'
    if (service.ports.length === 0 && !sharded) return []
    return guardItems(context.stage.under(service.when, pod.main.when), [
      serviceObject(
        service,
        pod,
        sharded ? { clusterIP: 'None', publishNotReadyAddresses: true } : { type: 'ClusterIP' },
        context,
      ),
    ])
  })
}

function serviceObject(service: DeployedService, pod: Pod, kind: Block, context: Context): Manifest {
  const { deployment } = context
  return manifest(
    context,
    { apiVersion: 'v1', kind: 'Service', name: service.id, service: service.id },
    { spec: { ...kind, selector: selectorOf(deployment, pod.main.id), ...portsOf(service, service.ports, pod) } },
  )
}

function portsOf(service: DeployedService, ports: DeployedService['ports'], pod: Pod): Block {
  if (ports.length === 0) return {}
  return { ports: ports.map((port) => servicePort(service, port, pod)) }
}
