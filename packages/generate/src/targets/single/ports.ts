import { type Address, type Deployment, type Problem, problem, walk } from '@waybill/model'
import { addressText } from '../../spelling.ts'
import type { Unit } from './units.ts'

/** Everything in the container listens on one address, so each port number is somebody's. */
export interface Ports {
  /** The number that a unit listens on at a port of its service. */
  readonly number: (unit: string, port: string) => number
  /** Writes an address; of a sharded service without a shard it is the unit's own, or else the first. */
  readonly address: (address: Address, own?: Unit) => string
  readonly edge: EdgePorts
  /** Ports that are not where the definition has them. */
  readonly moved: readonly { readonly unit: Unit; readonly port: string; readonly number: number }[]
  readonly problems: readonly Problem[]
}

export interface EdgePorts {
  readonly http: number
  readonly https: number
  readonly health: number
}

/** What everybody in the container is reached at. */
export const loopback = '127.0.0.1'

interface Claim {
  readonly unit: Unit
  readonly port: Unit['service']['ports'][number]
}

/** Where numbers for ports that have to move are looked for. */
const firstFree = 20_000

/**
 * Gives each port of each unit a number of its own. A service that is told its own port by reference, such as
 * `PORT: api.ports.http.number()`, may get another one than it declares; two others with the same number are a problem.
 */
export function allocatePorts(deployment: Deployment, units: readonly Unit[]): Ports {
  const told = new Map(units.map(({ service }) => [service.id, toldPorts(service)]))
  const claims = units.flatMap((unit) => unit.service.ports.map((port): Claim => ({ unit, port })))
  const isMovable = ({ unit, port }: Claim) => told.get(unit.service.id)?.has(port.id) ?? false
  const taken = new Map<string, Claim | 'edge'>()
  const numbers = new Map<string, number>()
  const problems: Problem[] = []
  const take = (claim: Claim, number: number) => {
    taken.set(slot(number, claim.port.protocol), claim)
    numbers.set(key(claim.unit.name, claim.port.id), number)
  }
  for (const claim of claims.filter((each) => !isMovable(each))) {
    const first = taken.get(slot(claim.port.number, claim.port.protocol))
    if (first && first !== 'edge') problems.push(clash(claim, first))
    else take(claim, claim.port.number)
  }
  for (const claim of claims.filter(isMovable)) take(claim, free(claim.port.number, claim.port.protocol, taken))
  const forEdge = (wish: number) => {
    const number = free(wish, 'http', taken)
    taken.set(slot(number, 'http'), 'edge')
    return number
  }
  const edge = { http: forEdge(8080), https: forEdge(8443), health: forEdge(2015) }
  const number = (unit: string, port: string) => numbers.get(key(unit, port)) ?? 0
  return {
    number,
    address: addressBook(deployment, units, number),
    edge,
    moved: claims.flatMap(({ unit, port }) => {
      const now = number(unit.name, port.id)
      return now === port.number || now === 0 ? [] : [{ unit, port: port.id, number: now }]
    }),
    problems,
  }
}

const key = (unit: string, port: string): string => `${unit} ${port}`
const slot = (number: number, protocol: string): string => `${protocol === 'udp' ? 'udp' : 'tcp'} ${number}`

function free(wish: number, protocol: string, taken: ReadonlyMap<string, unknown>): number {
  if (!taken.has(slot(wish, protocol))) return wish
  let number = firstFree
  while (taken.has(slot(number, protocol))) number++
  return number
}

/** The ports of a service that it reads from its own environment, files or command. */
function toldPorts(service: Unit['service']): ReadonlySet<string> {
  const { env, files, secretFiles, command = [], args = [] } = service
  const values = [
    ...env.map(({ value }) => value),
    ...files.map(({ content }) => content),
    ...secretFiles.map(({ value }) => value),
    ...command,
    ...args,
  ]
  const told = new Set<string>()
  for (const value of values) {
    walk(value, (node) => {
      if (node.op === 'address' && node.service === service.id && node.form !== 'host') told.add(node.port)
    })
  }
  return told
}

function clash({ unit, port }: Claim, first: Claim): Problem {
  return problem('WB5010', ['services', unit.service.id, 'ports', port.id], {
    number: port.number,
    first: `${first.unit.name}.${first.port.id}`,
    second: `${unit.name}.${port.id}`,
    reference: `${unit.service.id}.ports.${port.id}.number()`,
  })
}

function addressBook(
  deployment: Deployment,
  units: readonly Unit[],
  number: (unit: string, port: string) => number,
): Ports['address'] {
  const services = new Map(deployment.services.map((service) => [service.id, service]))
  const names = new Map(units.map(({ name, service, shard }) => [key(service.id, String(shard ?? 0)), name]))
  return (address, own) => {
    const service = services.get(address.service)
    const port = service?.ports.find(({ id }) => id === address.port)
    if (!service || !port) throw new TypeError(`nothing is deployed at ${address.service}.${address.port}`)
    const shard = address.shard ?? (own?.service.id === service.id ? own.shard : undefined) ?? 0
    const name = names.get(key(service.id, String(shard)))
    // a service without a process has an address, too, at which nobody answers
    const listens = name === undefined ? port.number : number(name, port.id)
    return addressText(address, loopback, { number: listens, protocol: port.protocol })
  }
}
