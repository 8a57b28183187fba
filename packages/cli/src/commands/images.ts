import { resolve as absolute } from 'node:path'
import { imagesOfProduct, mirrored, parseImage, printImagesLock } from '@waybill/model'
import { print, printJson, wrongUsage } from '../display/print.ts'
import { fail, printProblems, problemJson, shownPath, sorted } from '../display/problems.ts'
import { counted, table } from '../display/table.ts'
import { imagesInUse, sourcesOf } from '../inputs/image-sources.ts'
import { lockBeside } from '../inputs/images-lock.ts'
import { readProductFile } from '../inputs/product-file.ts'
import { type TargetOptions } from '../inputs/targets.ts'
import { replaceFile } from '../io/replace-file.ts'
import { fileProblem } from '../io/text-file.ts'
import { outcomeOf } from './outcome.ts'

export interface ImagesOptions extends TargetOptions {
  readonly instance?: string
  /** A file, or true for the one beside the product. */
  readonly lock?: string | true
  readonly mirror?: string
  readonly platform?: readonly string[]
  readonly registry?: string
  readonly insecure?: readonly string[]
  readonly json?: boolean
}

/**
 * Lists the images that the rendered output names: exactly those that have to be there before it runs. Or locks them, or
 * says where each goes in a mirror.
 */
export async function images(productPath: string, options: ImagesOptions): Promise<number> {
  if (options.lock !== undefined && options.mirror !== undefined)
    return wrongUsage('--lock and --mirror are two different things to do')
  if (options.mirror !== undefined && !parseImage(`${options.mirror}/a`))
    return wrongUsage(`'${options.mirror}' is no registry: write HOST[:PORT][/path]`)
  return options.lock === undefined ? list(productPath, options) : lock(productPath, options.lock, options)
}

async function list(productPath: string, options: ImagesOptions): Promise<number> {
  const { json = false, mirror } = options
  const used = await imagesInUse(productPath, options, 'beside')
  if (!used) return 2
  if (!used.ok) return fail(used.problems, json)
  const { rendered } = used.value
  const pairs = mirror === undefined ? [] : rendered.map((source) => ({ source, target: mirrored(source, mirror) }))
  if (json) {
    printJson({ ok: true, problems: [], images: rendered, ...(mirror !== undefined && { mirror: pairs }) })
    return 0
  }
  printProblems(used.warnings)
  if (rendered.length === 0) return 0
  print(mirror === undefined ? rendered.join('\n') : table(pairs.map(({ source, target }) => [source, target])))
  return 0
}

async function lock(productPath: string, file: string | true, options: ImagesOptions): Promise<number> {
  const { json = false, platform = [], insecure = [], registry } = options
  const used = await publicImages(productPath, options)
  if (!used) return 2
  if (!used.ok) return fail(used.problems, json)
  const { Registries, lockImages } = await import('@waybill/operate')
  const registries = new Registries({ env: process.env, insecure })
  const sources = sourcesOf(used.value, registry)
  const locked = await outcomeOf(() => lockImages(registries, sources, platform)).finally(() => registries.close())
  if (!locked.ok) return fail(locked.problems, json)
  const target = file === true ? lockBeside(productPath) : absolute(file)
  try {
    replaceFile(target, printImagesLock(locked.value))
  } catch (error) {
    return fail([fileProblem(error, target)], json)
  }
  const { images: found } = locked.value
  if (json) printJson({ ok: true, problems: sorted(used.warnings).map(problemJson), file: target, images: found })
  else {
    printProblems(used.warnings)
    print(`${shownPath(target)}: ${counted(found.length, 'image')} locked.`)
  }
  return 0
}

/** Those that an instance uses; without one, those that any instance could use. */
async function publicImages(productPath: string, options: ImagesOptions) {
  if (options.instance !== undefined || options.target !== undefined) return imagesInUse(productPath, options, 'none')
  const product = await readProductFile(productPath, 'none')
  if (!product.ok) return product
  return { ...product, value: { rendered: [], named: imagesOfProduct(product.value.definition), direct: [] } }
}
