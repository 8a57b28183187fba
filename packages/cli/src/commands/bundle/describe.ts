import type { Bundle, CreatedBundle } from '@waybill/operate'
import { counted } from '../../display/table.ts'

type Described = Pick<Bundle & CreatedBundle, 'id' | 'manifest'>

/** A bundle in one line. */
export function describeBundle({ manifest: { product, images, platforms, base } }: Described): string {
  const on = platforms.length === 0 ? 'all platforms' : platforms.join(', ')
  const since = base ? `, on top of ${base.product.id} ${base.product.version}` : ''
  return `${product.id} ${product.version}, ${counted(images.length, 'image')} for ${on}${since}.`
}

/** A bundle for machines. */
export const bundleJson = ({ id, manifest }: Described): object => ({
  id,
  product: manifest.product,
  platforms: manifest.platforms,
  targets: manifest.targets,
  images: manifest.images,
  base: manifest.base ?? null,
})
