import { type LockedImage, WaybillError, canonicalJson, fullReference, parseImage, problem } from '@waybill/model'
import { hash } from 'node:crypto'
import type { Registries, Repository, StoredManifest } from '../registry/registry.ts'
import {
  Config,
  type Descriptor,
  Index,
  Manifest,
  isIndex,
  isManifest,
  isOf,
  platformName,
} from '../registry/schema.ts'

/** An image of the product, and where it is kept. */
export interface ImageSource {
  /** The public reference. */
  readonly image: string
  /** The reference that is asked for: the same, or that in another registry. */
  readonly from: string
}

/** All that belongs to one image on the platforms that were chosen. */
export interface ImageContent {
  readonly image: LockedImage
  readonly from: Repository
  /** What its reference leads to: one of the manifests below. */
  readonly root: StoredManifest
  /** Manifests before the indexes that name them. */
  readonly manifests: readonly StoredManifest[]
  /** Configurations and layers. */
  readonly blobs: readonly Pick<Descriptor, 'digest' | 'size'>[]
}

/** Small enough to be read whole. */
const configLimit = 4 * 1024 * 1024

/**
 * Reads an image as a registry has it.
 *
 * @param platforms those that are wanted; none for all that it has
 * @throws WaybillError when it is not there or lacks a platform
 */
export async function readImage(
  registries: Registries,
  source: ImageSource,
  platforms: readonly string[],
): Promise<ImageContent> {
  const { image, at, found } = await findImage(registries, source)
  if (isIndex(found.mediaType)) return readIndex(registries, image, at, found, platforms)
  if (!isManifest(found.mediaType))
    throw new WaybillError([problem('WB6011', [], { image, mediaType: found.mediaType })])
  const blobs = blobsOf(found)
  const platform = await platformOf(registries, image, at, found)
  checkPlatforms(image, platforms, [platform])
  return {
    image: { image, digest: found.digest, platforms: { [platform]: found.digest } },
    from: at,
    root: found,
    manifests: [found],
    blobs,
  }
}

interface FoundImage {
  /** The public reference with everything written out. */
  readonly image: string
  readonly at: Repository
  readonly found: StoredManifest
}

async function findImage(registries: Registries, { image, from }: ImageSource): Promise<FoundImage> {
  const place = parseImage(from)
  const reference = place?.digest ?? place?.tag
  if (!place || reference === undefined)
    throw new WaybillError([problem('WB1309', [], { image, why: 'has neither tag nor digest' })])
  const at: Repository = { host: place.host, name: place.path }
  const found = await registries.manifest(at, reference)
  if (!found) throw missing(fullReference(image), at, reference)
  return { image: fullReference(image), at, found }
}

/**
 * What a registry has for an image now: the digest of its index, and of the manifest for each platform.
 *
 * @param platforms those that it has to have; none for all that it has
 */
export async function lockImage(
  registries: Registries,
  source: ImageSource,
  platforms: readonly string[],
): Promise<LockedImage> {
  const { image, at, found } = await findImage(registries, source)
  if (!isIndex(found.mediaType)) return (await readImage(registries, source, platforms)).image
  const has = [...platformsOf(Index.parse(JSON.parse(found.bytes.toString())))]
  const names = has.map(([name]) => name)
  checkPlatforms(image, platforms, names)
  const kept = has.filter(([name]) => platforms.length === 0 || platforms.includes(name))
  for (const [, { digest }] of kept) {
    if ((await registries.manifestDigest(at, digest)) === undefined) throw missing(image, at, digest)
  }
  return {
    image,
    digest: found.digest,
    platforms: Object.fromEntries(kept.map(([name, { digest }]) => [name, digest])),
  }
}

/** The manifests of an index by platform, the first of several for one. */
const platformsOf = ({ manifests }: Index): Map<string, Descriptor> =>
  new Map(
    manifests
      .filter(({ platform }) => platform !== undefined && platform.os !== 'unknown')
      .toReversed()
      .map((each) => [platformName(each.platform!), each]),
  )

async function readIndex(
  registries: Registries,
  image: string,
  at: Repository,
  found: StoredManifest,
  platforms: readonly string[],
): Promise<ImageContent> {
  const index = Index.parse(JSON.parse(found.bytes.toString()))
  const has = platformsOf(index)
  checkPlatforms(image, platforms, [...has.keys()])
  const wanted = platforms.length === 0 ? [...has.keys()] : [...new Set(platforms)]
  const kept = keptOf(index, new Set(wanted.map((each) => has.get(each)!.digest)), platforms.length === 0)
  const manifests = await Promise.all(
    kept.map(async ({ digest }) => {
      const manifest = await registries.manifest(at, digest)
      if (!manifest) throw missing(image, at, digest)
      return manifest
    }),
  )
  const root = rootOf(found, index, kept, manifests)
  return {
    image: {
      image,
      digest: root.digest,
      platforms: Object.fromEntries(wanted.toSorted().map((each) => [each, has.get(each)!.digest])),
      ...(root.digest !== found.digest && { origin: found.digest }),
    },
    from: at,
    root,
    manifests: manifests.includes(root) ? manifests : [...manifests, root],
    blobs: manifests.flatMap((each) => (isManifest(each.mediaType) ? blobsOf(each) : [])),
  }
}

/** The manifests of the wanted platforms, and what was attested about them. */
function keptOf({ manifests }: Index, wanted: ReadonlySet<string>, isAll: boolean): readonly Descriptor[] {
  if (isAll) return manifests
  return manifests.filter(
    ({ digest, annotations }) => wanted.has(digest) || wanted.has(annotations?.['vnd.docker.reference.digest'] ?? ''),
  )
}

/**
 * Registries refuse an index that names what they do not have. So an index goes along as it is when all of it does; for a
 * single manifest that manifest stands for the image, with the digest that the vendor's index names; otherwise the index
 * is cut down, which gives it a digest of its own.
 */
function rootOf(
  found: StoredManifest,
  index: Index,
  kept: readonly Descriptor[],
  manifests: readonly StoredManifest[],
): StoredManifest {
  if (kept.length === index.manifests.length) return found
  if (kept.length === 1) return manifests[0]!
  const bytes = Buffer.from(canonicalJson({ ...index, mediaType: found.mediaType, manifests: kept }))
  return { mediaType: found.mediaType, digest: `sha256:${hash('sha256', bytes)}`, bytes }
}

/** Configuration and layers of a manifest; layers that are never given away by registries are left out. */
export function blobsOf({ bytes }: StoredManifest): Pick<Descriptor, 'digest' | 'size'>[] {
  const { config, layers } = Manifest.parse(JSON.parse(bytes.toString()))
  return [config, ...layers.filter(({ mediaType }) => !/nondistributable|foreign/.test(mediaType))].map(
    ({ digest, size }) => ({ digest, size }),
  )
}

async function platformOf(
  registries: Registries,
  image: string,
  at: Repository,
  manifest: StoredManifest,
): Promise<string> {
  const { config } = Manifest.parse(JSON.parse(manifest.bytes.toString()))
  const unknown = () => new WaybillError([problem('WB6011', [], { image, mediaType: config.mediaType })])
  if (config.size > configLimit) throw unknown()
  const chunks: Buffer[] = []
  for await (const chunk of registries.blob(at, config)) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  // a chart or another artifact, not an image
  if (!isOf(Config, text)) throw unknown()
  return platformName(Config.parse(JSON.parse(text)))
}

function checkPlatforms(image: string, wanted: readonly string[], has: readonly string[]): void {
  const lacking = wanted.filter((platform) => !has.includes(platform))
  if (lacking.length > 0)
    throw new WaybillError(lacking.map((platform) => problem('WB6005', [], { image, platform, has })))
}

function missing(image: string, { host }: Repository, reference: string): WaybillError {
  const name = parseImage(image)?.digest === undefined && digestLike(reference) ? `${image}@${reference}` : image
  return new WaybillError([problem('WB6004', [], { image: name, registry: host })])
}

const digestLike = (reference: string): boolean => reference.startsWith('sha256:')
