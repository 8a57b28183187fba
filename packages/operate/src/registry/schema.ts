import { z } from 'zod'

export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const

export const digestPattern = /^sha256:[0-9a-f]{64}$/
export const Digest = z.string().regex(digestPattern)

const Platform = z.looseObject({ os: z.string(), architecture: z.string(), variant: z.string().exactOptional() })

/** Names content: see the OCI image specification. What we do not know of it stays. */
export const Descriptor = z.looseObject({
  mediaType: z.string(),
  digest: Digest,
  size: z.int().nonnegative(),
  platform: Platform.exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
})
export type Descriptor = z.infer<typeof Descriptor>

/** One image for several platforms. */
export const Index = z.looseObject({ mediaType: z.string().exactOptional(), manifests: z.array(Descriptor) })
export type Index = z.infer<typeof Index>

/** One image for one platform. */
export const Manifest = z.looseObject({
  mediaType: z.string().exactOptional(),
  config: Descriptor,
  layers: z.array(Descriptor),
})
export type Manifest = z.infer<typeof Manifest>

/** The part of an image's configuration that says where it runs. */
export const Config = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().exactOptional(),
})

export const isIndex = (mediaType: string): boolean =>
  mediaType === mediaTypes.ociIndex || mediaType === mediaTypes.dockerIndex
export const isManifest = (mediaType: string): boolean =>
  mediaType === mediaTypes.ociManifest || mediaType === mediaTypes.dockerManifest

/** `linux/amd64`, `linux/arm/v7`; the variant that every 64-bit ARM has is left out, as container engines do. */
export function platformName({ os, architecture, variant }: z.infer<typeof Platform>): string {
  const shown =
    variant === undefined || variant === '' || (architecture === 'arm64' && variant === 'v8') ? '' : `/${variant}`
  return `${os}/${architecture}${shown}`
}

/** Whether a manifest or an index is what its type says; what is of another type is not looked at. */
export function isReadable({ mediaType, bytes }: { readonly mediaType: string; readonly bytes: Buffer }): boolean {
  if (isIndex(mediaType)) return isOf(Index, bytes.toString())
  return !isManifest(mediaType) || isOf(Manifest, bytes.toString())
}

/** Whether a text is JSON of this form. */
export function isOf(schema: z.ZodType, text: string): boolean {
  try {
    return schema.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}
