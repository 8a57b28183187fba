import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The folder that is handed out. A file with its own name in it is whole, and is listed with its checksum. */
export class ReleaseFolder {
  readonly #sums = new Map<string, string>()
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Removes what an earlier run made and this one may not make again. */
  async remove(...names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.folder, name), { force: true })
  }

  /** Adds a file that the given function writes. */
  async add(name: string, write: (file: string) => Promise<void>): Promise<void> {
    await this.#place(name, write)
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(join(this.folder, name))) hash.update(chunk as Buffer)
    this.#sums.set(name, hash.digest('hex'))
  }

  /** Lists what was added, in the form that `sha256sum --check` reads. */
  async writeSums(name: string): Promise<void> {
    const sums = [...this.#sums].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const text = sums.map(([file, sum]) => `${sum}  ${file}\n`).join('')
    await this.#place(name, (file) => writeFile(file, text))
  }

  async #place(name: string, write: (file: string) => Promise<void>): Promise<void> {
    await mkdir(this.folder, { recursive: true })
    const file = join(this.folder, name)
    const partial = `${file}.partial`
    try {
      await write(partial)
      await chmod(partial, 0o644)
      await rename(partial, file)
    } finally {
      await rm(partial, { force: true })
    }
  }
}
