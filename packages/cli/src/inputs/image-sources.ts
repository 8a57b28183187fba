import { type ImagesLock, type Outcome, fullReference, mirrored, pinned } from '@waybill/model'
import type { ImageSource } from '@waybill/operate'
import { type Inputs, readInputs, resolveInputs } from './inputs.ts'
import type { LockChoice } from './product-file.ts'
import { hasErrors, renderAll } from './rendering.ts'
import { type TargetOptions, chosenTargets } from './targets.ts'

/** The images of a deployment. */
export interface ImagesInUse {
  /** As the output names them: pinned, and in the registry of the site. */
  readonly rendered: readonly string[]
  /** As the product names them. */
  readonly named: readonly string[]
  /** Those that the instance itself names with their place, in an overlay for example. */
  readonly direct: readonly string[]
  /** The registry that the site pulls from. */
  readonly registry?: string
}

/**
 * Exactly the images that the output for the chosen options makes an engine pull.
 *
 * @returns undefined after saying which target is wrong
 */
export async function imagesInUse(
  productPath: string,
  options: TargetOptions & { readonly instance?: string },
  lock: LockChoice,
): Promise<Outcome<ImagesInUse> | undefined> {
  const inputs = await readInputs(productPath, options.instance, 'sample', lock)
  if (!inputs.ok) return inputs
  const targets = chosenTargets(inputs.value, options)
  return targets && imagesOfInputs(inputs.value, targets)
}

/** The same for inputs that were read. */
export function imagesOfInputs(inputs: Inputs, targets: readonly string[]): Outcome<ImagesInUse> {
  const { product, instance } = inputs
  const { registry, ...site } = instance.instance.site ?? {}
  const here = imagesOn(inputs, targets)
  if (!here.ok || registry === undefined)
    return here.ok ? { ...here, value: { rendered: here.value, named: here.value, direct: [] } } : here
  const elsewhere = resolveInputs(product, { ...instance, instance: { ...instance.instance, site } })
  if (!elsewhere.ok) return elsewhere
  const named = imagesOn(elsewhere.value, targets)
  if (!named.ok) return named
  const direct = named.value.filter((image) => here.value.includes(image))
  return { ...here, value: { rendered: here.value, named: named.value, direct, registry } }
}

function imagesOn(inputs: Inputs, targets: readonly string[]): Outcome<readonly string[]> {
  const { renderings, problems } = renderAll(inputs, targets, false)
  if (hasErrors(problems)) return { ok: false, problems }
  const images = [...new Set(renderings.flatMap(({ rendered }) => rendered.images))].sort()
  return { ok: true, value: images, warnings: [] }
}

/**
 * Where each image is read from: the registry given, else that of the site, else its own. With a lock, exactly what is
 * locked.
 */
export function sourcesOf({ named, direct, registry }: ImagesInUse, given?: string, lock?: ImagesLock): ImageSource[] {
  const sources = named.map((image) => {
    const exact = (lock && pinned(image, lock)) ?? image
    return { image: fullReference(image), from: direct.includes(image) ? exact : mirrored(exact, given ?? registry) }
  })
  // two spellings of one image are one
  return [...new Map(sources.map((each) => [each.image, each])).values()]
}
