import { readFileSync } from 'node:fs'

/** The documentation page of a target. The build copies the readmes of the targets beside the bundle. */
export function targetReadme(id: string): string {
  const bundled = !import.meta.url.endsWith('.ts')
  const place = bundled
    ? new URL(`./targets/${id}.md`, import.meta.url)
    : new URL(`./targets/${id}/readme.md`, import.meta.resolve('@waybill/generate'))
  return readFileSync(place, 'utf8').trimEnd()
}
