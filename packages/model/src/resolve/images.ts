/** An image reference in its parts; the host and the `library/` of Docker Hub are written out. */
export interface ImageReference {
  readonly host: string
  readonly path: string
  readonly tag?: string
  readonly digest?: string
}

/**
 * Reads an image reference as Docker does.
 *
 * @example
 * parseImage('postgres:16') // { host: 'docker.io', path: 'library/postgres', tag: '16' }
 */
export function parseImage(reference: string): ImageReference | undefined {
  const match = /^([^@]+?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(reference)
  if (!match) return undefined
  const [, name, tag, digest] = match as unknown as [string, string, string | undefined, string | undefined]
  const [first, ...rest] = name.split('/')
  const hasHost = rest.length > 0 && (/[.:]/.test(first!) || first === 'localhost')
  const path = hasHost ? rest.join('/') : name
  if (!/^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/.test(path))
    return undefined
  const host = hasHost ? first! : 'docker.io'
  const full = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  return { host, path: full, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

/** The reference in a registry of the site that holds the images under their public paths. */
export function mirrored(reference: string, registry: string | undefined): string {
  if (registry === undefined) return reference
  const image = parseImage(reference)
  if (!image) return reference
  const tag = image.tag === undefined ? '' : `:${image.tag}`
  const digest = image.digest === undefined ? '' : `@${image.digest}`
  return `${registry.replace(/\/+$/, '')}/${image.path}${tag}${digest}`
}
