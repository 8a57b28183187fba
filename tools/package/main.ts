// `npm run package`: the command line as one archive per platform, with everything that it needs, and what lets a customer
// check it: checksums, a bill of materials and the licences. The same sources give the same archives, byte for byte.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import manifest from '../../packages/cli/package.json' with { type: 'json' }
import { tarGz, zipped } from './archive.ts'
import { readArguments } from './arguments.ts'
import { contentsFor, makeProgram } from './contents.ts'
import { saveImage } from './image.ts'
import type { Platform } from './platforms.ts'
import { ReleaseFolder } from './release-folder.ts'
import { signatureOf } from './signature.ts'

const { out, platforms, sign, image } = readArguments()
const checksums = 'SHA256SUMS'
const signature = `${checksums}.minisig`
const program = await makeProgram()
const release = new ReleaseFolder(out)
await release.remove(checksums, signature)
await Promise.all(platforms.map(addArchive))
for (const platform of platforms) await addImage(platform)
await release.writeSums(checksums)
if (sign !== undefined) await addSignature(sign)

async function addArchive(platform: Platform): Promise<void> {
  const name = nameOf(platform)
  const { entries, bill } = await contentsFor(platform, program)
  const archive = platform.archive === 'zip' ? await zipped(name, entries) : await tarGz(name, entries)
  await release.add(`${name}.${platform.archive}`, (file) => writeFile(file, archive))
  await release.add(`${name}.cdx.json`, (file) => writeFile(file, bill))
  const size = (archive.length / 1e6).toFixed(1)
  console.log(`${name}.${platform.archive}: ${size} MB with Node ${platform.runtime.version}`)
}

async function addImage(platform: Platform): Promise<void> {
  if (!image || platform.image === undefined) return
  const made = { ...image, platform: platform.image }
  const archive = join(out, `${nameOf(platform)}.${platform.archive}`)
  await release.add(`${nameOf(platform)}.image.tar`, (file) => saveImage(made, archive, file))
}

async function addSignature(keyFile: string): Promise<void> {
  const text = await signatureOf(join(out, checksums), checksums, keyFile, `waybill ${manifest.version}`)
  await release.add(signature, (file) => writeFile(file, text))
}

function nameOf({ id }: Platform): string {
  return `waybill-${manifest.version}-${id}`
}
