import { type DeployedService, walk } from '@waybill/model'
import type { Value } from '@waybill/model'
import { type Context, type Pod, membersOf } from './context.ts'
import { type Step, stepsOf } from './waits.ts'

/** Pods of one service reach a port of pods of another; `wait` when only an init container does. */
export interface Connection {
  readonly from: string
  readonly to: string
  readonly port: number
  readonly protocol: 'TCP' | 'UDP'
  readonly wait: boolean
}

/** Somebody outside whom pods reach. */
export interface Reach {
  readonly from: string
  readonly host: string
  readonly port: number
  readonly at: string
}

/** Every connection between pods: the edges of the product, and what waits ask. */
export function connectionsOf(context: Context): Connection[] {
  const { deployment, podOf } = context
  const edges = deployment.edges.flatMap(({ from, to, port }) => connection(podOf(from), to, port, false, context))
  const own = deployment.services.flatMap((service) =>
    ownPortsOf(service).flatMap((port) => connection(podOf(service.id), service.id, port, false, context)),
  )
  const waits = context.pods.flatMap((pod) =>
    waitsOf(pod, context).flatMap((step) => waitConnections(step, pod, context)),
  )
  return [...edges, ...own, ...waits]
}

/** Everybody outside whom pods reach: dependencies that customers bring, and what services declare. */
export function reachesOf(context: Context): Reach[] {
  const { deployment, podOf } = context
  const external = (user: string, from: string): Reach[] =>
    deployment.external
      .filter(({ usedBy }) => usedBy.includes(user))
      .map(({ id, host, port }) => ({ from, host, port, at: `dependencies/${id}` }))
  return [
    ...deployment.services.flatMap(({ id }) => external(id, podOf(id))),
    ...context.pods.flatMap((pod) =>
      waitsOf(pod, context).flatMap(({ step, service }) =>
        step === 'completed' ? external(service.id, pod.main.id) : [],
      ),
    ),
    ...deployment.services.flatMap(({ id, egress }) =>
      egress.map(({ to, port }) => ({ from: podOf(id), host: to, port, at: `services/${id}/egress/${to}` })),
    ),
  ]
}

const waitsOf = (pod: Pod, context: Context) => stepsOf(pod, context).filter((step) => step.step !== 'job')

function waitConnections(step: Exclude<Step, { step: 'job' }>, pod: Pod, context: Context): Connection[] {
  if (step.step === 'healthy') return connection(pod.main.id, step.service.id, step.port, true, context)
  // the question is asked in the image of the job, which may reach whatever the job reaches
  return context.deployment.edges
    .filter(({ from }) => from === step.service.id)
    .flatMap(({ to, port }) => connection(pod.main.id, to, port, true, context))
}

function connection(
  from: string,
  to: string,
  portId: string,
  wait: boolean,
  { services, podOf }: Context,
): Connection[] {
  const port = services.get(to)?.ports.find(({ id }) => id === portId)
  if (!port) return []
  return [{ from, to: podOf(to), port: port.number, protocol: port.protocol === 'udp' ? 'UDP' : 'TCP', wait }]
}

/** Ports at which replicas of a service reach one another: no edge, because it stays within the service. */
function ownPortsOf(service: DeployedService): string[] {
  const ports = new Set<string>()
  const note = (value: Value) =>
    walk(value, (node) => {
      if (node.op === 'address' && node.service === service.id && node.form !== 'port') ports.add(node.port)
    })
  const { env, files, secretFiles, command = [], args = [] } = service
  for (const { value } of [...env, ...secretFiles]) note(value)
  for (const { content } of files) note(content)
  for (const word of [...command, ...args]) note(word)
  return [...ports]
}

/** Ports of a pod that people outside reach, by whatever the site has in front. */
export const publishedPorts = (
  pod: Pod,
): { readonly service: DeployedService; readonly port: DeployedService['ports'][number] }[] =>
  membersOf(pod).flatMap((service) =>
    service.exposures.flatMap((exposure) => {
      const port = service.ports.find(({ id }) => id === exposure.port)
      return port ? [{ service, port }] : []
    }),
  )
