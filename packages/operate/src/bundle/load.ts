import { WaybillError, mirrored, parseImage, problem } from '@waybill/model'
import { createHash } from 'node:crypto'
import { inParallel } from '../images/parallel.ts'
import type { Registries, Repository, StoredManifest } from '../registry/registry.ts'
import type { TrustedKey } from '../signing/trust.ts'
import {
  type Bundle,
  type Trust,
  checkProduct,
  checkTrust,
  damagedEntry,
  entryStream,
  partsOfImage,
  readManifests,
} from './bundle.ts'
import { type BundledBlob, blobPath } from './schema.ts'

export interface LoadOptions {
  readonly registries: Registries
  /** `HOST[/path]`, as `site.registry` has it. */
  readonly registry: string
  readonly trust: Trust
  readonly product?: string
  readonly report?: (event: LoadEvent) => void
}

export type LoadEvent =
  | { readonly event: 'plan'; readonly images: number; readonly blobs: number; readonly bytes: number }
  | {
      readonly event: 'blob'
      readonly digest: string
      readonly state: 'present' | 'pushed' | 'mounted'
      readonly repository: string
    }
  | { readonly event: 'progress'; readonly bytes: number; readonly total: number }
  | { readonly event: 'image'; readonly image: string; readonly as: string; readonly state: 'present' | 'pushed' }

/** What a load did. */
export interface Loaded {
  readonly key?: TrustedKey
  readonly images: readonly { readonly image: string; readonly as: string; readonly digest: string }[]
  readonly pushed: number
  readonly present: number
  readonly bytes: number
}

/** An image on its way. */
interface Move {
  readonly image: string
  readonly digest: string
  readonly as: string
  readonly at: Repository
  readonly tag?: string
  readonly manifests: readonly StoredManifest[]
  readonly blobs: readonly BundledBlob[]
}

/** How many blobs travel at once. */
const width = 3

/**
 * Writes the images of a bundle into a registry, under the paths that `site.registry` leads to. Content goes before what
 * names it and tags go last, so that at any moment each tag leads to something complete. What is there already is gone
 * over; a load that was killed goes on where it was when it is run again, and two at once do not harm each other, because
 * all content is named by its digest.
 *
 * @throws WaybillError when something is wrong with the bundle or the registry
 */
export async function loadBundle(bundle: Bundle, options: LoadOptions): Promise<Loaded> {
  const { trust, product, registries, registry, report = () => undefined } = options
  const key = checkTrust(bundle, trust)
  checkProduct(bundle, product)
  const manifests = await readManifests(bundle)
  const moves = bundle.manifest.images.map((each) => moveOf(bundle, each, registry, manifests))
  const places = placesOf(moves)
  const total = [...places.keys()].reduce((sum, { size }) => sum + size, 0)
  report({ event: 'plan', images: moves.length, blobs: places.size, bytes: total })
  await placeOmitted(bundle, places, options)

  const counts = { pushed: 0, present: 0, bytes: 0, seen: 0 }
  await inParallel(width, places, async ([blob, repositories]) => {
    if (blob.omitted === undefined) await placeBlob(bundle, blob, repositories, registries, report, counts)
    report({ event: 'progress', bytes: (counts.seen += blob.size), total })
  })
  for (const each of moves) await placeManifests(each, registries)
  for (const each of moves)
    report({ event: 'image', image: each.image, as: each.as, state: await tag(each, registries) })
  const { pushed, present, bytes } = counts
  const images = moves.map(({ image, as, digest }) => ({ image, as, digest }))
  return { ...(key && { key }), images, pushed, present, bytes }
}

function moveOf(
  bundle: Bundle,
  { image, digest }: { readonly image: string; readonly digest: string },
  registry: string,
  manifests: ReadonlyMap<string, StoredManifest>,
): Move {
  const as = mirrored(image, registry)
  const place = parseImage(as)
  if (!place) throw new WaybillError([problem('WB1309', [], { image: as, why: 'cannot be read' })])
  return {
    image,
    digest,
    as,
    at: { host: place.host, name: place.path },
    ...(place.tag !== undefined && { tag: place.tag }),
    ...partsOfImage(bundle, digest, manifests),
  }
}

/** Each blob once, and every repository that needs it. */
function placesOf(moves: readonly Move[]): Map<BundledBlob, Repository[]> {
  const places = new Map<BundledBlob, Repository[]>()
  for (const { at, blobs } of moves) {
    for (const blob of blobs) {
      const repositories = places.get(blob) ?? []
      if (!repositories.some(({ name }) => name === at.name)) repositories.push(at)
      places.set(blob, repositories)
    }
  }
  return places
}

/** What an earlier bundle brought has to be there; all of it is looked for before anything is written. */
async function placeOmitted(
  bundle: Bundle,
  places: ReadonlyMap<BundledBlob, readonly Repository[]>,
  { registries, registry }: LoadOptions,
): Promise<void> {
  const omitted = [...places].filter(([blob]) => blob.omitted !== undefined)
  const found = new Map<BundledBlob, Repository>()
  await inParallel(width, omitted, async ([blob, repositories]) => {
    const earlier = (blob.omitted ?? []).flatMap((path) => repositoryOf(path, registry))
    for (const each of [...repositories, ...earlier]) {
      if (await registries.hasBlob(each, blob.digest)) return void found.set(blob, each)
    }
  })
  const missing = omitted.length - found.size
  if (missing > 0) {
    const { product, id } = bundle.manifest.base!
    const base = `the bundle of ${product.id} ${product.version} (${id.slice(0, 19)}…)`
    throw new WaybillError([problem('WB6110', [], { file: bundle.source.file, base, missing, registry })])
  }
  await inParallel(width, omitted, async ([blob, repositories]) => {
    const from = found.get(blob)!
    for (const at of repositories) {
      if (at.name === from.name || (await registries.hasBlob(at, blob.digest))) continue
      if (!(await registries.mountBlob(at, blob.digest, from))) await copy(blob, from, at, registries)
    }
  })
}

function repositoryOf(path: string, registry: string): Repository[] {
  const place = parseImage(mirrored(`docker.io/${path}`, registry))
  return place ? [{ host: place.host, name: place.path }] : []
}

/** For registries that do not share blobs between repositories. */
const copy = (blob: BundledBlob, from: Repository, at: Repository, registries: Registries): Promise<void> =>
  registries.pushBlob(at, {
    ...blob,
    open: async function* (start, length) {
      let position = 0
      for await (const chunk of registries.blob(from, blob)) {
        const part = chunk.subarray(Math.max(0, start - position), Math.max(0, start + length - position))
        position += chunk.length
        if (part.length > 0) yield part
      }
    },
  })

async function placeBlob(
  bundle: Bundle,
  blob: BundledBlob,
  [first, ...others]: readonly Repository[],
  registries: Registries,
  report: (event: LoadEvent) => void,
  counts: { pushed: number; present: number; bytes: number },
): Promise<void> {
  const { digest, size } = blob
  const content = { digest, size, open: (from: number, length: number) => blobStream(bundle, blob, from, length) }
  const put = async (at: Repository, work: () => Promise<'pushed' | 'mounted'>) => {
    const state = (await registries.hasBlob(at, digest)) ? 'present' : await work()
    if (state === 'present') counts.present++
    else counts.pushed++
    if (state === 'pushed') counts.bytes += size
    report({ event: 'blob', digest, state, repository: at.name })
  }
  const push = async (at: Repository) => {
    await registries.pushBlob(at, content)
    return 'pushed' as const
  }
  await put(first!, () => push(first!))
  for (const at of others)
    await put(at, async () => ((await registries.mountBlob(at, digest, first!)) ? 'mounted' : push(at)))
}

/** A blob as it is sent. Sent whole, it is compared with its digest before its last bytes leave. */
async function* blobStream(bundle: Bundle, { digest, size }: BundledBlob, from: number, length: number) {
  const path = blobPath(digest)
  const isWhole = from === 0 && length === size
  const seen = isWhole ? createHash('sha256') : undefined
  let rest = length
  for await (const chunk of entryStream(bundle, path, from, length)) {
    rest -= chunk.length
    seen?.update(chunk)
    if (rest === 0 && seen && `sha256:${seen.digest('hex')}` !== digest) throw damagedEntry(bundle, path)
    yield chunk
  }
}

async function placeManifests({ at, manifests }: Move, registries: Registries): Promise<void> {
  for (const each of manifests) {
    if ((await registries.manifestDigest(at, each.digest)) === undefined)
      await registries.pushManifest(at, each.digest, each)
  }
}

async function tag({ at, tag: name, digest, manifests }: Move, registries: Registries): Promise<'present' | 'pushed'> {
  if (name === undefined || (await registries.manifestDigest(at, name)) === digest) return 'present'
  await registries.pushManifest(at, name, manifests.at(-1)!)
  return 'pushed'
}
