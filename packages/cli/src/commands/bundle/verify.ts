import { print, printJsonLine } from '../../display/print.ts'
import { failInOneLine, shownPath } from '../../display/problems.ts'
import { makeProgress } from '../../display/progress.ts'
import { counted } from '../../display/table.ts'
import { describeBundle, bundleJson } from './describe.ts'
import { type TrustOptions, withBundle } from './open.ts'

/** Compares all of a bundle with its signed list of contents. */
export async function verify(file: string, options: TrustOptions & { readonly json?: boolean }): Promise<number> {
  const { json = false, product } = options
  const progress = makeProgress('Verifying', json)
  const found = await withBundle(file, options, async (bundle, trust) => {
    const { verifyBundle } = await import('@waybill/operate')
    const report = ({ bytes, total }: { bytes: number; total: number }) => progress.show(bytes, total)
    const key = await verifyBundle(bundle, { trust, report, ...(product !== undefined && { product }) })
    return { bundle, key }
  })
  progress.end()
  if (!found.ok) return failInOneLine(found.problems, json)
  const { bundle, key } = found.value
  const { files, blobs } = bundle.manifest
  const signer = key && { id: key.key.id, name: key.name }
  if (json) printJsonLine({ ok: true, problems: [], ...bundleJson(bundle), key: signer ?? null })
  else {
    const by = signer ? `Signed with key ${signer.id} ("${signer.name}").` : 'The signature was not looked at.'
    const counts = `${counted(files.length, 'file')} and ${counted(blobs.length, 'blob')} are as they should be.`
    print(`${shownPath(bundle.source.file)}: ${describeBundle(bundle)}\n${counts} ${by}`)
  }
  return 0
}
