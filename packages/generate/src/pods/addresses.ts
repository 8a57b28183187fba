import type { Address, DeployedService, Deployment } from '@waybill/model'
import { addressText } from '../spelling.ts'

/** How services reach each other: the names that the cluster's DNS knows them by, and back. */
export interface AddressBook {
  readonly spell: (address: Address) => string
  /** Text with every `host:port` turned into `ref:<service>[/<shard>].<port>`, and every host of a shard into `ref:<service>/<shard>`. */
  readonly unspell: (text: string) => string
}

/** Name of a service, or of one of its shards: the stable name of a pod of the StatefulSet that the shard runs in. */
export function hostOf(service: DeployedService, shard?: number): string {
  if (shard === undefined) return service.id
  // DNS gives pods a name below the Service of their StatefulSet only, so a sidecar's shard is its host's
  const owner = service.shape.pods.shape === 'sidecar' ? service.shape.pods.of : service.id
  return `${owner}-${shard}.${owner}`
}

export function addressBook({ services }: Deployment): AddressBook {
  const byId = new Map(services.map((service) => [service.id, service]))
  const hosts = knownHosts(services)
  return {
    spell(address) {
      const service = byId.get(address.service)!
      const port = service.ports.find(({ id }) => id === address.port)!
      return addressText(address, hostOf(service, address.shard), port)
    },
    unspell: (text) =>
      text.replace(hostAndPort, (found, host: string, number: string | undefined) => {
        const known = hosts.get(host)
        const ref = number === undefined ? known?.shard : known?.ports.get(Number(number))
        return ref === undefined ? found : `ref:${ref}`
      }),
  }
}

const hostAndPort = /(?<![\w.-])([a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)?)(?::(\d+))?(?![\w-])/g

interface KnownHost {
  /** `<service>/<shard>` when it is the host of a shard. */
  readonly shard?: string
  /** Number → `<service>[/<shard>].<port>`. */
  readonly ports: Map<number, string>
}

function knownHosts(services: readonly DeployedService[]): Map<string, KnownHost> {
  const hosts = new Map<string, KnownHost>()
  const learn = (host: string, ref: string, service: DeployedService, shard: boolean) => {
    const known = hosts.get(host) ?? { ...(shard && { shard: ref }), ports: new Map<number, string>() }
    hosts.set(host, known)
    for (const { id, number } of service.ports) known.ports.set(number, `${ref}.${id}`)
  }
  for (const service of services) {
    learn(hostOf(service), service.id, service, false)
    if (service.kind !== 'sharded') continue
    for (let shard = 0; shard < service.replicas; shard++)
      learn(hostOf(service, shard), `${service.id}/${shard}`, service, true)
  }
  return hosts
}
