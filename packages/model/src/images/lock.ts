import { z } from 'zod'
import { readWith } from '../documents/schema-problems.ts'
import { checkSchemaVersion } from '../documents/schema-version.ts'
import { type Outcome, problem } from '../errors/problem.ts'
import { canonicalJson } from '../json.ts'
import { platformPattern } from '../product/schema.ts'
import { parseImage } from '../resolve/images.ts'

export const imagesLockSchemaVersion = 1

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hex digits')

/** One image as a registry had it when it was locked. */
export const LockedImage = z.strictObject({
  /** The public reference with everything written out, such as `docker.io/library/postgres:16`. */
  image: z.string().min(1),
  /** Of the index, or of the only manifest: what output is pinned to. */
  digest,
  /** Of the manifest for each platform. */
  platforms: z.record(z.string().regex(platformPattern), digest),
  /** The index that this one was cut down from, where a bundle carries some of its platforms only. */
  origin: digest.exactOptional(),
})

/** The format of `images.lock.json`: what each tag of a product meant when the product was tested. */
export const ImagesLock = z.strictObject({
  schema: z.literal(imagesLockSchemaVersion),
  images: z.array(LockedImage),
})
export type LockedImage = z.infer<typeof LockedImage>
export type ImagesLock = z.infer<typeof ImagesLock>

/** Reads the text of a lock. */
export function readImagesLock(text: string, file: string): Outcome<ImagesLock> {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    return { ok: false, problems: [problem('WB6009', [], { file, message: (error as Error).message })] }
  }
  const version = checkSchemaVersion(data, imagesLockSchemaVersion, file)
  if (version) return { ok: false, problems: [version] }
  const read = readWith(ImagesLock, data)
  return 'value' in read ? { ok: true, value: read.value, warnings: [] } : { ok: false, problems: read.problems }
}

/** The text of a lock: one image per line, sorted, so that the same images give the same bytes and a change is one line. */
export function printImagesLock({ images }: ImagesLock): string {
  const lines = images.map((each) => `    ${canonicalJson(each)}`).toSorted()
  return `{\n  "schema": ${imagesLockSchemaVersion},\n  "images": [\n${lines.join(',\n')}\n  ]\n}\n`
}

/** A reference with host, `library/` and tag written out: one spelling for all that mean the same image. */
export function fullReference(reference: string): string {
  const image = parseImage(reference)
  if (!image) return reference
  const tag = image.tag === undefined ? '' : `:${image.tag}`
  return `${image.host}/${image.path}${tag}${image.digest === undefined ? '' : `@${image.digest}`}`
}

/**
 * A reference with the digest that the lock has for it. One that names its digest already stays as it is.
 *
 * @returns undefined when the lock does not have the image
 */
export function pinned(reference: string, lock: ImagesLock): string | undefined {
  if (parseImage(reference)?.digest !== undefined) return reference
  const full = fullReference(reference)
  const found = lock.images.find(({ image }) => image === full)
  return found && `${reference}@${found.digest}`
}
