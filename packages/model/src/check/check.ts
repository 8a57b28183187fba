import type { Problem } from '../errors/problem.ts'
import { type Catalog, catalogOf } from '../product/catalog.ts'
import type { ProductDefinition } from '../product/schema.ts'
import { checkExpressions } from './expressions.ts'
import { checkMeaning } from './meaning.ts'
import { checkNames } from './names.ts'
import { checkOrder } from './order.ts'
import { checkSettings } from './settings.ts'

/**
 * Checks what a product means: names, references, conditions, order, volumes, sizes. Everything is reported at once;
 * the paths are those of `product.json`, with items of lists by their id.
 */
export const checkProduct = (product: ProductDefinition): Problem[] => checkCatalog(catalogOf(product))

/** The same for a product whose catalog is at hand. */
export function checkCatalog(catalog: Catalog): Problem[] {
  return [
    ...checkNames(catalog),
    ...checkSettings(catalog),
    ...checkExpressions(catalog),
    ...checkOrder(catalog),
    ...checkMeaning(catalog),
  ]
}
