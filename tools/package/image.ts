import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A container image of the command line. */
export interface Image {
  /** `name:tag` */
  readonly name: string
  /** The image that it is built on, if not the one of the Dockerfile. */
  readonly base: string | undefined
  /** As Docker names it. */
  readonly platform: string
}

const dockerfile = join(import.meta.dirname, 'image/Dockerfile')
const run = promisify(execFile)

/** Builds the image from an archive, with Docker, and saves it into a file that `docker load` reads. */
export async function saveImage({ name, base, platform }: Image, archive: string, file: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'waybill-image-'))
  try {
    await copyFile(dockerfile, join(context, 'Dockerfile'))
    await mkdir(join(context, 'waybill'), { mode: 0o755 })
    await run('tar', ['-xzf', archive, '-C', join(context, 'waybill'), '--strip-components=1'])
    const variables = base === undefined ? [] : ['--build-arg', `BASE=${base}`]
    await run('docker', ['build', '--platform', platform, ...variables, '--tag', name, context])
  } finally {
    await rm(context, { recursive: true })
  }
  await run('docker', ['save', '--output', file, name])
}
