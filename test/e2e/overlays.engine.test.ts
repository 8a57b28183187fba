import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { describe, expect, it } from 'vitest'
import { mustRun } from './program.ts'
import { parcelsDefinition, parcelsInstance, render, temporaryFolder } from './rendering.ts'

const waybill = fileURLToPath(new URL('../../packages/cli/bin/waybill.js', import.meta.url))

const overlays = `overlays:
  - { at: services/api/env/LOG_LEVEL, base: info, set: "it's {{ \\"debug\\" }} \${HOME} #1" }
  - { at: services/api/memory/limit, set: 512 MiB }
  - { at: services/api/cpu/request, set: 100 millicores }
  - { at: services/web/env/EXTRA, base: null, set: "on" }
  - { at: services/worker/env/LOG_FORMAT, base: json, set: null }
  - { at: services/store/image, base: "parcels/store:1.0.0", set: "elsewhere/store:1.0.1" }
`

const plain = parcelsInstance({ id: 'parcels-overlays' }).replace(/ {2}registry: .*\n/, '  labels: { team: a }\n')

/** What the engine's own program makes of a folder. */
const readers: Readonly<Record<string, (folder: string) => Promise<string>>> = {
  kubernetes: (folder) => mustRun('kubectl', ['kustomize', folder]),
  compose: (folder) =>
    mustRun('docker', ['compose', 'config'], {
      cwd: folder,
      env: { ...process.env, WAYBILL_SECRETS: '/nowhere' },
    }),
}

/** A merge puts what is new first; named items mean the same in any order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(inOrder)
    const names = items.map((item) => (typeof item === 'object' && item && 'name' in item ? String(item.name) : ''))
    return names.includes('') ? items : names.toSorted().map((name) => items[names.indexOf(name)])
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inOrder(member)]))
}

describe.each(Object.keys(readers))('overlays that were exported for %s', (target) => {
  it('make of the output without them what it is with them', async () => {
    const folder = await temporaryFolder()
    const [patched, unpatched] = [join(folder, 'patched'), join(folder, 'plain')]
    const withOverlays = await render(parcelsDefinition, plain + overlays, target, patched)
    const without = await render(parcelsDefinition, plain, target, unpatched)
    const read = readers[target]!
    const objects = async (of: string) =>
      parseAllDocuments((await read(of)).replaceAll(of, '')).map((document) => inOrder(document.toJS()))
    const wanted = await objects(withOverlays)
    expect(await objects(without)).not.toEqual(wanted)

    const instance = join(patched, 'instance.yaml')
    const args = ['overlays', parcelsDefinition, '--instance', instance, '--target', target, '--export', without]
    expect(await mustRun(process.execPath, [waybill, ...args])).toContain('render again')
    expect(await objects(without)).toEqual(wanted)
  })

  it('leave a file alone that the customer edited, and say what to add', async () => {
    const folder = await temporaryFolder()
    const instance = join(folder, 'instance.yaml')
    const out = await render(parcelsDefinition, plain, target, folder)
    await writeFile(instance, plain + overlays)
    const file = join(out, target === 'compose' ? 'custom/compose.override.yaml' : 'custom/kustomization.yaml')
    await mkdir(join(out, 'custom'), { recursive: true })
    await writeFile(file, '# mine\n')
    const args = ['overlays', parcelsDefinition, '--instance', instance, '--target', target, '--export', out]
    const said = await mustRun(process.execPath, [waybill, ...args])
    expect(said).toContain('You edited')
    expect(await mustRun('cat', [file])).toBe('# mine\n')
  })
})
