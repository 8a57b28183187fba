import { readFileSync } from 'node:fs'

declare const WAYBILL_VERSION: string | undefined

/** The version of this program. The build replaces WAYBILL_VERSION; the sources read their package's manifest. */
export function version(): string {
  if (typeof WAYBILL_VERSION === 'string') return WAYBILL_VERSION
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return manifest.version
}
