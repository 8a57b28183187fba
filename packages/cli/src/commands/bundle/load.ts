import { parseImage } from '@waybill/model'
import type { LoadEvent } from '@waybill/operate'
import { print, printJsonLine, wrongUsage } from '../../display/print.ts'
import { failInOneLine } from '../../display/problems.ts'
import { makeProgress } from '../../display/progress.ts'
import { counted } from '../../display/table.ts'
import { type TrustOptions, withBundle } from './open.ts'

export interface LoadOptions extends TrustOptions {
  readonly registry: string
  readonly insecure?: readonly string[]
  readonly json?: boolean
}

/** Writes the images of a bundle into the registry of the site. */
export async function load(file: string, options: LoadOptions): Promise<number> {
  const { json = false, product, registry, insecure = [] } = options
  if (!parseImage(`${registry}/a`)) return wrongUsage(`'${registry}' is no registry: write HOST[:PORT][/path]`)
  const progress = makeProgress('Loading', json)
  const report = (event: LoadEvent) => {
    if (event.event === 'progress') progress.show(event.bytes, event.total)
    else if (json) printJsonLine(event)
    else if (event.event === 'image' && event.state === 'pushed') progress.note(`  ${event.as}`, event)
  }
  const found = await withBundle(file, options, async (bundle, trust) => {
    const { Registries, loadBundle } = await import('@waybill/operate')
    const registries = new Registries({ env: process.env, insecure })
    const all = { registries, registry, trust, report, ...(product !== undefined && { product }) }
    return loadBundle(bundle, all).finally(() => registries.close())
  })
  progress.end()
  if (!found.ok) return failInOneLine(found.problems, json)
  const { images, pushed, present, bytes, key } = found.value
  if (json) printJsonLine({ ok: true, problems: [], images, pushed, present, bytes, key: key?.key.id ?? null })
  else {
    const sent = `${counted(pushed, 'blob')} sent (${(bytes / 1e6).toFixed(0)} MB), ${present} there already.`
    print(`${counted(images.length, 'image')} in ${registry}: ${sent}`)
    print(`In the instance file:\n  site:\n    registry: ${registry}`)
  }
  return 0
}
