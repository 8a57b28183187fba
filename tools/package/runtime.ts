import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import type { Runtime } from './platforms.ts'

const root = join(import.meta.dirname, '../..')

/**
 * Gives one file of a package of npm. npm keeps what it fetched, so that a second time needs no network.
 *
 * @throws if the package is not the pinned one
 */
export async function fileOfRuntime({ package: name, version, integrity, file }: Runtime): Promise<Buffer> {
  const content = await packageOf(`${name}@${version}`)
  const found = `sha512-${createHash('sha512').update(content).digest('base64')}`
  if (found !== integrity) throw new Error(`${name}@${version} is not the pinned package: ${found}, not ${integrity}`)
  return fileIn(gunzipSync(content), `package/${file}`)
}

async function packageOf(name: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-runtime-'))
  try {
    const args = ['pack', name, '--pack-destination', folder, '--prefer-offline', '--silent']
    await promisify(execFile)('npm', args, { cwd: root })
    const [tarball] = await readdir(folder)
    if (tarball === undefined) throw new Error(`npm gave no package for ${name}`)
    return await readFile(join(folder, tarball))
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function fileIn(tar: Buffer, path: string): Promise<Buffer> {
  const entries = extract()
  entries.end(tar)
  for await (const entry of entries) {
    if (entry.header.name === path) return buffer(entry)
    entry.resume()
  }
  throw new Error(`the package of the runtime has no ${path}`)
}
