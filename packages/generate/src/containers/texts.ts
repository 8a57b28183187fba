import type { Address, Expression, RuntimeFact } from '@waybill/model'
import { type Spelling, spell } from '../spelling.ts'
import { holdsSecret } from '../secrets/plan.ts'
import type { Dialect } from './dialect.ts'
import { type Lost, lost } from './losses.ts'
import { type Unit, copyName } from './units.ts'

/** The name under which Docker's own hosts entry shows the machine to a container. */
export const nodeHost = 'host.docker.internal'

/** What a unit's container is told, as the literal text that has to arrive there. */
export interface Texts {
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly files: readonly { readonly path: string; readonly content: string }[]
  readonly entrypoint?: readonly string[]
  readonly command?: readonly string[]
  /** Facts about the run that one of the texts holds. */
  readonly facts: ReadonlySet<RuntimeFact>
}

export function textsOf(unit: Unit, address: (address: Address) => string, { target }: Dialect): Texts {
  const { env, files, command, args } = unit.service
  const facts = new Set<RuntimeFact>()
  const spelling: Spelling = {
    address,
    runtime: (fact) => {
      facts.add(fact)
      return fact === 'target' ? target : factOf(fact, unit)
    },
  }
  const text = (value: Expression) => spell(value, spelling)
  const open = env.filter(({ value }) => !holdsSecret(value)).map(({ name, value }) => ({ name, value: text(value) }))
  return {
    env: open.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    files: files.map(({ path, content }) => ({ path, content: text(content) })),
    // an explicit empty list keeps the image's own CMD away from another entry point
    ...(command && { entrypoint: command.map(text), command: (args ?? []).map(text) }),
    ...(!command && args && { command: args.map(text) }),
    facts,
  }
}

function factOf(fact: Exclude<RuntimeFact, 'target'>, { name, service, shard, copy }: Unit): string {
  switch (fact) {
    case 'replicaName':
      return copy === undefined ? name : copyName(name, copy)
    case 'replicaIndex':
      return String(shard ?? (copy ?? 1) - 1)
    case 'nodeAddress':
      return nodeHost
    case 'cpuLimit':
      return String(Math.max(1, Math.ceil(service.cpu.limit / 1000)))
    case 'memoryLimit':
      return String(service.memory.limit)
  }
}

/** What becomes of facts that Docker cannot tell a container. */
export function factLosses(
  { service, copies }: Unit,
  facts: ReadonlySet<RuntimeFact>,
  { title, replicaIdentity }: Dialect,
): Lost[] {
  const at = `services/${service.id}/runtime`
  const losses: Lost[] = []
  for (const fact of ['replicaName', 'replicaIndex'] as const) {
    if (replicaIdentity || copies <= 1 || !facts.has(fact)) continue
    losses.push(
      lost(
        `runtime.${fact}`,
        `${at}/${fact}`,
        'degraded',
        `All ${copies} containers of "${service.id}" are told the same value: ${title} gives its replicas one environment.`,
        'Tell replicas apart by the host name that Docker gives each container, or run one replica.',
      ),
    )
  }
  if (facts.has('nodeAddress')) {
    losses.push(
      lost(
        'runtime.nodeAddress',
        `${at}/nodeAddress`,
        'note',
        `"${nodeHost}" leads to the machine by way of Docker's bridge, not to its address in the network.`,
        'What is to be reached there has to listen on all addresses of the machine.',
      ),
    )
  }
  return losses
}
