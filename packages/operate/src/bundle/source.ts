import { type FileHandle, open, readFile, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Problem, WaybillError, problem } from '@waybill/model'

/** How much is read at once. */
const readSize = 256 * 1024
/** More pieces than a request, a stream and a checksum hold at once; new memory for each would pile up until it is collected. */
const ringSize = 8

interface Part {
  readonly file: string
  readonly start: number
  readonly size: number
  readonly handle: FileHandle
}

/** The bytes of a bundle, in one file or in several. */
export class BundleSource {
  /** What people call it: the file, or the first part. */
  readonly file: string
  readonly size: number
  readonly #parts: readonly Part[]

  constructor(file: string, parts: readonly Part[]) {
    this.file = file
    this.#parts = parts
    this.size = parts.reduce((sum, { size }) => sum + size, 0)
  }

  /** Opens a bundle by its file, its first part, or the folder that it lies in. */
  static async open(path: string): Promise<BundleSource> {
    const file = await chooseFile(path)
    const files = await partsOf(file)
    const parts: Part[] = []
    try {
      let start = 0
      for (const each of files) {
        const handle = await open(each)
        const { size } = await handle.stat()
        parts.push({ file: each, start, size, handle })
        start += size
      }
    } catch (error) {
      await Promise.all(parts.map(({ handle }) => handle.close()))
      throw systemProblem(error, file)
    }
    return new BundleSource(file, parts)
  }

  /** A range of it; shorter where it ends before. */
  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, this.size - position)))
    for (let done = 0; done < bytes.length;) done += await this.#readInto(bytes.subarray(done), position + done)
    return bytes
  }

  /** The same in pieces. Their memory is used again: a piece is good until `ringSize - 1` more were read. */
  async *stream(position: number, length: number): AsyncIterable<Buffer> {
    const ring: Buffer[] = []
    const end = Math.min(position + length, this.size)
    for (let at = position, i = 0; at < end; i++) {
      const buffer = (ring[i % ringSize] ??= Buffer.allocUnsafeSlow(Math.min(readSize, end - position)))
      const count = await this.#readInto(buffer.subarray(0, Math.min(buffer.length, end - at)), at)
      yield buffer.subarray(0, count)
      at += count
    }
  }

  /** Reads as much as lies in one part. */
  async #readInto(buffer: Buffer, position: number): Promise<number> {
    const part = this.#partAt(position)
    const length = Math.min(buffer.length, part.start + part.size - position)
    const { bytesRead } = await part.handle.read(buffer, 0, length, position - part.start)
    if (bytesRead > 0) return bytesRead
    throw new WaybillError([problem('WB6112', [], { file: part.file, message: 'it became shorter' })])
  }

  /** The file that holds a position. */
  fileAt(position: number): string {
    return this.#partAt(Math.min(position, this.size - 1)).file
  }

  #partAt(position: number): Part {
    return this.#parts.findLast(({ start }) => start <= position)!
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map(({ handle }) => handle.close()))
  }
}

/** In a folder there is one bundle, or the first part of one. */
async function chooseFile(path: string): Promise<string> {
  let names: string[]
  try {
    if (!(await stat(path)).isDirectory()) return path
    names = await readdir(path)
  } catch (error) {
    throw systemProblem(error, path)
  }
  const [found, ...more] = names.filter((name) => /\.(?:001|tar)$/.test(name)).sort()
  if (found === undefined || more.length > 0) {
    const why = found === undefined ? 'the folder has none' : 'the folder has several; name one'
    throw new WaybillError([problem('WB6101', [], { file: path, why })])
  }
  return join(path, found)
}

/** All files of a bundle that was split; the list of checksums beside them says how many there are. */
async function partsOf(first: string): Promise<readonly string[]> {
  if (!/\.\d{3,}$/.test(first)) return [first]
  const base = first.replace(/\.\d{3,}$/, '')
  const folder = dirname(base)
  const there = new Set(await readdir(folder).catch(() => []))
  const listed = namesIn(await readFile(`${base}.sha256`, 'utf8').catch(() => ''))
  const isOwn = (name: string) => name.startsWith(`${basename(base)}.`) && /\.\d{3,}$/.test(name)
  const wanted = listed.length > 0 ? listed : gapless([...there].filter(isOwn))
  const missing = wanted.find((name) => !there.has(name))
  if (missing !== undefined) throw new WaybillError([problem('WB6109', [], { part: missing, parts: wanted })])
  return wanted.map((name) => join(folder, name))
}

/** The names in a list that `sha256sum --check` takes. */
const namesIn = (list: string): string[] =>
  list.split(/\r?\n/).flatMap((line) => /^[0-9a-f]{64} [ *]([^/]+)$/.exec(line)?.[1] ?? [])

/** The names of all parts up to the last that is there. */
function gapless(names: readonly string[]): string[] {
  const last = names.toSorted().at(-1)
  if (last === undefined) return []
  const [, base = '', number = ''] = /^(.*)\.(\d+)$/.exec(last) ?? []
  return Array.from({ length: Number(number) }, (_, i) => `${base}.${partNumber(i)}`)
}

/** `001`, `002` … */
export const partNumber = (i: number): string => String(i + 1).padStart(3, '0')

/** What the operating system refused, in the words of the catalogue. */
export function systemProblem(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error
  return new WaybillError([problemOf(String(error.code), file)])
}

function problemOf(code: string, file: string): Problem {
  if (code === 'ENOENT') return problem('WB4001', [], { file })
  if (code === 'EISDIR') return problem('WB4002', [], { file })
  const messages: Readonly<Record<string, string>> = {
    ENOSPC: 'no space left on the device',
    EDQUOT: 'the quota is used up',
    EFBIG: 'the file system takes no file of this size',
    EACCES: 'permission denied',
    EROFS: 'the file system is read-only',
    EIO: 'the device failed',
  }
  return problem('WB6112', [], { file, message: messages[code] ?? code })
}
