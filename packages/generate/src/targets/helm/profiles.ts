import { type Deployment, resolve } from '@waybill/model'
import type { OutputFile } from '../../target.ts'
import { sizesOf } from './values.ts'

/** The sizes of each named point of load, with the other choices of this instance: values to lay over the others. */
export function profileFiles({ origin }: Deployment): OutputFile[] {
  const { product, instance } = origin!
  return (product.profiles ?? []).flatMap(({ id, title }): OutputFile[] => {
    const { load: _, sizes: _sizes, overlays: _overlays, ...choices } = instance
    // of the sizes nobody wants to know which product they are of
    const resolved = resolve(product, { ...choices, profile: id }, () => '')
    if (!resolved.ok) return []
    const comment = `${title}: lay it over the other values, --values base/profiles/${id}.yaml`
    return [{ path: `base/profiles/${id}.yaml`, content: { documents: [sizesOf(resolved.value)], comment } }]
  })
}
