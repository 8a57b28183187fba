import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Peer } from './peer.ts'
import { versionOf } from './programs.ts'

/** One library of functions over one file of data; the C++ implementation. */
export const jsonnet = (): Peer => ({
  id: 'jsonnet',
  found: versionOf('jsonnet', ['--version'], /v(\S+)/),
  write(folder, data) {
    cpSync(join(import.meta.dirname, '../fixtures/jsonnet'), folder, { recursive: true })
    writeFileSync(join(folder, 'data.json'), JSON.stringify(data))
  },
  command: (folder) => ['jsonnet', '--yaml-stream', join(folder, 'main.jsonnet')],
})
