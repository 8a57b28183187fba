import type { Address, DeployedService, RuntimeFact, Value } from '@waybill/model'
import { type Spelling, spell } from '../../spelling.ts'
import { holdsSecret } from '../../secrets/plan.ts'
import { type Ports, loopback } from './ports.ts'
import type { Unit } from './units.ts'

/** The machine, by the name that `docker run --add-host` gives it. */
export const machineHost = 'host.docker.internal'

/** What a process is told, as the literal text that has to arrive there. */
export interface Texts {
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly files: readonly { readonly path: string; readonly content: string }[]
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  /** Asks whether it is ready; undefined without a check. */
  readonly ready?: readonly string[]
  readonly namesMachine: boolean
}

/** Addresses as a target writes them, and facts of the unit where the target knows them. */
interface Voice {
  readonly address: (address: Address) => string
  readonly fact: (fact: RuntimeFact) => string
  /** The number of a port of the unit. */
  readonly number: (port: string) => number
}

export function textsOf(unit: Unit, ports: Ports): Texts {
  let namesMachine = false
  const voice: Voice = {
    address: (address) => ports.address(address, unit),
    fact: (fact) => {
      if (fact === 'nodeAddress') namesMachine = true
      return factOf(fact, unit)
    },
    number: (port) => ports.number(unit.name, port),
  }
  return { ...textsIn(unit.service, voice), namesMachine }
}

/** The texts of a service in somebody's voice, variables with secrets left out. */
export function textsIn(service: DeployedService, { address, fact, number }: Voice): Omit<Texts, 'namesMachine'> {
  const spelling: Spelling = { address, runtime: fact }
  const text = (value: Value) => spell(value, spelling)
  const ready = readyWords(service, spelling, number)
  return {
    env: service.env
      .filter(({ value }) => !holdsSecret(value))
      .map(({ name, value }) => ({ name, value: text(value) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    files: service.files.map(({ path, content }) => ({ path, content: text(content) })),
    ...(service.command && { command: service.command.map(text) }),
    ...(service.args && { args: service.args.map(text) }),
    ...(ready && { ready }),
  }
}

function readyWords(
  { health, ports }: DeployedService,
  spelling: Spelling,
  number: (port: string) => number,
): string[] | undefined {
  const ready = health?.ready
  if (!ready || ready.probe === 'none' || !ready.command) return undefined
  const port = ports.find(({ id }) => id === ready.port)
  const path = ready.probe === 'http' ? ready.path : ''
  const probe = port && addressUnderTest({ number: number(port.id), protocol: port.protocol }, path)
  return ready.command.map((word) => spell(word, { ...spelling, ...(probe && { probe }) }))
}

export const addressUnderTest = (port: { readonly number: number; readonly protocol: string }, path: string) => ({
  url: `${port.protocol}://${loopback}:${port.number}${path}`,
  host: loopback,
  port: String(port.number),
})

export function factOf(fact: RuntimeFact, { name, service, shard }: Unit): string {
  switch (fact) {
    case 'target':
      return 'single'
    case 'replicaName':
      return name
    case 'replicaIndex':
      return String(shard ?? 0)
    case 'nodeAddress':
      return machineHost
    case 'cpuLimit':
      return String(Math.max(1, Math.ceil(service.cpu.limit / 1000)))
    case 'memoryLimit':
      return String(service.memory.limit)
  }
}
