import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import manifest from '../../packages/cli/package.json' with { type: 'json' }
import { buildCli } from '../build.ts'
import type { Entry } from './archive.ts'
import { type BundledPackage, packagesOf } from './bundled-packages.ts'
import { billOfMaterials } from './bill-of-materials.ts'
import { thirdPartyText } from './licences.ts'
import { type Platform, licenceOfRuntimes } from './platforms.ts'
import { fileOfRuntime } from './runtime.ts'

/** What every archive contains. */
export interface Program {
  readonly files: readonly Entry[]
  readonly packages: readonly BundledPackage[]
  readonly licenceOfNode: string
}

/** Bundles the command line. */
export async function makeProgram(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-package-'))
  try {
    const packages = await packagesOf(await buildCli(folder))
    const licence = await readFile(join(import.meta.dirname, '../../LICENSE'))
    const files = [...(await filesIn(folder, 'lib')), { path: 'LICENSE', content: licence }]
    return { files, packages, licenceOfNode: String(await fileOfRuntime(licenceOfRuntimes)) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Everything that is in the archive of a platform, and the bill of it. */
export async function contentsFor(
  platform: Platform,
  { files, packages, licenceOfNode }: Program,
): Promise<{ readonly entries: readonly Entry[]; readonly bill: string }> {
  const { runtime, runtimePath } = platform
  const bill = billOfMaterials(manifest.version, packages, runtime)
  const node = { version: runtime.version, text: licenceOfNode }
  const entries = [
    ...files,
    await launcherOf(platform),
    { path: runtimePath, content: await fileOfRuntime(runtime), executable: true },
    { path: 'sbom.cdx.json', content: Buffer.from(bill) },
    { path: 'THIRD-PARTY-LICENSES.txt', content: Buffer.from(thirdPartyText(packages, node)) },
  ]
  return { entries, bill }
}

async function filesIn(folder: string, prefix: string): Promise<Entry[]> {
  const found = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = found.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return Promise.all(
    files.map(async (file) => {
      const path = file.slice(folder.length + 1).replaceAll('\\', '/')
      return { path: `${prefix}/${path}`, content: await readFile(file) }
    }),
  )
}

async function launcherOf({ launcher }: Platform): Promise<Entry> {
  const script = await readFile(join(import.meta.dirname, 'launchers', launcher), 'utf8')
  const content = Buffer.from(launcher.endsWith('.cmd') ? script.replaceAll('\n', '\r\n') : script)
  return { path: `bin/${launcher}`, content, executable: true }
}
