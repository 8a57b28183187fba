import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A package of npm whose code is in the bundle. */
export interface BundledPackage {
  readonly name: string
  readonly version: string
  /** As its manifest says it, in the words of SPDX. */
  readonly licence: string
  /** The texts of its licence and of its notice. */
  readonly texts: readonly string[]
}

/** The packages that the given modules belong to, by name; those of this repository are not among them. */
export async function packagesOf(modules: readonly string[]): Promise<BundledPackage[]> {
  const folders = new Set(modules.flatMap((module) => folderOf(module) ?? []))
  const packages = await Promise.all([...folders].map(readPackage))
  return packages.toSorted((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))
}

/** The last `node_modules/<name>` of the path of a module. */
function folderOf(module: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(module)?.[0]
}

async function readPackage(folder: string): Promise<BundledPackage> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const { name, version, license } = manifest as { name?: unknown; version?: unknown; license?: unknown }
  if (typeof name !== 'string' || typeof version !== 'string' || typeof license !== 'string')
    throw new Error(`${folder}/package.json does not say name, version and licence`)
  const files = (await readdir(folder)).filter((file) => /^(?:licen[cs]e|notice|copying)/i.test(file)).toSorted()
  if (files.length === 0) throw new Error(`${dirname(folder)}: ${name} comes without the text of its licence`)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return { name, version, licence: license, texts }
}
