// Bundles the command line for shipping: packages/cli/dist/ needs Node and nothing else.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'tsdown'
import manifest from '../packages/cli/package.json' with { type: 'json' }

const cli = join(import.meta.dirname, '../packages/cli')

const [bundle] = await build({
  cwd: cli,
  config: false,
  entry: { waybill: 'bin/waybill.js' },
  outDir: 'dist',
  format: 'esm',
  platform: 'node',
  target: 'node24',
  fixedExtension: false,
  dts: false,
  minify: true,
  deps: { alwaysBundle: [/^[^.]/], onlyBundle: false },
  define: { WAYBILL_VERSION: JSON.stringify(manifest.version) },
})

// An old Node reads the entry before its guard can speak, so nothing newer may be loaded with it.
const entry = bundle?.chunks.find((chunk) => chunk.type === 'chunk' && chunk.isEntry)
if (entry?.type !== 'chunk') throw new Error('the bundle has no entry')
if (entry.imports.length > 0)
  throw new Error(`${entry.fileName} imports ${entry.imports.join(', ')} before its guard runs`)

// The folder may be copied anywhere; without a manifest beside it, an old Node would take its files for CommonJS.
await writeFile(join(cli, 'dist/package.json'), '{ "type": "module" }\n')
