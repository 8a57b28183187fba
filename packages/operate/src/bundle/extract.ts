import { mkdir, open, readdir, realpath, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { WaybillError, problem } from '@waybill/model'
import type { TrustedKey } from '../signing/trust.ts'
import { type Bundle, type Trust, checkProduct, checkTrust, checkedStream } from './bundle.ts'
import { removeLeftovers, stagedPlace } from './leftovers.ts'
import { systemProblem } from './source.ts'

export interface ExtractOptions {
  readonly folder: string
  readonly trust: Trust
  readonly product?: string
}

export interface Extracted {
  readonly key?: TrustedKey
  readonly files: readonly string[]
}

/** Files that only make the archive an image layout. */
const layout = new Set(['oci-layout', 'index.json'])

/**
 * Writes product, rendered targets, programs and documentation into a new folder, after comparing each with the signed list.
 * The folder appears when all of it is there.
 *
 * @throws WaybillError when something is wrong; no folder is left then
 */
export async function extractBundle(bundle: Bundle, options: ExtractOptions): Promise<Extracted> {
  const key = checkTrust(bundle, options.trust)
  checkProduct(bundle, options.product)
  const folder = await realpath(options.folder).catch(() => resolve(options.folder))
  const staged = stagedPlace(folder)
  const files = bundle.manifest.files.filter(({ path }) => !layout.has(path))
  try {
    await checkIsFree(folder)
    await mkdir(dirname(folder), { recursive: true })
    await removeLeftovers(dirname(folder), (name) => name === basename(folder))
    for (const { path, sha256, executable } of files) {
      const place = join(staged, path)
      await mkdir(dirname(place), { recursive: true })
      await writeEntry(place, executable, checkedStream(bundle, path, sha256))
    }
    await removeEmpty(folder)
    await rename(staged, folder)
  } catch (error) {
    await rm(staged, { recursive: true, force: true })
    throw systemProblem(error, folder)
  }
  return { ...(key && { key }), files: files.map(({ path }) => path) }
}

async function checkIsFree(folder: string): Promise<void> {
  const inside = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') return ['']
    throw error
  })
  if (inside.length > 0) throw new WaybillError([problem('WB6113', [], { folder })])
}

/** What somebody put into it meanwhile is not removed. */
async function removeEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')
      throw new WaybillError([problem('WB6113', [], { folder })])
    if (error.code !== 'ENOENT') throw error
  })
}

async function writeEntry(place: string, executable: boolean, content: AsyncIterable<Buffer>): Promise<void> {
  const handle = await open(place, 'wx', executable ? 0o755 : 0o644)
  try {
    for await (const chunk of content) await handle.writeFile(chunk)
  } finally {
    await handle.close()
  }
}
