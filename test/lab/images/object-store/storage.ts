import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** What an object's file begins with, as one line of JSON; the bytes follow. */
export type Meta = { key: string; type: string; size: number; etag: string; at: string }
export type Found = { meta: Meta; body: () => Readable }

/** Objects as files: a folder per bucket, a file per object named by the hash of its key, replaced whole. */
export function createStorage(root: string) {
  const fileOf = (bucket: string, key: string) => join(root, bucket, createHash('sha256').update(key).digest('hex'))
  const read = async (path: string): Promise<Found> => {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(8192), position: 0 })
      const end = buffer.subarray(0, bytesRead).indexOf(0x0a)
      const meta = JSON.parse(buffer.toString('utf8', 0, end)) as Meta
      return { meta, body: () => createReadStream(path, { start: end + 1 }) }
    } finally {
      await file.close()
    }
  }
  return {
    makeBucket: (bucket: string): Promise<boolean> =>
      mkdir(join(root, bucket)).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false
          throw error
        },
      ),
    hasBucket: (bucket: string): Promise<boolean> =>
      stat(join(root, bucket)).then(
        (found) => found.isDirectory(),
        () => false,
      ),
    buckets: async (): Promise<string[]> =>
      (await readdir(root)).filter((name) => !name.startsWith('.') && name !== 'lost+found').sort(),
    list: async (bucket: string, prefix: string): Promise<Meta[]> => {
      const files = (await readdir(join(root, bucket))).filter((name) => /^[0-9a-f]{64}$/.test(name))
      const metas = await Promise.all(files.map(async (name) => (await read(join(root, bucket, name))).meta))
      return metas.filter(({ key }) => key.startsWith(prefix)).sort((a, b) => (a.key < b.key ? -1 : 1))
    },
    put: async (bucket: string, key: string, type: string, bytes: Buffer): Promise<Meta> => {
      const meta = {
        key,
        type,
        size: bytes.length,
        etag: createHash('md5').update(bytes).digest('hex'),
        at: new Date().toISOString(),
      }
      const scratch = join(root, bucket, `.${randomUUID()}`)
      const file = await open(scratch, 'wx')
      try {
        await file.writeFile(Buffer.concat([Buffer.from(`${JSON.stringify(meta)}\n`), bytes]))
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(scratch, fileOf(bucket, key))
      return meta
    },
    get: (bucket: string, key: string): Promise<Found | undefined> =>
      read(fileOf(bucket, key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw error
      }),
    remove: (bucket: string, key: string): Promise<void> => rm(fileOf(bucket, key), { force: true }),
  }
}
export type Storage = ReturnType<typeof createStorage>
