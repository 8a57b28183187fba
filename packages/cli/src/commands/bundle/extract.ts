import { print, printJsonLine } from '../../display/print.ts'
import { failInOneLine, shownPath } from '../../display/problems.ts'
import { counted } from '../../display/table.ts'
import { type TrustOptions, withBundle } from './open.ts'

export interface ExtractOptions extends TrustOptions {
  readonly out: string
  readonly json?: boolean
}

/** Writes the files of a bundle, all but its images, into a new folder. */
export async function extract(file: string, options: ExtractOptions): Promise<number> {
  const { json = false, out, product } = options
  const found = await withBundle(file, options, async (bundle, trust) => {
    const { extractBundle } = await import('@waybill/operate')
    return extractBundle(bundle, { folder: out, trust, ...(product !== undefined && { product }) })
  })
  if (!found.ok) return failInOneLine(found.problems, json)
  const { files } = found.value
  if (json) printJsonLine({ ok: true, problems: [], folder: out, files })
  else print(`${shownPath(out)}/: ${counted(files.length, 'file')} written.`)
  return 0
}
