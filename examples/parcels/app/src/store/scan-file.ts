import { type FileHandle, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refusal } from '../service/refusal.ts'
import { type Scan, scan } from './scan.ts'

const shardFile = 'SHARD'
const scanFile = 'scans.jsonl'

/** The data folder is not ours to use; the message says why and what to do. */
export class FolderError extends Refusal {
  override name = 'FolderError'
}

/**
 * The scan events of one shard: a file with one JSON object per line, only ever added to, and synced before `add` returns; all of it is
 * also in memory. The folder remembers whose it is, so that a volume mounted at the wrong shard stops the process instead of mixing data.
 */
export class ScanFile {
  readonly #file: FileHandle
  readonly #byParcel = new Map<string, Scan[]>()
  readonly #ids = new Set<string>()
  readonly #onSync: (seconds: number) => void
  #waiting: { scan: Scan; done: (error?: Error) => void }[] = []
  #writing: Promise<void> | undefined
  #broken: Error | undefined
  #bytes = 0

  private constructor(file: FileHandle, onSync: (seconds: number) => void) {
    this.#file = file
    this.#onSync = onSync
  }

  /** Opens or begins the folder of `shard`. Cuts off a last line that a crash left half written. Throws a FolderError. */
  static async open(folder: string, shard: string, onSync: (seconds: number) => void = () => {}): Promise<ScanFile> {
    await claim(folder, shard)
    const path = join(folder, scanFile)
    const file = await open(path, 'a+')
    const self = new ScanFile(file, onSync)
    const content = await readFile(path)
    const end = content.lastIndexOf(0x0a) + 1
    if (end < content.length) {
      await file.truncate(end)
      await file.datasync()
    }
    const lines = content.subarray(0, end).toString('utf8').split('\n').slice(0, -1)
    for (const [index, line] of lines.entries()) self.#remember(parse(path, index + 1, line))
    self.#bytes = end
    return self
  }

  get bytes(): number {
    return this.#bytes
  }

  get count(): number {
    return this.#ids.size
  }

  /** The scans of one parcel, in the order in which they came. */
  of(parcel: string): readonly Scan[] {
    return this.#byParcel.get(parcel) ?? []
  }

  /** Keeps `scan` safely; false when it was there already. Scans that come together share one sync. */
  async add(scan: Scan): Promise<boolean> {
    if (this.#broken) throw this.#broken
    if (this.#ids.has(scan.id)) return false
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ scan, done: (error) => (error ? reject(error) : resolve()) })
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined))
    })
    return true
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      const fresh = [...new Map(batch.map(({ scan }) => [scan.id, scan])).values()].filter(
        ({ id }) => !this.#ids.has(id),
      )
      const text = fresh.map((scan) => `${JSON.stringify(scan)}\n`).join('')
      const begin = performance.now()
      try {
        await this.#file.appendFile(text)
        await this.#file.datasync()
      } catch (error) {
        // what reached the disk is unknown now: only a new start, which reads the file, can tell
        this.#broken = new Error(`cannot write ${scanFile}: ${(error as Error).message}`, { cause: error })
        for (const { done } of [...batch, ...this.#waiting.splice(0)]) done(this.#broken)
        return
      }
      this.#onSync((performance.now() - begin) / 1000)
      this.#bytes += Buffer.byteLength(text)
      for (const scan of fresh) this.#remember(scan)
      for (const { done } of batch) done()
    }
  }

  #remember(scan: Scan) {
    if (this.#ids.has(scan.id)) return
    this.#ids.add(scan.id)
    const others = this.#byParcel.get(scan.parcel)
    if (others) others.push(scan)
    else this.#byParcel.set(scan.parcel, [scan])
  }

  /** Why nothing can be written any more, if so. */
  get broken(): Error | undefined {
    return this.#broken
  }
}

function parse(path: string, line: number, text: string): Scan {
  try {
    return scan.parse(JSON.parse(text))
  } catch (error) {
    throw new FolderError(`${path}, line ${line} is damaged. Restore this shard's volume from a backup.`, {
      cause: error,
    })
  }
}

async function claim(folder: string, shard: string): Promise<void> {
  const path = join(folder, shardFile)
  await mkdir(folder, { recursive: true })
  const owner = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (owner === `${shard}\n`) return
  if (owner)
    throw new FolderError(
      `${folder} holds the data of shard "${owner.trim()}", this is shard "${shard}". Mount the volume of "${shard}" here.`,
    )
  if ((await readdir(folder)).includes(scanFile)) {
    throw new FolderError(
      `${folder} holds scans but does not say of which shard. Restore ${shardFile} beside ${scanFile}, or mount an empty volume.`,
    )
  }
  await writeFile(path, `${shard}\n`, { flush: true })
}
