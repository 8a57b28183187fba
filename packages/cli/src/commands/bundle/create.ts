import { resolve as absolute } from 'node:path'
import { type ImagesLock, type Problem, WaybillError, digestOf, imagesOfProduct, parseQuantity } from '@waybill/model'
import type { Bundle, BundleFile, CreateEvent, CreatedBundle } from '@waybill/operate'
import { print, printJsonLine, wrongUsage } from '../../display/print.ts'
import { failInOneLine, printProblems, shownPath } from '../../display/problems.ts'
import { makeProgress } from '../../display/progress.ts'
import { type ImagesInUse, imagesOfInputs, sourcesOf } from '../../inputs/image-sources.ts'
import { type Inputs, readInputs, resolveInputs } from '../../inputs/inputs.ts'
import { type LockChoice, type ProductFile, lockChoice, readProductFile } from '../../inputs/product-file.ts'
import { type TargetOptions, chosenTargets } from '../../inputs/targets.ts'
import { saveMemoryOfStreams } from '../../io/memory.ts'
import { sha256 } from '../../io/sha256.ts'
import { version } from '../../version.ts'
import { outcomeOf } from '../outcome.ts'
import { archiveFile, productFiles, targetFiles } from './contents.ts'
import { bundleJson, describeBundle } from './describe.ts'

export interface CreateOptions extends TargetOptions {
  readonly instance?: string
  readonly platform?: readonly string[]
  readonly out: string
  readonly since?: string
  readonly split?: string
  readonly sign?: string
  readonly passwordFile?: string
  readonly cli?: readonly string[]
  readonly imagesLock?: string
  readonly registry?: string
  readonly insecure?: readonly string[]
  readonly json?: boolean
}

/** Part of a bundle may not be smaller: a thousand parts are enough for everybody. */
const smallestPart = 1_000_000

/** Writes everything that an installation needs into one file. */
export async function create(productPath: string, options: CreateOptions): Promise<number> {
  saveMemoryOfStreams()
  const { json = false, split: size } = options
  const split = size === undefined ? undefined : parseQuantity(size, 'bytes')
  if (split && 'why' in split) return wrongUsage(`--split: ${split.why}; ${split.fix}`)
  if (split && split.value < smallestPart) return wrongUsage('--split: a part has at least 1 MB')
  const chosen = await choose(productPath, options, lockChoice(options.imagesLock))
  if (!chosen) return 2
  if (!chosen.ok) return failInOneLine(chosen.problems, json)
  if (!json) printProblems(chosen.warnings)
  const progress = makeProgress('Writing', json)
  const report = (event: CreateEvent) => {
    if (event.event === 'progress') progress.show(event.bytes, event.total)
    else progress.note(`${event.blobs} blobs, ${(event.bytes / 1e6).toFixed(0)} MB`, event)
  }
  const made = await outcomeOf(() => write(chosen.value, options, split?.value, report))
  progress.end()
  if (!made.ok) return failInOneLine(made.problems, json)
  const { files } = made.value
  if (json) printJsonLine({ ok: true, problems: [], ...bundleJson(made.value), files })
  else {
    print(describeBundle(made.value))
    for (const { file, size: bytes, sha256: sum } of files) print(`  ${shownPath(file)}  ${bytes} bytes  sha256:${sum}`)
  }
  return 0
}

/** What goes along, decided before anything is asked for. */
interface Choice {
  readonly product: ProductFile
  readonly images: ImagesInUse
  /** With an instance its targets are rendered; without one the bundle is for any. */
  readonly inputs?: Inputs
  readonly targets: readonly string[]
}

async function choose(productPath: string, options: CreateOptions, lock: LockChoice) {
  if (options.instance === undefined) {
    const product = await readProductFile(productPath, lock)
    if (!product.ok) return product
    const named = imagesOfProduct(product.value.definition)
    return { ...product, value: { product: product.value, images: { rendered: [], named, direct: [] }, targets: [] } }
  }
  const inputs = await readInputs(productPath, options.instance, 'bare', lock)
  if (!inputs.ok) return inputs
  const targets = chosenTargets(inputs.value, options)
  if (!targets) return undefined
  const { lock: _, ...product } = inputs.value.product
  const unpinned = resolveInputs(product, inputs.value.instance)
  if (!unpinned.ok) return unpinned
  const images = imagesOfInputs(unpinned.value, targets)
  if (!images.ok) return images
  return { ...inputs, value: { product: inputs.value.product, images: images.value, inputs: inputs.value, targets } }
}

async function write(
  { product, images, inputs, targets }: Choice,
  options: CreateOptions,
  split: number | undefined,
  report: (event: CreateEvent) => void,
): Promise<CreatedBundle> {
  const { platform = [], insecure = [], cli = [] } = options
  const { Registries, createBundle, openBundle, readImages } = await import('@waybill/operate')
  const key = await signingKey(options)
  const archives = await Promise.all(cli.map(archiveFile))
  const registries = new Registries({ env: process.env, insecure })
  let since: Bundle | undefined
  try {
    if (options.since !== undefined) since = await openBundle(options.since)
    const sources = sourcesOf(images, options.registry, product.lock)
    const contents = await readImages(registries, sources, platform)
    const lock: ImagesLock = { schema: 1, images: contents.map(({ image }) => image) }
    const rendered: BundleFile[] = inputs ? await targetFiles(inputs, targets, lock) : []
    const { definition } = product
    const { id, version: release, title } = definition
    return await createBundle(
      {
        generator: version(),
        product: { id, version: release, title, digest: digestOf(definition, sha256) },
        ...(inputs && { instance: inputs.instance.instance.id }),
        targets,
        platforms: platform,
        images: contents,
        files: [...productFiles(product), ...rendered, ...archives],
        ...(since && { since }),
      },
      { registries, file: absolute(options.out), report, ...(split !== undefined && { split }), ...(key && { key }) },
    )
  } finally {
    registries.close()
    await since?.source.close()
  }
}

async function signingKey({ sign, passwordFile }: CreateOptions) {
  if (sign === undefined) return undefined
  const { secretKey } = await import('@waybill/operate')
  return secretKey(sign, async () => {
    if (passwordFile !== undefined) return firstLine(passwordFile)
    if (!process.stdin.isTTY) return undefined
    const { isCancel, password } = await import('@clack/prompts')
    const answer = await password({ message: `Password of ${sign}` })
    return isCancel(answer) ? undefined : answer
  })
}

async function firstLine(file: string): Promise<string> {
  const { readText } = await import('../../io/text-file.ts')
  const text = await readText(file)
  if (text.ok) return text.value.split(/\r?\n/)[0] ?? ''
  const problems: readonly Problem[] = text.problems
  throw new WaybillError(problems)
}
