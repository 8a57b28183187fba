import { z } from 'zod'
import { Digest } from '../registry/schema.ts'

export const bundleSchemaVersion = 1
/** What lies at the top of a bundle; the signature is for exactly the bytes of the first. */
export const manifestPath = 'bundle.json'
export const signaturePath = 'bundle.json.minisig'

/** A path inside of the bundle that cannot lead out of a folder. */
const innerPath = z.string().refine(isInnerPath, 'a path inside of the bundle')

/** Whether a path leads to the same file on every system: no way up, no other separators, nothing that cannot be seen. */
export function isInnerPath(path: string): boolean {
  const names = path.split('/')
  return !/[\\\p{Cc}]/u.test(path) && names.every((name) => name !== '' && name !== '.' && name !== '..')
}

const size = z.int().nonnegative()
const Product = z.strictObject({ id: z.string(), version: z.string(), title: z.string(), digest: z.string() })

const BundledImage = z.strictObject({
  /** The public reference with everything written out. */
  image: z.string(),
  digest: Digest,
  platforms: z.record(z.string(), Digest),
  origin: Digest.exactOptional(),
})

const BundledBlob = z.strictObject({
  digest: Digest,
  size,
  /** Of a manifest or an index. */
  mediaType: z.string().exactOptional(),
  /** Not in this bundle: an earlier one brought it into these repositories. */
  omitted: z.array(z.string()).exactOptional(),
})

/** The format of `bundle.json`: all that a bundle holds, with digests. */
export const BundleManifest = z.strictObject({
  schema: z.literal(bundleSchemaVersion),
  generator: z.string(),
  product: Product,
  instance: z.string().exactOptional(),
  targets: z.array(z.string()),
  /** Those that were asked for; none: all that the images have. */
  platforms: z.array(z.string()),
  images: z.array(BundledImage),
  files: z.array(z.strictObject({ path: innerPath, size, sha256: z.string(), executable: z.boolean() })),
  blobs: z.array(BundledBlob),
  /** The earlier bundle that has to be loaded before. */
  base: z.strictObject({ id: Digest, product: Product }).exactOptional(),
})
export type BundleManifest = z.infer<typeof BundleManifest>
export type BundledImage = z.infer<typeof BundledImage>
export type BundledBlob = z.infer<typeof BundledBlob>

/** Where a blob lies in an OCI image layout. */
export const blobPath = (digest: string): string => `blobs/${digest.replace(':', '/')}`
