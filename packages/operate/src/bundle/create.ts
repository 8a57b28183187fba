import { WaybillError, canonicalJson, parseImage, printImagesLock, problem } from '@waybill/model'
import { createHash, hash } from 'node:crypto'
import type { ImageContent } from '../images/content.ts'
import type { Registries } from '../registry/registry.ts'
import { mediaTypes } from '../registry/schema.ts'
import { type SecretKey, signText } from '../signing/minisign.ts'
import { type Bundle, partsOfImage, readManifests } from './bundle.ts'
import { type BundledBlob, type BundleManifest, blobPath, isInnerPath, manifestPath, signaturePath } from './schema.ts'
import { BundleSink, type WrittenFile } from './sink.ts'
import { fitsTar, tarEnd, tarHeader, tarPadding } from './tar.ts'

/** A file that travels beside the images. */
export interface BundleFile {
  readonly path: string
  readonly executable: boolean
  readonly size: number
  readonly sha256: string
  readonly open: () => AsyncIterable<Buffer>
}

/** Everything that goes into a bundle. */
export interface BundleContent {
  readonly generator: string
  readonly product: BundleManifest['product']
  readonly instance?: string
  readonly targets: readonly string[]
  readonly platforms: readonly string[]
  readonly images: readonly ImageContent[]
  readonly files: readonly BundleFile[]
  /** An earlier bundle: what it has is left out. */
  readonly since?: Bundle
}

export interface CreateOptions {
  readonly registries: Registries
  readonly file: string
  /** Bytes of a part. */
  readonly split?: number
  readonly key?: SecretKey
  readonly report?: (event: CreateEvent) => void
}

export type CreateEvent =
  | { readonly event: 'plan'; readonly bytes: number; readonly blobs: number; readonly omitted: number }
  | { readonly event: 'progress'; readonly bytes: number; readonly total: number }

export interface CreatedBundle {
  readonly id: string
  readonly manifest: BundleManifest
  readonly files: readonly WrittenFile[]
}

/** Text as a file of a bundle. */
export function textFile(path: string, text: string, executable = false): BundleFile {
  const bytes = Buffer.from(text)
  return {
    path,
    executable,
    size: bytes.length,
    sha256: hash('sha256', bytes),
    open: async function* () {
      yield bytes
    },
  }
}

/**
 * Writes a bundle: the list of contents and its signature first, so that a reader knows what to expect, then the files, then
 * the blobs straight from the registries. The same contents give the same bytes.
 *
 * @throws WaybillError when something cannot be read or written; nothing is left then
 */
export async function createBundle(content: BundleContent, options: CreateOptions): Promise<CreatedBundle> {
  const { registries, file, split, key, report = () => undefined } = options
  const blobs = collectBlobs(content.images, await omittedBy(content.since))
  const files = [...content.files, ...layoutFiles(content.images)].sort((a, b) => (a.path < b.path ? -1 : 1))
  checkPaths(files)
  const manifest = manifestOf(content, files, blobs)
  const bytes = Buffer.from(`${JSON.stringify(JSON.parse(canonicalJson(manifest)), null, 2)}\n`)
  const sink = new BundleSink(file, split)
  try {
    const own = [textFile(manifestPath, bytes.toString())]
    const comment = `${manifest.product.id} ${manifest.product.version}`
    if (key) own.push(textFile(signaturePath, signText(bytes, key, comment)))
    const included = blobs.filter(({ omitted }) => omitted === undefined)
    const total = included.reduce((sum, { size }) => sum + size, 0)
    report({ event: 'plan', bytes: total, blobs: included.length, omitted: blobs.length - included.length })
    for (const each of [...own, ...files]) await writeFile(sink, each)
    let done = 0
    for (const blob of included) {
      const onBytes = (count: number) => report({ event: 'progress', bytes: (done += count), total })
      await writeBlob(sink, blob, content.images, registries, onBytes)
    }
    await sink.write(tarEnd)
    return { id: `sha256:${hash('sha256', bytes)}`, manifest, files: await sink.finish() }
  } catch (error) {
    await sink.abandon()
    throw error
  }
}

/** What could not be read again is not written. */
function checkPaths(files: readonly BundleFile[]): void {
  const seen = new Set<string>()
  for (const { path } of files) {
    const why = seen.has(path)
      ? 'two files have this name'
      : isInnerPath(path) && fitsTar(path)
        ? undefined
        : 'a bundle cannot hold a file of this name'
    if (why !== undefined) throw new WaybillError([problem('WB6112', [], { file: path, message: why })])
    seen.add(path)
  }
}

function manifestOf(
  { generator, product, instance, targets, platforms, images, since }: BundleContent,
  files: readonly BundleFile[],
  blobs: readonly BundledBlob[],
): BundleManifest {
  return {
    schema: 1,
    generator,
    product,
    ...(instance !== undefined && { instance }),
    targets: [...targets].sort(),
    platforms: [...new Set(platforms)].sort(),
    images: images.map(({ image }) => image),
    files: files.map(({ path, size, sha256, executable }) => ({ path, size, sha256, executable })),
    blobs: [...blobs],
    ...(since && { base: { id: since.id, product: since.manifest.product } }),
  }
}

/** Manifests first, then the rest, each once and sorted. */
function collectBlobs(images: readonly ImageContent[], omitted: ReadonlyMap<string, readonly string[]>): BundledBlob[] {
  const manifests = new Map<string, BundledBlob>()
  const blobs = new Map<string, BundledBlob>()
  for (const image of images) {
    for (const { digest, mediaType, bytes } of image.manifests)
      manifests.set(digest, { digest, size: bytes.length, mediaType })
    for (const { digest, size } of image.blobs) {
      const repositories = omitted.get(digest)
      blobs.set(digest, { digest, size, ...(repositories && { omitted: [...repositories] }) })
    }
  }
  const sorted = (map: Map<string, BundledBlob>) => [...map.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1))
  return [...sorted(manifests), ...sorted(blobs)]
}

/** The blobs that whoever has an earlier bundle has too, and in which repositories. */
async function omittedBy(since: Bundle | undefined): Promise<Map<string, string[]>> {
  const found = new Map<string, Set<string>>()
  if (!since) return new Map()
  const manifests = await readManifests(since)
  for (const { image, digest } of since.manifest.images) {
    const path = parseImage(image)!.path
    for (const blob of partsOfImage(since, digest, manifests).blobs) {
      const repositories = found.get(blob.digest) ?? new Set()
      for (const each of [path, ...(blob.omitted ?? [])]) repositories.add(each)
      found.set(blob.digest, repositories)
    }
  }
  return new Map([...found].map(([digest, repositories]) => [digest, [...repositories].sort()]))
}

/** What makes the archive an OCI image layout, and the lock of what is in it. */
function layoutFiles(images: readonly ImageContent[]): BundleFile[] {
  const manifests = images.map(({ image, root }) => ({
    mediaType: root.mediaType,
    digest: root.digest,
    size: root.bytes.length,
    annotations: { 'io.containerd.image.name': image.image, 'org.opencontainers.image.ref.name': image.image },
  }))
  return [
    textFile('oci-layout', '{"imageLayoutVersion":"1.0.0"}'),
    textFile('index.json', canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests })),
    textFile('images.lock.json', printImagesLock({ schema: 1, images: images.map(({ image }) => image) })),
  ]
}

async function writeFile(sink: BundleSink, { path, size, sha256, executable, open }: BundleFile): Promise<void> {
  const seen = createHash('sha256')
  let count = 0
  await sink.write(tarHeader(path, size, executable))
  for await (const chunk of open()) {
    seen.update(chunk)
    count += chunk.length
    await sink.write(chunk)
  }
  if (count !== size || seen.digest('hex') !== sha256)
    throw new WaybillError([problem('WB6112', [], { file: path, message: 'it changed while it was read' })])
  await sink.write(tarPadding(size))
}

async function writeBlob(
  sink: BundleSink,
  { digest, size }: BundledBlob,
  images: readonly ImageContent[],
  registries: Registries,
  onBytes: (count: number) => void,
): Promise<void> {
  await sink.write(tarHeader(blobPath(digest), size, false))
  const manifest = images.flatMap(({ manifests }) => manifests).find((each) => each.digest === digest)
  if (manifest) {
    await sink.write(manifest.bytes)
    onBytes(size)
  } else {
    const holder = images.find(({ blobs }) => blobs.some((blob) => blob.digest === digest))!
    for await (const chunk of registries.blob(holder.from, { digest, size })) {
      await sink.write(chunk)
      onBytes(chunk.length)
    }
  }
  await sink.write(tarPadding(size))
}
