import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mustRun } from './program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const parcelsDefinition = join(root, 'examples/parcels/product.ts')

/** The registry of the lab, which holds the images under their public paths. */
export const registry = process.env['WAYBILL_TEST_REGISTRY'] ?? ''

/** Renders a product with the command that an admin types; gives the folder of the target. */
export async function render(product: string, instance: string, target: string, out: string): Promise<string> {
  await mkdir(out, { recursive: true })
  const file = join(out, 'instance.yaml')
  await writeFile(file, instance)
  return renderFile(product, file, target, out)
}

/** The same for an instance file that is there. */
export async function renderFile(product: string, file: string, target: string, out: string): Promise<string> {
  const waybill = join(root, 'packages/cli/bin/waybill.js')
  await mustRun(process.execPath, [waybill, 'render', product, '--instance', file, '--target', target, '--out', out])
  return join(out, target)
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'waybill-e2e-'))

export interface InstanceOptions {
  readonly id: string
  readonly externalDatabase?: { readonly host: string; readonly port: number }
  readonly site?: readonly string[]
}

/** An instance of Parcels for the lab, as the text of its file. */
export function parcelsInstance({ id, externalDatabase, site = [] }: InstanceOptions): string {
  const database = externalDatabase
    ? `dependencies:\n  db: { mode: external, host: ${externalDatabase.host}, port: ${externalDatabase.port}, sslMode: disable }\n`
    : ''
  return `schema: 1
id: ${id}
product: parcels
load: { users: 100 }
settings: { site: { host: parcels.test } }
features: { photos: true }
${database}site:
  registry: ${registry}
${site.map((line) => `  ${line}\n`).join('')}`
}
