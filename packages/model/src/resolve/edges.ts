import { walk } from '../expressions/walk.ts'
import type { DeployedService, Edge, ExternalDependency, Value } from './deployment.ts'
import type { Resolver } from './resolver.ts'

/** Every value of a service that may hold an address. */
export const valuesOf = (service: DeployedService): Value[] => [
  ...service.env.map(({ value }) => value),
  ...service.files.map(({ content }) => content),
  ...service.secretFiles.map(({ value }) => value),
  ...(service.command ?? []),
  ...(service.args ?? []),
  ...(service.completed ?? []),
]

/** Who uses whose port, from the addresses in env, files and commands; may be circular. */
export function edgesOf(services: readonly DeployedService[]): Edge[] {
  return services.flatMap(({ id, ...service }) => {
    const found = new Map<string, Edge>()
    for (const value of valuesOf({ id, ...service })) {
      walk(value, (node) => {
        if (node.op !== 'address' || node.service === id) return
        found.set(`${node.service}/${node.port}`, { from: id, to: node.service, port: node.port })
      })
    }
    return [...found.values()]
  })
}

/** The dependencies that customers bring, with the services that use them. */
export function externalOf(services: readonly DeployedService[], resolver: Resolver): ExternalDependency[] {
  const { catalog, choices } = resolver
  return catalog.product.dependencies.flatMap(({ id, kind, when, reached }) => {
    if (choices.modes.get(id) !== 'external' || !resolver.holds(when)) return []
    const usedBy = services.filter((service) => usesExternal(service.id, id, resolver)).map((service) => service.id)
    const [host, port] = [choices.inputs.get(`${id}.${reached.host}`), choices.inputs.get(`${id}.${reached.port}`)]
    // both are inputs with a value: without one the instance was refused
    return typeof host === 'string' && typeof port === 'number' ? [{ id, kind, host, port, usedBy }] : []
  })
}

function usesExternal(serviceId: string, dependency: string, resolver: Resolver): boolean {
  const service = resolver.catalog.services.get(serviceId)?.service
  if (!service) return false
  let uses = false
  const note = (used: string) => {
    if (used === dependency) uses = true
  }
  const expressions = [
    ...(service.env ?? []).map(({ value }) => value),
    ...(service.files ?? []).map(({ content }) => content),
    ...(service.secretFiles ?? []).map(({ value }) => value),
    ...(service.command ?? []),
    ...(service.args ?? []),
    ...(service.completed ?? []),
  ]
  for (const expression of expressions) resolver.valueUsing(expression, note)
  return uses
}
