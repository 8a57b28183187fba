import { type ImagesLock, type Problem, WaybillError } from '@waybill/model'
import type { Registries } from '../registry/registry.ts'
import { type ImageContent, type ImageSource, lockImage, readImage } from './content.ts'
import { inParallel } from './parallel.ts'

/**
 * Reads several images. What is wrong with any of them is reported together.
 *
 * @throws WaybillError with every problem
 */
export async function readImages(
  registries: Registries,
  sources: readonly ImageSource[],
  platforms: readonly string[],
): Promise<ImageContent[]> {
  const contents = await ofAll(sources, (source) => readImage(registries, source, platforms))
  return contents.sort((a, b) => (a.image.image < b.image.image ? -1 : 1))
}

/**
 * What registries have for several images now, sorted.
 *
 * @throws WaybillError with every problem
 */
export async function lockImages(
  registries: Registries,
  sources: readonly ImageSource[],
  platforms: readonly string[],
): Promise<ImagesLock> {
  const images = await ofAll(sources, (source) => lockImage(registries, source, platforms))
  return { schema: 1, images: images.sort((a, b) => (a.image < b.image ? -1 : 1)) }
}

async function ofAll<T>(sources: readonly ImageSource[], read: (source: ImageSource) => Promise<T>): Promise<T[]> {
  const problems: Problem[] = []
  const found: T[] = []
  await inParallel(4, sources, async (source) => {
    try {
      found.push(await read(source))
    } catch (error) {
      if (!(error instanceof WaybillError)) throw error
      problems.push(...error.problems)
    }
  })
  if (problems.length > 0) throw new WaybillError(distinct(problems))
  return found
}

/** A registry that does not answer is one problem, however many images it has. */
const distinct = (problems: readonly Problem[]): Problem[] => [
  ...new Map(problems.map((each) => [`${each.code} ${JSON.stringify(each.params)}`, each])).values(),
]
