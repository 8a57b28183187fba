import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { checkerOf, engineAnswers } from './engine-programs.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-programs-'))
  vi.stubEnv('PATH', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** A docker whose engine answers; without the plugin it takes `compose` for an unknown word, as the real one does. */
const docker = (withCompose: boolean) =>
  writeFileSync(
    join(folder, 'docker'),
    `#!/bin/sh
case "$*" in
  info | *--help) exit 0 ;;
  'compose version') exit ${withCompose ? 0 : 1} ;;
esac
exit 125
`,
    { mode: 0o755 },
  )

test('a docker with the plugin checks and runs', () => {
  docker(true)
  expect(checkerOf('compose')).toMatchObject({ isInstalled: true })
  expect(engineAnswers('compose')).toBe(true)
})

test('a docker without the plugin does neither', () => {
  docker(false)
  expect(checkerOf('compose')).toMatchObject({ isInstalled: false })
  expect(engineAnswers('compose')).toBe(false)
})

test('nothing is there', () => {
  expect(checkerOf('kubernetes')).toMatchObject({ isInstalled: false })
  expect(engineAnswers('kubernetes')).toBe(false)
})
