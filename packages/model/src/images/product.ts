import { type Problem, problem } from '../errors/problem.ts'
import { catalogOf } from '../product/catalog.ts'
import type { ProductDefinition } from '../product/schema.ts'
import { mirrored } from '../resolve/images.ts'

/** Every image that some instance of a product can use, whatever it chooses; sorted. */
export function imagesOfProduct(product: ProductDefinition): string[] {
  const services = [...catalogOf(product).services.values()].map(({ service }) => service.image.reference)
  const ofTargets = product.targets.flatMap(({ images = [] }) => images)
  return [...new Set([...services, ...ofTargets, ...(product.edge ? [product.edge.image.reference] : [])])].sort()
}

/**
 * Images of the product that a rendered output names without a digest, although there is a lock. Those that an instance
 * names itself are its own affair.
 *
 * @param rendered as the output names them
 * @param registry of the site
 */
export function checkLocked(
  product: ProductDefinition,
  rendered: readonly string[],
  registry: string | undefined,
): Problem[] {
  const open = new Set(rendered.filter((image) => !image.includes('@')))
  if (open.size === 0) return []
  return imagesOfProduct(product)
    .filter((image) => open.has(mirrored(image, registry)))
    .map((image) => problem('WB6008', [], { image }))
}
