import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DeployedService, type Deployment, readInstance, resolve } from '@waybill/model'
import { parseAllDocuments } from 'yaml'
import parcels from '../../examples/parcels/product.ts'
import { mustRun } from './program.ts'

/** A connection between services as `from>to:port`. */
export type Connection = string

/** The deployment of Parcels that an instance file describes. */
export async function parcelsDeployment(instanceFile: string): Promise<Deployment> {
  const read = readInstance(await readFile(instanceFile, 'utf8'), instanceFile)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const resolved = resolve(parcels, read.value.instance)
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems))
  return resolved.value
}

/** What the definition says: its edges, and what waiting for one another needs. */
export function declaredConnections(deployment: Deployment): {
  readonly edges: Connection[]
  readonly waits: Connection[]
} {
  const services = new Map(deployment.services.map((service) => [service.id, service]))
  const portOf = (service: DeployedService, id: string) => service.ports.find((port) => port.id === id)!.number
  const edges = deployment.edges.map(({ from, to, port }) => `${from}>${to}:${portOf(services.get(to)!, port)}`)
  const waits = deployment.services.flatMap(({ id, needs }) =>
    needs.flatMap(({ on, state }) => {
      const target = services.get(on)!
      const ready = target.health?.ready
      if (state === 'completed')
        return edges.filter((edge) => edge.startsWith(`${on}>`)).map((edge) => edge.replace(on, id))
      return ready && ready.probe !== 'none' && ready.port !== undefined
        ? [`${id}>${on}:${portOf(target, ready.port)}`]
        : []
    }),
  )
  return { edges, waits }
}

/** Every connection that somebody could try: each service to each port of each other. */
export const possibleConnections = ({ services }: Deployment): Connection[] =>
  services.flatMap(({ id: from }) =>
    services.flatMap(({ id: to, ports }) => (to === from ? [] : ports.map(({ number }) => `${from}>${to}:${number}`))),
  )

/** Which of these connections the rendered policies let through, by the judgement of cyclonus. */
export async function permittedConnections(
  output: string,
  deployment: Deployment,
  connections: readonly Connection[],
): Promise<Set<Connection>> {
  const policies: unknown[] = []
  for (const file of await readdir(join(output, 'base'))) {
    if (!file.endsWith('.yaml')) continue
    const documents = parseAllDocuments(await readFile(join(output, 'base', file), 'utf8')).map(
      (document) => document.toJS() as { kind?: string },
    )
    policies.push(...documents.filter(({ kind }) => kind === 'NetworkPolicy'))
  }
  const [policyFile, trafficFile] = [join(output, '../policies.json'), join(output, '../traffic.json')]
  await writeFile(
    policyFile,
    JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicyList', items: policies }),
  )
  const { product, instance } = deployment
  const peer = (service: string) => ({
    IP: '10.0.0.1',
    Internal: {
      Namespace: instance.namespace,
      NamespaceLabels: {},
      PodLabels: {
        'waybill.dev/product': product.id,
        'waybill.dev/instance': instance.id,
        'waybill.dev/service': service,
      },
    },
  })
  const traffic = connections.map((connection) => {
    const [from, to, port] = connection.split(/[>:]/) as [string, string, string]
    return {
      Source: peer(from),
      Destination: peer(to),
      ResolvedPort: Number(port),
      ResolvedPortName: '',
      Protocol: 'TCP',
    }
  })
  await writeFile(trafficFile, JSON.stringify(traffic))
  const answer = await mustRun('cyclonus', [
    'analyze',
    '--mode',
    'query-traffic',
    '--policy-path',
    policyFile,
    '--traffic-path',
    trafficFile,
  ])
  const verdicts = [...answer.matchAll(/IS ALLOWED\?\s*\|\s*(TRUE|FALSE)/g)].map(([, verdict]) => verdict === 'TRUE')
  if (verdicts.length !== connections.length)
    throw new Error(`cyclonus gave ${verdicts.length} verdicts for ${connections.length} connections`)
  return new Set(connections.filter((_, i) => verdicts[i]))
}
