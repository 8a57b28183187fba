import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { commonSettings, databaseUrl, readSettings, SettingsError } from './settings.ts'

const secretFile = (content: string) => {
  const path = join(mkdtempSync(join(tmpdir(), 'parcels-')), 'secret')
  writeFileSync(path, content)
  return path
}
const problemsOf = (read: () => unknown): string[] => {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError)
    return (error as Error).message.split('\n')
  }
  return []
}

test('defaults apply, and an empty value counts as unset', () => {
  expect(readSettings(commonSettings, [], { LOG_LEVEL: '', OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toEqual({
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
    METRICS_PORT: 9090,
    DRAIN_SECONDS: 1,
  })
})

test('a secret comes from its file, without the last line break', () => {
  const path = secretFile('postgres://parcels:a%40b@db:5432/parcels\n')
  expect(readSettings({ DATABASE_URL: databaseUrl }, ['DATABASE_URL'], { DATABASE_URL_FILE: path })).toEqual({
    DATABASE_URL: 'postgres://parcels:a%40b@db:5432/parcels',
  })
})

test('only names that may hold secrets are read from files', () => {
  const shape = { PLACE: z.string() }
  expect(problemsOf(() => readSettings(shape, [], { PLACE_FILE: secretFile('x') }))).toEqual(['PLACE: is not set'])
})

test('every problem is named at once, and no value with it', () => {
  const shape = {
    DATABASE_URL: databaseUrl,
    KEY: z.string().min(16, 'is too short'),
    OTHER: z.string(),
    BOTH: z.string(),
  }
  const env = { DATABASE_URL: 'mysql://u:hunter2@h/x', KEY: 'hunter2', BOTH: 'hunter2', BOTH_FILE: '/nowhere/at/all' }
  const problems = problemsOf(() => readSettings(shape, ['BOTH'], env))
  expect(problems).toEqual([
    'BOTH: is set together with BOTH_FILE; keep one of them',
    'BOTH_FILE: cannot read /nowhere/at/all (ENOENT)',
    'DATABASE_URL: is not a postgres:// address',
    'KEY: is too short',
    'OTHER: is not set',
  ])
  expect(problems.join()).not.toContain('hunter2')
})
