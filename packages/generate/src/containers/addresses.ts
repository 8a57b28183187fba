import type { Address, Deployment } from '@waybill/model'
import { addressText } from '../spelling.ts'
import { shardName } from './units.ts'

/** The address book: a service answers to its id, a shard to `<id>-<shard>`, on the ports that it listens on. */
export function addressBook({ services }: Deployment): (address: Address) => string {
  const ports = new Map(services.map(({ id, ports: own }) => [id, new Map(own.map((port) => [port.id, port]))]))
  return (address) => {
    const port = ports.get(address.service)?.get(address.port)
    if (!port) throw new TypeError(`nothing is deployed at ${address.service}.${address.port}`)
    const host = address.shard === undefined ? address.service : shardName(address.service, address.shard)
    return addressText(address, host, port)
  }
}
