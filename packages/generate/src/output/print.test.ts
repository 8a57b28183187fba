import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Rendered } from '../target.ts'
import { manifestPath, readManifest } from './manifest.ts'
import { printOutput } from './print.ts'

const provenance = {
  generator: '0.1.0',
  product: { id: 'shop', version: '1.2.3', title: 'Shop', digest: 'sha256:abc' },
  instance: { id: 'here', digest: 'sha256:def' },
  target: 'compose',
}
const rendered: Rendered = {
  files: [
    { path: 'custom/mine.yaml', content: { documents: [{ a: 1 }] }, custom: true },
    { path: 'base/secrets.sh', content: { text: '#!/bin/sh\n' }, executable: true },
    {
      path: 'base/compose.yaml',
      content: { documents: [{ name: 'é' }, { b: 2 }], comment: 'First line\n\nThird line' },
    },
  ],
  images: [],
  losses: [],
  problems: [],
}

test('our YAML says where it comes from; text and the files of customers stay as they are', () => {
  const texts = Object.fromEntries(printOutput(rendered, provenance).map(({ path, text }) => [path, text]))
  expect(texts['base/compose.yaml']).toBe(
    '# Rendered by waybill 0.1.0 from shop 1.2.3. Do not edit: see custom/.\n# First line\n#\n# Third line\nname: é\n---\nb: 2\n',
  )
  expect(texts['base/secrets.sh']).toBe('#!/bin/sh\n')
  expect(texts['custom/mine.yaml']).toBe('a: 1\n')
})

test('the manifest holds the hash of each file of ours, and of no other', () => {
  const files = printOutput(rendered, provenance)
  const manifest = readManifest(files.find(({ path }) => path === manifestPath)!.text)
  const ours = files.filter(({ path, custom }) => !custom && path !== manifestPath)
  const hashes = ours.map(({ path, text }) => [path, createHash('sha256').update(text).digest('hex')])
  expect(manifest).toEqual({ schema: 1, ...provenance, files: Object.fromEntries(hashes) })
})

test.each(['', 'null', '{}', '{"schema":2}', '[1]'])('%j is no manifest', (text) => {
  expect(readManifest(text)).toBeUndefined()
})
