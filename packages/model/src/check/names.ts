import { type Path, type Problem, problem } from '../errors/problem.ts'
import { objectName, objectNameRule } from '../object-name.ts'
import type { Catalog } from '../product/catalog.ts'
import type { ProductDefinition, Service } from '../product/schema.ts'

const keyName = /^[A-Za-z][A-Za-z0-9-]{0,62}$/
const keyNameRule = 'at most 63 letters, digits and hyphens, starting with a letter'
const portName = /^[a-z](?:[a-z0-9-]{0,13}[a-z0-9])?$/
const portNameRule = 'at most 15 small letters, digits and hyphens, starting with a letter'
const variableName = /^[A-Za-z_.-][A-Za-z0-9_.-]*$/

/** Ids are unique and valid; nothing that a target derives from them collides. */
export function checkNames(catalog: Catalog): Problem[] {
  const { product } = catalog
  return [
    ...checkLists(product),
    ...checkDerivedNames(product),
    ...[...catalog.services.values()].flatMap(({ service, path }) => checkServiceNames(service, path)),
  ]
}

interface Named {
  readonly list: string
  readonly kind: string
  readonly ids: readonly string[]
  readonly pattern: RegExp
  readonly rule: string
}

function checkLists(product: ProductDefinition): Problem[] {
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id)
  const objects = { pattern: objectName, rule: objectNameRule }
  const keys = { pattern: keyName, rule: keyNameRule }
  const lists: Named[] = [
    { list: 'services', kind: 'service', ids: ids(product.services), ...objects },
    { list: 'dependencies', kind: 'dependency', ids: ids(product.dependencies), ...objects },
    { list: 'volumes', kind: 'volume', ids: ids(product.volumes), ...objects },
    { list: 'secrets', kind: 'secret', ids: ids(product.secrets), ...objects },
    { list: 'areas', kind: 'area', ids: ids(product.areas), ...objects },
    { list: 'features', kind: 'feature', ids: ids(product.features), ...keys },
    { list: 'load', kind: 'load factor', ids: ids(product.load), ...keys },
    { list: 'profiles', kind: 'profile', ids: ids(product.profiles ?? []), ...keys },
    { list: 'settings', kind: 'group of settings', ids: ids(product.settings), ...keys },
    { list: 'targets', kind: 'target', ids: ids(product.targets), ...keys },
    { list: 'rawObjects', kind: 'raw object', ids: ids(product.rawObjects ?? []), ...objects },
    ...product.settings.map((group) => ({
      list: `settings/${group.id}/settings`,
      kind: 'setting',
      ids: ids(group.settings),
      ...keys,
    })),
  ]
  const own = objectName.test(product.id)
    ? []
    : [problem('WB1102', ['id'], { kind: 'product', id: product.id, rule: objectNameRule })]
  return [...own, ...lists.flatMap(checkList)]
}

function checkList({ list, kind, ids, pattern, rule }: Named): Problem[] {
  const seen = new Set<string>()
  return ids.flatMap((id) => {
    const path = [...list.split('/'), id]
    const problems: Problem[] =
      pattern.test(id) && !(id in Object.prototype) ? [] : [problem('WB1102', path, { kind, id, rule })]
    if (seen.has(id)) problems.push(problem('WB1101', path, { kind, id }))
    seen.add(id)
    return problems
  })
}

/** Services, bundled dependencies and the edge become containers of the same name space; shards add `-0`, `-1`, …. */
function checkDerivedNames(product: ProductDefinition): Problem[] {
  const owners = new Map<string, string>()
  const problems: Problem[] = []
  const claim = (name: string, owner: string, path: Path) => {
    const first = owners.get(name)
    if (first !== undefined) problems.push(problem('WB1104', path, { name, first, second: owner }))
    owners.set(name, owner)
  }
  if (product.edge) claim(product.edge.id, 'the edge', ['edge'])
  for (const { id, bundled } of product.dependencies) {
    if (bundled) claim(id, `the bundled dependency "${id}"`, ['dependencies', id])
  }
  for (const { id } of new Map(product.services.map((service) => [service.id, service])).values()) {
    claim(id, `the service "${id}"`, ['services', id])
  }
  for (const { id, kind } of product.services) {
    if (kind !== 'sharded') continue
    for (const [name, owner] of owners) {
      const shard = name.startsWith(`${id}-`) && /^\d+$/.test(name.slice(id.length + 1))
      if (shard)
        problems.push(problem('WB1104', ['services', id], { name, first: `a shard of "${id}"`, second: owner }))
    }
  }
  return problems
}

function checkServiceNames(service: Service, path: Path): Problem[] {
  const problems: Problem[] = []
  const ports = service.ports.map(({ id }) => id)
  problems.push(
    ...checkList({
      list: [...path, 'ports'].join('/'),
      kind: 'port',
      ids: ports,
      pattern: portName,
      rule: portNameRule,
    }),
  )
  const numbers = new Map<string, string>()
  for (const { id, number, protocol } of service.ports) {
    const key = `${number}/${protocol === 'udp' ? 'udp' : 'tcp'}`
    const first = numbers.get(key)
    if (first !== undefined) {
      problems.push(
        problem('WB1106', [...path, 'ports', id], { port: number, first: `Port "${first}"`, second: `port "${id}"` }),
      )
    }
    numbers.set(key, id)
  }
  const variables = new Set<string>()
  for (const { name } of service.env ?? []) {
    if (variables.has(name)) problems.push(problem('WB1101', [...path, 'env', name], { kind: 'variable', id: name }))
    variables.add(name)
    if (variableName.test(name)) continue
    const rule = 'letters, digits, "_", "." and "-", not starting with a digit'
    problems.push(problem('WB1105', [...path, 'env', name], { name, rule }))
  }
  problems.push(...checkPaths(service, path))
  return problems
}

function checkPaths(service: Service, path: Path): Problem[] {
  const places = [
    ...(service.files ?? []).map((each) => ['files', each.path] as const),
    ...(service.secretFiles ?? []).map((each) => ['secretFiles', each.path] as const),
    ...(service.mounts ?? []).map((each) => ['mounts', each.path] as const),
    ...(service.scratch ?? []).map((each) => ['scratch', each.path] as const),
  ]
  const taken = new Map<string, string>()
  return places.flatMap(([list, at]) => {
    const first = taken.get(at)
    taken.set(at, list)
    const why = flawOfPath(at) ?? (first === undefined ? undefined : `is used twice (${first} and ${list})`)
    return why === undefined ? [] : [problem('WB1107', [...path, list, at], { path: at, why })]
  })
}

function flawOfPath(path: string): string | undefined {
  if (!path.startsWith('/')) return 'is not absolute'
  if (path === '/') return 'is the root'
  if (path.endsWith('/')) return 'ends in a slash'
  if (path.split('/').includes('..')) return 'climbs with ".."'
  if (path.includes(':') || path.includes(',')) return 'holds ":" or ",", which engines read as separators'
  return /^[\x20-\x7e]+$/.test(path) ? undefined : 'holds characters that not every engine accepts'
}
