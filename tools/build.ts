// Bundles the command line for shipping: packages/cli/dist/ needs Node and nothing else.
import { existsSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { targets } from '@waybill/generate'
import { build } from 'tsdown'
import manifest from '../packages/cli/package.json' with { type: 'json' }

const cli = join(import.meta.dirname, '../packages/cli')

const neededByMost =
  /[\\/](?:packages[\\/](?:model|generate)|cli[\\/]src[\\/](?:display|inputs|io)|node_modules[\\/](?:zod|yaml|@noble))[\\/]/

if (import.meta.main) await buildCli(join(cli, 'dist'))

/** Fills the folder, and gives the paths of the modules that went into it. */
export async function buildCli(folder: string): Promise<string[]> {
  const [bundle] = await build({
    cwd: cli,
    config: false,
    // The loader runs definitions in a process of its own.
    entry: { waybill: 'bin/waybill.js', loader: 'src/definition/loader.ts' },
    outDir: folder,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    fixedExtension: false,
    dts: false,
    minify: true,
    deps: { alwaysBundle: [/^[^.]/], onlyBundle: false },
    // Finding and opening a file costs the start of a command as much as reading 50 kB: what nearly all need is in one.
    outputOptions: { codeSplitting: { groups: [{ name: 'core', test: neededByMost }] } },
    define: { WAYBILL_VERSION: JSON.stringify(manifest.version) },
  })
  const chunks = bundle?.chunks.filter((chunk) => chunk.type === 'chunk') ?? []

  // An old Node reads the entry before its guard can speak, so nothing newer may be loaded with it.
  const entry = chunks.find((chunk) => chunk.isEntry && chunk.name === 'waybill')
  if (!entry) throw new Error('the bundle has no entry')
  if (entry.imports.length > 0)
    throw new Error(`${entry.fileName} imports ${entry.imports.join(', ')} before its guard runs`)

  // The folder may be copied anywhere; without a manifest beside it, an old Node would take its files for CommonJS.
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n')

  // `waybill explain` shows the pages of the targets.
  await mkdir(join(folder, 'targets'), { recursive: true })
  for (const { id } of targets) {
    const readme = join(cli, `../generate/src/targets/${id}/readme.md`)
    if (existsSync(readme)) await cp(readme, join(folder, `targets/${id}.md`))
  }
  return chunks.flatMap(({ moduleIds }) => moduleIds)
}
