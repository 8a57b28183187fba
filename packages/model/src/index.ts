/**
 * The words in which a vendor declares a product, and what they mean: builders for authors, the formats of
 * `product.json` and `instance.yaml`, expressions, units, problems, `check` and `resolve`. No I/O.
 *
 * @module
 */
export * from './authoring/index.ts'
export * from './definition.ts'
