import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { targets } from '@waybill/generate'
import { expect, test } from 'vitest'
import { pages } from './docs.ts'

const root = join(import.meta.dirname, '..')

test.each([...pages()])('%s is current (`node tools/docs.ts` writes it)', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text)
})

test('every sentence can be shown without a problem', () => {
  for (const text of pages().values()) expect(text).not.toMatch(/undefined|\[object|=> /)
})

/** Names of losses that the code of a folder gives. */
const lossesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.includes('.test.') && !path.includes('fixture'))
    .flatMap((path) => [...readFileSync(join(folder, path), 'utf8').matchAll(/(?:loss: |lost\(\s*)'([a-zA-Z.]+)'/g)])
    .map(([, name]) => name!)

const generate = join(root, 'packages/generate/src')

test.each(targets.map(({ id, family }) => [id, family] as const))(
  'the pages of %s and its family tell of every loss of its code',
  (id, family) => {
    const shared = join(generate, family)
    const losses = [...lossesIn(join(generate, 'targets', id)), ...(existsSync(shared) ? lossesIn(shared) : [])]
    const readmes = targets
      .filter((each) => each.family === family)
      .map((each) => readFileSync(join(generate, 'targets', each.id, 'readme.md'), 'utf8'))
    expect(losses).not.toEqual([])
    expect([...new Set(losses)].filter((name) => !readmes.some((text) => text.includes(`\`${name}\``)))).toEqual([])
  },
)
