import { type SpawnSyncOptionsWithStringEncoding, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFiles } from './commands/init/files.ts'

export const entry = join(import.meta.dirname, '../bin/waybill.js')

/** Runs the real command line in a process of its own. */
export function waybill(args: readonly string[], options: Partial<SpawnSyncOptionsWithStringEncoding> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { ...options, encoding: 'utf8' })
  return { status, stdout, stderr }
}

/** JSON whose form the test knows. */
// oxlint-disable-next-line typescript/no-explicit-any
type Result = any

/** What a command prints with `--json`. */
export function waybillJson(
  args: readonly string[],
  options: Partial<SpawnSyncOptionsWithStringEncoding> = {},
): { readonly status: number | null; readonly result: Result } {
  const { status, stdout, stderr } = waybill([...args, '--json'], options)
  if (stdout === '') throw new Error(`no result: ${stderr}`)
  // oxlint-disable-next-line typescript/no-unsafe-assignment
  return { status, result: JSON.parse(stdout) }
}

/** A folder of its own with the product that `init` writes; its packages are those of this repository. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'waybill-test-'))
  readonly product = join(this.folder, 'product.ts')
  readonly instance = join(this.folder, 'instance.yaml')
  readonly out = join(this.folder, 'out')

  constructor() {
    symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(this.folder, 'node_modules'))
    for (const { name, text } of startFiles('shop', '0.1.0')) this.write(name, text)
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts)
  }

  write(name: string, text: string): string {
    writeFileSync(this.path(name), text)
    return this.path(name)
  }

  /** The product as JSON, so that a render needs no process more. */
  build(): string {
    const { status, stderr } = waybill(['build', this.product, '--out', this.path('product.json')])
    if (status !== 0) throw new Error(stderr)
    return this.path('product.json')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
