import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { canonicalJson } from '@waybill/model'
import { expect, onTestFinished, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { printYamlDocuments } from '../../print/yaml.ts'
import type { Rendered } from '../../target.ts'
import { deployment, render, service } from '../../pods/fixtures/parts.ts'
import { shop } from './fixtures/shop.ts'

const missing = spawnSync('kubectl', ['version', '--client']).error !== undefined
const why = missing ? ' (skipped: needs kubectl)' : ''

/** The documents of an output, one canonical text each, sorted. */
const sorted = (documents: readonly unknown[]) => documents.map(canonicalJson).toSorted()

/** What kubectl's own kustomize makes of an output. */
function kustomized({ files }: Rendered): unknown[] {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const { path, content } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), 'documents' in content ? printYamlDocuments(content.documents) : content.text)
  }
  return parseAllDocuments(execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' })).map(
    (document): unknown => document.toJS(),
  )
}

const objectsIn = ({ files }: Rendered) =>
  files.flatMap(({ path, content }) =>
    'documents' in content && !path.endsWith('kustomization.yaml') ? content.documents : [],
  )

const tricky = [
  '$',
  '$(X)',
  '{{',
  '%',
  `'"`,
  'a\nb\n',
  '\n\ta',
  '\\n',
  '=x',
  'yes',
  '1e3',
  '',
  ' a ',
  '# a',
  'null',
  '~',
  '- a',
  'a: b',
  '\r\n',
  '\u0085',
  '\u007f',
  'x \u2028',
  '\t\n#',
  '💥',
  '\u0001',
]

test.skipIf(missing).each([
  ['one of everything', shop],
  [
    'strings that YAML finds hard',
    deployment([
      service('app', {
        args: tricky,
        env: tricky.map((value, i) => ({ name: `V${i}`, value })),
        files: tricky.map((content, i) => ({ path: `/${i}`, content })),
      }),
    ]),
  ],
])(`kubectl reads %s as it was written${why}`, (_, what) => {
  const rendered = render(what)
  expect(sorted(kustomized(rendered))).toEqual(sorted(objectsIn(rendered)))
})
