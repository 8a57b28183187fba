import { type Outcome, type Problem, outcome, problem } from '../errors/problem.ts'
import type { ImagesLock } from '../images/lock.ts'
import { presentNames } from '../instance/moves.ts'
import type { InstanceDefinition } from '../instance/schema.ts'
import { type Sha256, digestOf } from '../digest.ts'
import { nearest } from '../nearest.ts'
import { objectName, objectNameRule } from '../object-name.ts'
import { type Catalog, catalogOf } from '../product/catalog.ts'
import type { ProductDefinition } from '../product/schema.ts'
import { readChoices } from './choices.ts'
import type { DeployedService, Deployment } from './deployment.ts'
import { applyOverlays } from './overlays.ts'
import { resolveRawObjects } from './raw-objects.ts'
import { makeResolver } from './resolver.ts'
import { resolveEdgeProxy, resolveService } from './services.ts'
import { checkPublish, checkRanges, checkSite } from './site.ts'
import { partsWithOperators, readSecretSource, withExisting } from './secret-source.ts'
import { resolveSecrets, resolveVolumes } from './storage.ts'
import { edgesOf, externalOf, usesOf } from './edges.ts'

/**
 * Product × instance: makes every choice. Addresses, secrets and run-time facts stay symbolic, because each target spells
 * them. The product is taken as checked (see `checkProduct`); every mistake of the instance is reported at once.
 *
 * @param sha256 the machine's own, where it has one
 * @param lock pins the images of the product that it has; see `checkLocked` for the others
 */
export function resolve(
  product: ProductDefinition,
  instance: InstanceDefinition,
  sha256?: Sha256,
  lock?: ImagesLock,
): Outcome<Deployment> {
  return resolveCatalog(catalogOf(product), instance, sha256, lock)
}

/** The same for a product whose catalog is at hand. Old names of renamed things are followed. */
export function resolveCatalog(
  catalog: Catalog,
  instance: InstanceDefinition,
  sha256?: Sha256,
  lock?: ImagesLock,
): Outcome<Deployment> {
  const present = presentNames(catalog.product, instance)
  const resolved = resolvePresent(catalog, present.instance, sha256, lock)
  const found = (resolved.ok ? resolved.warnings : resolved.problems).map((each) => ({
    ...each,
    path: present.written(each.path),
  }))
  const problems = [...present.problems, ...found]
  return resolved.ok ? outcome(problems, () => resolved.value) : { ok: false, problems }
}

function resolvePresent(
  catalog: Catalog,
  instance: InstanceDefinition,
  sha256?: Sha256,
  lock?: ImagesLock,
): Outcome<Deployment> {
  const { product } = catalog
  const problems: Problem[] = [...checkIdentity(product, instance), ...checkSite(instance.site ?? {}, catalog)]
  const { choices, problems: mistakes } = readChoices(catalog, instance)
  problems.push(...mistakes)
  const { source, parts } = readSecretSource(catalog, instance, problems)
  if (problems.some(({ severity }) => severity === 'error')) return { ok: false, problems }

  const resolver = makeResolver(catalog, choices, instance, problems, lock)
  const chosen = [...catalog.services.values()].filter(({ when }) => resolver.holds(when))
  const uses = new Map(chosen.map(({ service }) => [service.id, usesOf(service, resolver)]))
  const services = chosen.map((each) => resolveService(each, uses.get(each.service.id)!, resolver))
  const kept = withNeeds(services)
  const there = partsWithOperators(resolver, parts)
  const deployment: Deployment = {
    product: { id: product.id, version: product.version, title: product.title, digest: digestOf(product, sha256) },
    instance: { id: instance.id, namespace: instance.site?.namespace ?? instance.id },
    services: kept,
    volumes: resolveVolumes(kept, resolver),
    secrets: resolveSecrets(kept, resolver).map((secret) => withExisting(secret, there)),
    secretSource: source,
    edges: edgesOf(kept),
    external: externalOf(uses, resolver),
    ...(product.edge &&
      kept.some(({ exposures }) => exposures.length > 0) && { edgeProxy: resolveEdgeProxy(product.edge, resolver) }),
    rawObjects: resolveRawObjects(resolver),
    site: instance.site ?? {},
    origin: { product, instance, ...(lock && { lock }) },
    targets: Object.fromEntries(
      product.targets.map(({ id, options = {}, images = [], accepts = [] }) => {
        const pulled = images.map((image) => [image, resolver.image(image)] as const)
        return [id, { options, accepts, images: Object.fromEntries(pulled) }]
      }),
    ),
  }
  problems.push(...checkRanges(deployment, catalog), ...checkPublish(deployment, catalog))
  const patched = applyOverlays(deployment, instance.overlays ?? [], problems)
  return outcome(problems, () => patched)
}

/** What each service waits for: what it says, as far as that is there, and the steps that start before it in its pod. */
function withNeeds(services: readonly DeployedService[]): DeployedService[] {
  const present = new Set(services.map(({ id }) => id))
  const steps = Map.groupBy(
    services.filter(({ shape: { pods } }) => pods.shape === 'init'),
    ({ shape: { pods } }) => (pods.shape === 'init' ? pods.of : ''),
  )
  return services.map((service) => {
    const said = service.needs.filter(({ on }) => present.has(on))
    const unsaid = (steps.get(service.id) ?? []).filter((step) => !said.some(({ on }) => on === step.id))
    return { ...service, needs: [...said, ...unsaid.map((step) => ({ on: step.id, state: 'completed' }) as const)] }
  })
}

function checkIdentity(product: ProductDefinition, instance: InstanceDefinition): Problem[] {
  const problems: Problem[] = []
  if (instance.product !== product.id)
    problems.push(problem('WB2006', ['product'], { found: instance.product, product: product.id }))
  if (instance.version !== undefined && instance.version !== product.version) {
    problems.push(problem('WB2019', ['version'], { instance: instance.version, product: product.version }))
  }
  const offered = product.targets.map(({ id }) => id)
  if (instance.target !== undefined && !offered.includes(instance.target)) {
    problems.push(problem('WB2020', ['target'], { target: instance.target, offered }))
  }
  for (const [path, id] of [
    [['id'], instance.id] as const,
    [['site', 'namespace'], instance.site?.namespace] as const,
  ]) {
    if (id !== undefined && !objectName.test(id)) {
      const kind = path.at(-1) === 'id' ? 'instance' : 'namespace'
      problems.push(problem('WB1102', path, { kind, id, rule: objectNameRule }))
    }
  }
  const services = [...product.services.map(({ id }) => id), ...product.dependencies.map(({ id }) => id)]
  const known: [string, string, Iterable<string>, readonly string[]][] = [
    ['service', 'sizes', Object.keys(instance.sizes ?? {}), services],
    ['secret', 'secrets/versions', Object.keys(instance.secrets?.versions ?? {}), product.secrets.map(({ id }) => id)],
  ]
  for (const [kind, path, ids, names] of known) {
    for (const id of ids) {
      if (names.includes(id)) continue
      const near = nearest(id, names)
      problems.push(problem('WB2017', [...path.split('/'), id], { kind, id, ...(near === undefined ? {} : { near }) }))
    }
  }
  return problems
}
