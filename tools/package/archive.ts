import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type AsyncZippable, zip } from 'fflate'
import { pack } from 'tar-stream'

/** A file of an archive; its path has slashes on every system. */
export interface Entry {
  readonly path: string
  readonly content: Uint8Array
  readonly executable?: boolean
}

/** The same entries give the same bytes: in the order of their paths, with no owner and this time. */
const time = new Date(Date.UTC(2000, 0, 1))

/** Everything in one folder of the given name. */
export async function tarGz(folder: string, entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack()
  const owner = { uid: 0, gid: 0, mtime: time }
  for (const name of foldersOf(folder, entries)) tar.entry({ ...owner, name, type: 'directory', mode: 0o755 })
  for (const { path, content, executable } of sorted(entries))
    tar.entry({ ...owner, name: `${folder}/${path}`, mode: executable ? 0o755 : 0o644 }, Buffer.from(content))
  tar.finalize()
  return pipeline(tar, createGzip({ level: 9 }), (compressed: AsyncIterable<Buffer>) => buffer(compressed))
}

/** Zip keeps local time without a zone, so it gets the same calendar day and hour everywhere. */
const localTime = new Date(2000, 0, 1)

export function zipped(folder: string, entries: readonly Entry[]): Promise<Uint8Array> {
  const files: AsyncZippable = {}
  for (const { path, content } of sorted(entries))
    files[`${folder}/${path}`] = [content, { level: 9, mtime: localTime }]
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  zip(files, (error, content) => (error ? reject(error) : resolve(content)))
  return promise
}

const sorted = (entries: readonly Entry[]): Entry[] => entries.toSorted((a, b) => (a.path < b.path ? -1 : 1))

function foldersOf(folder: string, entries: readonly Entry[]): string[] {
  const parents = entries.flatMap(({ path }) => {
    const parts = path.split('/').slice(0, -1)
    return parts.map((_, index) => `${folder}/${parts.slice(0, index + 1).join('/')}/`)
  })
  return [...new Set([`${folder}/`, ...parents])].toSorted()
}
