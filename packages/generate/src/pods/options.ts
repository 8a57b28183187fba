import { z } from 'zod'

/** The minor versions of Kubernetes 1 that the output is made for, and tested with. */
const oldest = 29
const newest = 35

/** A range of minor versions of Kubernetes 1, both ends included. */
export interface VersionRange {
  readonly from: number
  readonly to: number
}

/** Reads `1.29-1.35`, or one version such as `1.34`; undefined when the text is neither. */
export function parseVersions(text: string): VersionRange | undefined {
  const match = /^1\.(\d{1,3})(?:-1\.(\d{1,3}))?$/.exec(text)
  if (!match) return undefined
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return from <= to && from >= oldest && to <= newest ? { from, to } : undefined
}

const supported = `1.${oldest}-1.${newest}`

/** What a vendor may say about this target in the definition. */
export const KubernetesOptions = z.strictObject({
  /** Versions of Kubernetes that every rendered object has to work on. */
  versions: z
    .string()
    .refine(
      (text) => parseVersions(text) !== undefined,
      `a range of versions inside of ${supported}, such as "${supported}"`,
    )
    .default(supported),
  /** How ports are published on sites that do not say; a site's own word wins. */
  gateway: z.enum(['ingress', 'gateway']).default('ingress'),
})
export type KubernetesOptions = z.infer<typeof KubernetesOptions>
