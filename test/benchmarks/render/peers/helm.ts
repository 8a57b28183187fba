import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Peer } from './peer.ts'
import { versionOf } from './programs.ts'

/** A chart with plain templates: one per kind, labels from two named templates. */
export const helm = (): Peer => ({
  id: 'helm',
  found: versionOf('helm', ['version', '--template', '{{.Version}}'], /^v?(.+)$/),
  write(folder, { namespace: _namespace, version: _version, ...values }) {
    cpSync(join(import.meta.dirname, '../fixtures/helm'), folder, { recursive: true })
    writeFileSync(join(folder, 'values.yaml'), stringify(values, { version: '1.1' }))
  },
  command: (folder) => ['helm', 'template', 'bench', folder, '--namespace', 'bench-acme'],
})
