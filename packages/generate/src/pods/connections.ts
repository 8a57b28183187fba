import { type DeployedService, type Value, type When, both, either, walk } from '@waybill/model'
import type { Context, Pod } from './context.ts'
import type { Reach } from './reach.ts'
import { type Step, stepsOf } from './waits.ts'

/** Pods of one service reach a port of pods of another; `wait` when only an init container does. */
export interface Connection {
  readonly from: string
  readonly to: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly wait: boolean
  /** What has to hold for it. */
  readonly when?: When
}

/** Every connection between pods: the edges of the product, and what waits ask. */
export function connectionsOf(context: Context): Connection[] {
  const { deployment, podOf } = context
  const edges = deployment.edges.flatMap(({ from, to, port, when }) =>
    connection({ from: podOf(from), to, port, wait: false, when }, context),
  )
  const own = deployment.services.flatMap((service) =>
    ownPortsOf(service, context).flatMap(({ port, when }) => {
      const { id } = service
      return connection({ from: podOf(id), to: id, port, wait: false, when: both(service.when, when) }, context)
    }),
  )
  const waits = context.pods.flatMap((pod) =>
    waitsOf(pod, context).flatMap((step) => waitConnections(step, pod, context)),
  )
  return [...edges, ...own, ...waits]
}

/** Everybody outside whom pods reach: dependencies that customers bring, and what services declare. */
export function reachesOf(context: Context): Reach[] {
  const { deployment, podOf } = context
  const external = (user: string, from: string, given: When): Reach[] =>
    deployment.external
      .filter(({ usedBy }) => usedBy.includes(user))
      .map(({ id, host, port, when, operator }) => ({
        from,
        host,
        port,
        at: `dependencies/${id}`,
        range: id,
        operator,
        when: both(given, when),
      }))
  return [
    ...deployment.services.flatMap(({ id }) => external(id, podOf(id), undefined)),
    ...context.pods.flatMap((pod) =>
      waitsOf(pod, context).flatMap(({ step, service, when }) =>
        step === 'completed' ? external(service.id, pod.main.id, both(pod.main.when, when)) : [],
      ),
    ),
    ...deployment.services.flatMap(({ id, egress, when: given }) =>
      egress.map(({ to, port, when }) => ({
        from: podOf(id),
        host: to,
        port,
        at: `services/${id}/egress/${to}`,
        range: to,
        when: both(given, when),
      })),
    ),
  ]
}

const waitsOf = (pod: Pod, context: Context) => stepsOf(pod, context).filter((step) => step.step !== 'job')

function waitConnections(step: Exclude<Step, { step: 'job' }>, pod: Pod, context: Context): Connection[] {
  const from = pod.main.id
  const given = both(pod.main.when, step.when)
  if (step.step === 'healthy')
    return connection({ from, to: step.service.id, port: step.port, wait: true, when: given }, context)
  // the question is asked in the image of the job, which may reach whatever the job reaches
  return context.deployment.edges
    .filter((edge) => edge.from === step.service.id)
    .flatMap(({ to, port, when }) => connection({ from, to, port, wait: true, when: both(given, when) }, context))
}

interface Wanted {
  readonly from: string
  readonly to: string
  readonly port: string
  readonly wait: boolean
  readonly when: When
}

function connection({ from, to, port: id, wait, when }: Wanted, { services, podOf }: Context): Connection[] {
  const port = services.get(to)?.ports.find((each) => each.id === id)
  if (!port) return []
  return [{ from, to: podOf(to), port: port.number, protocol: port.protocol === 'udp' ? 'UDP' : 'TCP', wait, when }]
}

/** Ports at which replicas of a service reach one another: no edge, because it stays within the service. */
function ownPortsOf(service: DeployedService, { stage }: Context): { readonly port: string; readonly when: When }[] {
  const ports = new Map<string, When>()
  const note = (value: Value, when?: When) =>
    walk(value, (node) => {
      const isAddress = node.op === 'address' || node.op === 'addresses'
      if (!isAddress || node.service !== service.id || node.form === 'port') return
      ports.set(node.port, ports.has(node.port) ? either(ports.get(node.port), when) : when)
    })
  const { env, files, secretFiles, command = [], args = [] } = service
  for (const { name, value, when } of env) note(value, both(when, stage.untouched(service.id, name)))
  for (const { value, when } of secretFiles) note(value, when)
  for (const { content, when } of files) note(content, when)
  for (const word of [...command, ...args]) note(word)
  return [...ports].map(([port, when]) => ({ port, when }))
}
