import { createHash, hash } from 'node:crypto'
import { WaybillError, problem, readWith } from '@waybill/model'
import type { StoredManifest } from '../registry/registry.ts'
import { Index, isIndex, isReadable } from '../registry/schema.ts'
import { blobsOf } from '../images/content.ts'
import { type Signature, readSignature } from '../signing/minisign.ts'
import { type TrustedKey, checkSignature } from '../signing/trust.ts'
import {
  type BundledBlob,
  BundleManifest,
  blobPath,
  bundleSchemaVersion,
  manifestPath,
  signaturePath,
} from './schema.ts'
import { BundleSource } from './source.ts'
import { type TarEntry, TarError, readTarHeader, tarBlock, tarEnd, tarLength, tarPadding } from './tar.ts'

/** Larger than any list of contents, key or manifest is. */
const textLimit = 64 * 1024 * 1024

/** An opened bundle: what it says that it holds, and where. */
export interface Bundle {
  readonly source: BundleSource
  /** Digest of its list of contents, which stands for all of it. */
  readonly id: string
  readonly manifest: BundleManifest
  readonly manifestBytes: Buffer
  readonly signature?: Signature
  readonly entries: ReadonlyMap<string, TarEntry>
}

/** Whose bundles are taken. */
export interface Trust {
  readonly keys: readonly TrustedKey[]
  /** Such as `2027-01-31`. */
  readonly today: string
  /** Take one without looking at its signature. */
  readonly allowUnsigned: boolean
}

/**
 * Opens a bundle, reads its list of contents and sees that it is complete; contents are looked at when they are used.
 *
 * @throws WaybillError when it is none, is cut off, or lacks a part
 */
export async function openBundle(path: string): Promise<Bundle> {
  const source = await BundleSource.open(path)
  try {
    return await readBundle(source)
  } catch (error) {
    await source.close()
    throw error
  }
}

async function readBundle(source: BundleSource): Promise<Bundle> {
  const { file } = source
  const first = await entryAt(source, 0)
  if (first?.path !== manifestPath || first.size > textLimit)
    throw notOne(file, `it does not begin with ${manifestPath}`)
  const manifestBytes = await source.read(first.offset, first.size)
  const manifest = parseManifest(manifestBytes, file)
  const needs = leastSize(first.size, manifest)
  if (source.size < needs) throw new WaybillError([problem('WB6102', [], { file, has: source.size, needs })])
  const entries = await readEntries(source)
  const signed = entries.get(signaturePath)
  const signature = signed && readSignature((await source.read(signed.offset, Math.min(signed.size, 4096))).toString())
  checkEntries(file, manifest, entries)
  const id = `sha256:${hash('sha256', manifestBytes)}`
  return { source, id, manifest, manifestBytes, entries, ...(signature && { signature }) }
}

async function readEntries(source: BundleSource): Promise<Map<string, TarEntry>> {
  const entries = new Map<string, TarEntry>()
  for (let position = 0; ;) {
    const entry = await entryAt(source, position)
    if (!entry) {
      checkEnd(source, position + tarEnd.length)
      return entries
    }
    if (entries.has(entry.path)) throw notOne(source.file, `it has two of "${entry.path}"`)
    entries.set(entry.path, entry)
    await checkPadding(source, entry)
    position += tarLength(entry.size)
  }
}

/** What fills a block up is nobody's content, and no digest covers it: it is zero. */
async function checkPadding(source: BundleSource, { path, offset, size }: TarEntry): Promise<void> {
  const padding = await source.read(offset + size, tarPadding(size).length)
  if (padding.some((byte) => byte !== 0)) throw damaged(source.fileAt(offset + size), path)
}

function checkEnd(source: BundleSource, end: number): void {
  const { file, size } = source
  if (size < end) throw new WaybillError([problem('WB6102', [], { file, has: size, needs: end })])
  if (size > end) throw damaged(source.fileAt(end), `what follows byte ${end}`)
}

async function entryAt(source: BundleSource, position: number): Promise<TarEntry | undefined> {
  const header = await source.read(position, tarBlock)
  if (header.length < tarBlock)
    throw position === 0
      ? notOne(source.file, 'it is too short')
      : new WaybillError([
          problem('WB6102', [], { file: source.file, has: source.size, needs: position + 2 * tarBlock }),
        ])
  try {
    return readTarHeader(header, position)
  } catch (error) {
    if (!(error instanceof TarError)) throw error
    if (position === 0) throw notOne(source.file, 'it is no tar archive')
    throw damaged(source.fileAt(position), `the header at byte ${position}`)
  }
}

function parseManifest(bytes: Buffer, file: string): BundleManifest {
  let data: unknown
  try {
    data = JSON.parse(bytes.toString())
  } catch {
    throw damaged(file, manifestPath)
  }
  const found = typeof data === 'object' && data !== null && 'schema' in data ? data.schema : undefined
  if (typeof found === 'number' && found > bundleSchemaVersion)
    throw new WaybillError([problem('WB3001', ['schema'], { file, found, known: bundleSchemaVersion })])
  const read = readWith(BundleManifest, data)
  if ('problems' in read) throw new WaybillError(read.problems.map((each) => ({ ...each, at: { file } })))
  return read.value
}

/** How long the archive is at least: a shorter one was cut off. */
const leastSize = (own: number, { files, blobs }: BundleManifest): number =>
  [{ size: own }, ...files, ...blobs.filter(({ omitted }) => omitted === undefined)].reduce(
    (sum, { size }) => sum + tarLength(size),
    2 * tarBlock,
  )

/** The archive holds what the list says, in the right sizes, and nothing else. */
function checkEntries(file: string, { files, blobs }: BundleManifest, entries: ReadonlyMap<string, TarEntry>): void {
  const included = blobs.filter(({ omitted }) => omitted === undefined)
  const expected = new Map([
    ...files.map(({ path, size }) => [path, size] as const),
    ...included.map(({ digest, size }) => [blobPath(digest), size] as const),
  ])
  for (const [path, size] of expected) if (entries.get(path)?.size !== size) throw damaged(file, path)
  const known = new Set([manifestPath, signaturePath, ...expected.keys()])
  for (const path of entries.keys()) if (!known.has(path)) throw damaged(file, path)
}

/**
 * Looks at who signed a bundle.
 *
 * @returns the key; undefined when that was not asked for
 * @throws WaybillError when the signature does not count
 */
export function checkTrust(
  { source: { file }, manifestBytes, signature }: Bundle,
  trust: Trust,
): TrustedKey | undefined {
  if (trust.keys.length === 0) {
    if (trust.allowUnsigned) return undefined
    throw new WaybillError([problem('WB6114', [], {})])
  }
  if (!signature) {
    if (trust.allowUnsigned) return undefined
    throw new WaybillError([problem('WB6107', [], { file })])
  }
  return checkSignature(file, manifestBytes, signature, trust.keys, trust.today)
}

/** @throws WaybillError when the bundle holds another product */
export function checkProduct({ source: { file }, manifest }: Bundle, expected: string | undefined): void {
  const { id, version } = manifest.product
  if (expected === undefined || expected === id || expected === `${id}@${version}`) return
  throw new WaybillError([problem('WB6108', [], { file, found: `${id} ${version}`, expected })])
}

/** An entry's bytes in a range, as they lie there. */
export const entryStream = (bundle: Bundle, path: string, from = 0, length = Number.POSITIVE_INFINITY) => {
  const { offset, size } = bundle.entries.get(path)!
  return bundle.source.stream(offset + from, Math.min(length, size - from))
}

/** An entry's bytes from the start; what is not what the list says ends in an error before the last of it is given away. */
export async function* checkedStream(bundle: Bundle, path: string, sha256: string): AsyncIterable<Buffer> {
  const seen = createHash('sha256')
  let held: Buffer | undefined
  for await (const chunk of entryStream(bundle, path)) {
    seen.update(chunk)
    if (held) yield held
    held = chunk
  }
  if (seen.digest('hex') !== sha256) throw damagedEntry(bundle, path)
  if (held) yield held
}

export function damagedEntry({ source, entries }: Bundle, path: string): WaybillError {
  const { offset, size } = entries.get(path)!
  const files = [...new Set([source.fileAt(offset), source.fileAt(offset + Math.max(0, size - 1))])]
  return damaged(files.join(' or '), path)
}

/** The manifests and indexes of a bundle, checked and read: each names what belongs to it. */
export async function readManifests(bundle: Bundle): Promise<Map<string, StoredManifest>> {
  const found = new Map<string, StoredManifest>()
  for (const { digest, mediaType } of bundle.manifest.blobs) {
    if (mediaType === undefined) continue
    const path = blobPath(digest)
    const { offset, size } = bundle.entries.get(path)!
    const bytes = await bundle.source.read(offset, size)
    if (`sha256:${hash('sha256', bytes)}` !== digest || !isReadable({ mediaType, bytes }))
      throw damagedEntry(bundle, path)
    found.set(digest, { mediaType, digest, bytes })
  }
  return found
}

/** What one image is made of, parts before what names them. */
export interface ImageParts {
  readonly manifests: readonly StoredManifest[]
  readonly blobs: readonly BundledBlob[]
}

/** @throws WaybillError when a part is neither there nor said to be elsewhere */
export function partsOfImage(bundle: Bundle, root: string, manifests: ReadonlyMap<string, StoredManifest>): ImageParts {
  const known = new Map(bundle.manifest.blobs.map((each) => [each.digest, each]))
  const lost = (digest: string) => damaged(bundle.source.file, blobPath(digest))
  const parts: { manifests: StoredManifest[]; blobs: BundledBlob[] } = { manifests: [], blobs: [] }
  const add = (digest: string) => {
    const manifest = manifests.get(digest)
    if (!manifest) throw lost(digest)
    if (isIndex(manifest.mediaType)) {
      for (const each of Index.parse(JSON.parse(manifest.bytes.toString())).manifests) add(each.digest)
    } else {
      for (const each of blobsOf(manifest)) {
        const blob = known.get(each.digest)
        if (!blob) throw lost(each.digest)
        parts.blobs.push(blob)
      }
    }
    parts.manifests.push(manifest)
  }
  add(root)
  return parts
}

const damaged = (file: string, entry: string): WaybillError =>
  new WaybillError([problem('WB6103', [], { file, entry })])
const notOne = (file: string, why: string): WaybillError => new WaybillError([problem('WB6101', [], { file, why })])
