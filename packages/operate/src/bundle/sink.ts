import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { WaybillError, problem } from '@waybill/model'
import { removeLeftovers, stagedPlace } from './leftovers.ts'
import { partNumber, systemProblem } from './source.ts'

interface Part {
  readonly staged: string
  readonly name: string
  readonly handle: FileHandle
  readonly hash: Hash
  size: number
}

/** A file that was written. */
export interface WrittenFile {
  readonly file: string
  readonly size: number
  readonly sha256: string
}

/**
 * Writes a bundle into one file or into parts of a size. Under their names they appear at the end, all of them, with a list
 * that `sha256sum --check` takes; before that they are hidden, and after a failure they are removed.
 */
export class BundleSink {
  readonly #file: string
  readonly #limit: number
  readonly #isSplit: boolean
  readonly #parts: Part[] = []
  readonly #buffer = Buffer.allocUnsafeSlow(1024 * 1024)
  #filled = 0

  constructor(file: string, split: number | undefined) {
    this.#file = file
    this.#limit = split ?? Number.POSITIVE_INFINITY
    this.#isSplit = split !== undefined
  }

  /** Small pieces are collected first: each write is a way to the system and back. */
  async write(bytes: Buffer): Promise<void> {
    if (this.#filled + bytes.length > this.#buffer.length) await this.#flush()
    if (bytes.length >= this.#buffer.length) return this.#put(bytes)
    bytes.copy(this.#buffer, this.#filled)
    this.#filled += bytes.length
  }

  async #flush(): Promise<void> {
    const now = this.#buffer.subarray(0, this.#filled)
    this.#filled = 0
    await this.#put(now)
  }

  async #put(bytes: Buffer): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      const part = await this.#openPart()
      const now = rest.subarray(0, Math.min(rest.length, this.#limit - part.size))
      await this.#guarded(writeAll(part.handle, now))
      part.hash.update(now)
      part.size += now.length
      rest = rest.subarray(now.length)
    }
  }

  async #openPart(): Promise<Part> {
    const last = this.#parts.at(-1)
    if (last && last.size < this.#limit) return last
    if (last) await this.#close(last)
    else await this.#guarded(removeLeftovers(dirname(this.#file), (name) => this.#isOurs(name)))
    const name = this.#isSplit ? `${this.#file}.${partNumber(this.#parts.length)}` : this.#file
    await this.#guarded(checkPlace(name))
    return this.#stage(name)
  }

  async #stage(name: string): Promise<Part> {
    const staged = stagedPlace(name)
    const handle = await this.#guarded(open(staged, 'wx'))
    const part = { staged, name, handle, hash: createHash('sha256'), size: 0 }
    this.#parts.push(part)
    return part
  }

  /** Its bytes are on the disk then, and not only on their way. */
  async #close({ handle }: Part): Promise<void> {
    await this.#guarded(handle.sync())
    await this.#guarded(handle.close())
  }

  /** The bundle, a part of it, or the list of its parts. */
  #isOurs(name: string): boolean {
    const base = basename(this.#file)
    return name === base || (name.startsWith(`${base}.`) && /^(?:\d{3,}|sha256)$/.test(name.slice(base.length + 1)))
  }

  /** Puts everything into place. */
  async finish(): Promise<WrittenFile[]> {
    await this.#flush()
    await this.#close(this.#parts.at(-1)!)
    const written = this.#parts.map(({ name, size, hash }) => ({ file: name, size, sha256: hash.digest('hex') }))
    const lines = written.map(({ file, sha256 }) => `${sha256}  ${basename(file)}\n`)
    const list = await this.#stage(`${this.#file}.sha256`)
    await this.#guarded(list.handle.writeFile(lines.join('')))
    await this.#close(list)
    await this.#guarded(this.#removeOlder(new Set(this.#parts.map(({ name }) => basename(name)))))
    for (const { staged, name } of this.#parts) await this.#guarded(rename(staged, name))
    return written
  }

  /** Parts of an earlier bundle of this name would be taken for parts of this one. */
  async #removeOlder(now: ReadonlySet<string>): Promise<void> {
    const folder = dirname(this.#file)
    for (const name of await readdir(folder)) {
      const isOlder = this.#isOurs(name) && name !== basename(this.#file) && !now.has(name)
      if (isOlder) await rm(join(folder, name), { force: true })
    }
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    for (const { handle, staged } of this.#parts) {
      await handle.close().catch(() => undefined)
      await rm(staged, { force: true })
    }
  }

  async #guarded<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw systemProblem(error, this.#file)
    }
  }
}

/** What is there is replaced only if it is a file: a device or a folder is a mistake, and told before anything is fetched. */
async function checkPlace(name: string): Promise<void> {
  const there = await stat(name).catch(() => undefined)
  if (!there || there.isFile()) return
  if (there.isDirectory()) throw new WaybillError([problem('WB4002', [], { file: name })])
  throw new WaybillError([problem('WB6112', [], { file: name, message: 'this is no file' })])
}

/** The system may take less than it is given, on a disk that is nearly full for example; the rest then fails by itself. */
async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done)).bytesWritten
}
