import { type DeployedService, type When, either } from '@waybill/model'
import { guardItems } from '../late/guards.ts'
import type { Pod } from './pod.ts'
import type { Block } from './manifest.ts'
import type { MetricsPort, Published } from './site/fields.ts'

type Port = DeployedService['ports'][number]

/** What carries a port's protocol. */
export const transport = (protocol: string): 'TCP' | 'UDP' => (protocol === 'udp' ? 'UDP' : 'TCP')

/** Port names are unique in a pod: the first container that uses a name has it. */
export const hasPortName = (service: DeployedService, port: Port, { main, sidecars }: Pod): boolean =>
  [main, ...sidecars].find(({ ports }) => ports.some(({ id }) => id === port.id))?.id === service.id

/** A port of a Service object, under the same number and name as in the container. */
export function servicePort(service: DeployedService, port: Port, pod: Pod): Block {
  const spoken = port.protocol === 'http' || port.protocol === 'https'
  return {
    name: port.id,
    port: port.number,
    targetPort: hasPortName(service, port, pod) ? port.id : port.number,
    protocol: transport(port.protocol),
    ...(spoken && { appProtocol: port.protocol }),
  }
}

interface PortAndProtocol {
  readonly port: number
  readonly protocol: string
  readonly when?: When
}

/** The ports of a rule of a policy, each once; `under` gives a port's condition as it has to be asked in the rule. */
export function policyPorts(list: readonly PortAndProtocol[], under = (when: When): When => when): Block[] {
  const unique = Map.groupBy(list, ({ port, protocol }) => `${port}/${protocol}`)
  return [...unique.values()]
    .map((same) => ({ ...same[0]!, when: either(...same.map(({ when }) => when)) }))
    .toSorted((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1))
    .flatMap(({ port, protocol, when }) => guardItems(under(when), [{ protocol, port }]))
}

/** Ports of the running containers of a pod that tell figures. */
export const metricsOf = (pod: Pod): MetricsPort[] =>
  [pod.main, ...pod.sidecars].flatMap((service) => {
    const { metrics, ports } = service
    const port = ports.find(({ id }) => id === metrics?.port)
    return metrics && port ? [{ service, port, path: metrics.path, named: hasPortName(service, port, pod) }] : []
  })

/** Ports of the running containers of a pod that people outside reach. */
export const publishedOf = (pod: Pod): Published[] =>
  [pod.main, ...pod.sidecars].flatMap((service) =>
    service.exposures.flatMap((exposure) => {
      const port = service.ports.find(({ id }) => id === exposure.port)
      return port ? [{ service, port, exposure, pod }] : []
    }),
  )
