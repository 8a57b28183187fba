import { z } from 'zod'

/** Where the manifest stands in a target's folder. */
export const manifestPath = 'base/waybill.manifest.json'

/** What a folder was rendered from, and the SHA-256 of each file of ours in it (of all but the manifest itself). */
export const Manifest = z.strictObject({
  schema: z.literal(1),
  generator: z.string(),
  product: z.strictObject({ id: z.string(), version: z.string(), title: z.string(), digest: z.string() }),
  instance: z.strictObject({ id: z.string(), digest: z.string() }),
  target: z.string(),
  files: z.record(z.string(), z.string()),
})
export type Manifest = z.infer<typeof Manifest>

/** The text of the manifest file. */
export const printManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`

/** Reads the text of a manifest file; undefined for anything that is not a manifest of this format. */
export function readManifest(text: string): Manifest | undefined {
  try {
    return Manifest.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
