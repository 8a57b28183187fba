import type { TrustedKey } from '../signing/trust.ts'
import {
  type Bundle,
  type Trust,
  checkProduct,
  checkTrust,
  checkedStream,
  partsOfImage,
  readManifests,
} from './bundle.ts'
import { blobPath } from './schema.ts'

export interface VerifyOptions {
  readonly trust: Trust
  /** The product that it has to hold: `id` or `id@version`. */
  readonly product?: string
  readonly report?: (event: VerifyEvent) => void
}

export type VerifyEvent = { readonly event: 'progress'; readonly bytes: number; readonly total: number }

/**
 * Reads all of a bundle and compares it with its signed list of contents; sees that each image is complete. Needs no network.
 *
 * @returns the key that signed it; undefined when that was not asked for
 * @throws WaybillError on the first thing that is wrong
 */
export async function verifyBundle(
  bundle: Bundle,
  { trust, product, report = () => undefined }: VerifyOptions,
): Promise<TrustedKey | undefined> {
  const key = checkTrust(bundle, trust)
  checkProduct(bundle, product)
  const manifests = await readManifests(bundle)
  for (const { digest } of bundle.manifest.images) partsOfImage(bundle, digest, manifests)
  const { files, blobs } = bundle.manifest
  const contents = [
    ...files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    ...blobs.flatMap(({ digest, size, omitted }) =>
      omitted === undefined ? [{ path: blobPath(digest), size, sha256: digest.replace('sha256:', '') }] : [],
    ),
  ]
  const total = contents.reduce((sum, { size }) => sum + size, 0)
  let bytes = 0
  for (const { path, sha256 } of contents) {
    for await (const chunk of checkedStream(bundle, path, sha256))
      report({ event: 'progress', bytes: (bytes += chunk.length), total })
  }
  return key
}
