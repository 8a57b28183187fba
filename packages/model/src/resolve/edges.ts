import { walk } from '../expressions/walk.ts'
import type { DeployedService, Edge, ExternalDependency, Value } from './deployment.ts'
import type { Leaf } from '../expressions/reduce.ts'
import type { Service } from '../product/schema.ts'
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

/** What a service uses of the customer's world: external dependencies, and settings that are addresses. */
export interface Uses {
  readonly dependencies: ReadonlySet<string>
  readonly urls: ReadonlySet<string>
}

/** Finds what the expressions of a service look up, for this instance: branches that are not taken do not count. */
export function usesOf(service: Service, resolver: Resolver): Uses {
  const [dependencies, urls] = [new Set<string>(), new Set<string>()]
  const seen = (leaf: Leaf) => {
    if (leaf.op === 'input') dependencies.add(leaf.dependency)
    if (leaf.op === 'setting' && resolver.catalog.settings.get(leaf.id)?.type === 'url') urls.add(leaf.id)
  }
  const expressions = [
    ...(service.env ?? []).map(({ value }) => value),
    ...(service.files ?? []).map(({ content }) => content),
    ...(service.secretFiles ?? []).map(({ value }) => value),
    ...(service.command ?? []),
    ...(service.args ?? []),
    ...(service.completed ?? []),
  ]
  for (const expression of expressions) resolver.valueSeeing(expression, seen)
  return { dependencies, urls }
}

/** The dependencies that customers bring, with the services that use them. */
export function externalOf(uses: ReadonlyMap<string, Uses>, resolver: Resolver): ExternalDependency[] {
  const { catalog, choices } = resolver
  return catalog.product.dependencies.flatMap(({ id, kind, when, reached, operator }) => {
    const mode = choices.modes.get(id)
    if (mode === 'bundled' || !resolver.holds(when)) return []
    const usedBy = [...uses].filter(([, { dependencies }]) => dependencies.has(id)).map(([service]) => service)
    const [host, port] = [choices.inputs.get(`${id}.${reached.host}`), choices.inputs.get(`${id}.${reached.port}`)]
    // both are inputs with a value: without one the instance was refused
    return typeof host === 'string' && typeof port === 'number'
      ? [
          {
            id,
            kind,
            ...(mode === 'operator' && { operator: operator?.pods ? { pods: operator.pods } : {} }),
            host,
            port,
            usedBy,
          },
        ]
      : []
  })
}

const defaultPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'ws:': 80,
  'wss:': 443,
  'ldap:': 389,
  'ldaps:': 636,
}

/** A setting that is a URL is an address outside that the service reaches. */
export function egressOf({ urls }: Uses, { choices }: Resolver): DeployedService['egress'] {
  return [...urls].flatMap((id) => {
    const value = choices.settings.get(id)
    const url = typeof value === 'string' ? URL.parse(value) : null
    const port = url ? Number(url.port) || defaultPorts[url.protocol] : undefined
    return url && port !== undefined ? [{ to: url.hostname, port, reason: `the setting ${id}` }] : []
  })
}
