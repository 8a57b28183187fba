import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import parcels from '../../examples/parcels/product.ts'
import { main } from '../../packages/cli/src/main.ts'
import { forms, meanings, names, references } from './definitions.ts'
import { edited } from './edit.ts'
import { choices, dataSettings, goodInstance, sites, strangers, yaml } from './instances.ts'
import { sources } from './sources.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-bad-input-'))
const product = join(folder, 'product.json')
const instance = join(folder, 'instance.yaml')
const out = join(folder, 'out')
// each run of the command line watches the output once more
process.stdout.setMaxListeners(0)
afterAll(() => rmSync(folder, { recursive: true }))

const productSource = readFileSync(new URL('../../examples/parcels/product.ts', import.meta.url), 'utf8')
symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')

beforeEach(() => {
  rmSync(out, { recursive: true, force: true })
  writeFileSync(product, JSON.stringify(parcels, null, 2))
  writeFileSync(instance, goodInstance)
})

interface Shown {
  readonly code: string
  readonly severity: string
  readonly at: { readonly file: string; readonly line?: number } | null
  readonly title: string
  readonly what: string
  readonly why: string
  readonly fix: string
}

const render = (productFile = product, instanceFile = instance) =>
  run(['render', productFile, '--instance', instanceFile, '--all', '--out', out])

/** Runs the command line: its exit code and the problems that it shows. */
async function run(args: readonly string[]): Promise<{ exit: number; problems: readonly Shown[] }> {
  const written: string[] = []
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  try {
    const exit = await main([...args, '--json'])
    return { exit, problems: (JSON.parse(written.join('')) as { problems: Shown[] }).problems }
  } finally {
    output.mockRestore()
  }
}

/** Errors as the tables write them: the code, and whether the line holds the text that the table names. */
function compare(problems: readonly Shown[], expected: readonly (readonly [string, string])[], file: string) {
  const lines = readFileSync(file, 'utf8').split('\n')
  const errors = problems.filter(({ severity }) => severity === 'error')
  const left = [...expected]
  const unexpected = errors.filter(({ code, at }) => {
    const line = at?.file === file ? lines[(at.line ?? 0) - 1] : undefined
    const match = left.findIndex(([wanted, text]) => wanted === code && line?.includes(text))
    if (match >= 0) left.splice(match, 1)
    return match < 0
  })
  const shown = unexpected.map(
    ({ code, at, what }) => `${code} ${what} (${at?.line ?? 'no line'}: ${lines[(at?.line ?? 0) - 1] ?? ''})`,
  )
  expect({ unexpected: shown, missing: left }).toEqual({ unexpected: [], missing: [] })
}

function expectSentences(problems: readonly Shown[]): void {
  for (const { title, what, why, fix } of problems) {
    for (const sentence of [title, what, why, fix]) expect(sentence).toMatch(/\S{2,}/)
    for (const sentence of [what, why, fix]) expect(sentence).toMatch(/^\S.*[.!?]$/s)
    expect([title, what, why, fix].join(' ')).not.toMatch(/undefined|\[object|NaN/)
  }
}

const expectNothingWritten = () => expect(readdirSync(folder)).not.toContain('out')

it('the good product and instance render', async () => {
  expect(await render()).toMatchObject({ exit: 0 })
})

describe.each([
  ['form', forms],
  ['names', names],
  ['references', references],
  ['meaning', meanings],
])('product.json, %s', (_, cases) => {
  it.each(cases)('$name', async ({ edit, found }) => {
    writeFileSync(product, JSON.stringify(edited(parcels, edit), null, 2))
    const { exit, problems } = await render()
    compare(problems, found, product)
    expectSentences(problems)
    expect(exit).toBe(3)
    expectNothingWritten()
  })
})

describe.each([
  ['YAML', yaml],
  ['choices', choices],
  ['site', sites],
  ['parts that are not there', strangers],
])('instance.yaml, %s', (_, cases) => {
  it.each(cases)('$name', async ({ edit, found }) => {
    const text = edit.reduce((before, [from, to]) => {
      expect(before).toContain(from)
      return before.replace(from, to)
    }, goodInstance)
    writeFileSync(instance, text)
    const { exit, problems } = await render()
    compare(problems, found, instance)
    expectSentences(problems)
    expect(exit).toBe(3)
    expectNothingWritten()
  })
})

/** Settings that Parcels itself has no use for. */
const withData = {
  'settings/site/settings/+': { id: 'labels', title: 'Labels', type: 'map', of: 'text', pattern: '[a-z]+' },
  moved: [{ what: 'setting', from: 'site.hostname', to: 'site.host' }],
} as const
const routes = {
  id: 'routes',
  title: 'Routes',
  type: 'keyedList',
  fields: [
    { id: 'to', type: 'hostname', required: true },
    { id: 'port', type: 'count', min: 1, max: 65535 },
  ],
} as const

describe('instance.yaml, maps and lists of settings', () => {
  it.each(dataSettings)('$name', async ({ edit, found }) => {
    const definition = edited(edited(parcels, withData), { 'settings/site/settings/+': routes })
    writeFileSync(product, JSON.stringify(definition, null, 2))
    writeFileSync(
      instance,
      edit.reduce((before, [from, to]) => before.replace(from, to), goodInstance),
    )
    const { exit, problems } = await render()
    compare(problems, found, instance)
    expectSentences(problems)
    expect(exit).toBe(3)
    expectNothingWritten()
  })
})

describe('product.ts', () => {
  it.each(sources)('$name', async ({ edit, found }) => {
    const file = join(folder, 'product.ts')
    const text = edit.reduce((before, [from, to]) => {
      expect(before).toContain(from)
      return before.replace(from, () => to)
    }, productSource)
    writeFileSync(file, text)
    const { exit, problems } = await render(file)
    compare(problems, found, file)
    expectSentences(problems)
    expect(exit).toBe(3)
    expectNothingWritten()
  })
})

it('a change of an immutable setting is refused', async () => {
  const later = join(folder, 'later.yaml')
  const text = goodInstance.replace('logLevel: info', 'logLevel: warn')
  writeFileSync(
    product,
    JSON.stringify(edited(parcels, { 'settings/site/settings/logLevel/immutable': true }), null, 2),
  )
  writeFileSync(later, text)
  const { exit, problems } = await run(['diff', '--product', product, instance, later])
  compare(problems, [['WB2012', 'logLevel: warn']], later)
  expectSentences(problems)
  expect(exit).toBe(3)
})

describe('files', () => {
  const cases: readonly {
    name: string
    prepare: () => readonly [product: string, instance: string]
    code: string
    exit: number
  }[] = [
    { name: 'no product', prepare: () => [join(folder, 'nothing.json'), instance], code: 'WB4001', exit: 2 },
    { name: 'no instance', prepare: () => [product, join(folder, 'nothing.yaml')], code: 'WB4001', exit: 2 },
    { name: 'a folder instead of a product', prepare: () => [folder, instance], code: 'WB4002', exit: 2 },
    { name: 'a folder instead of an instance', prepare: () => [product, folder], code: 'WB4002', exit: 2 },
    {
      name: 'an instance that is not UTF-8',
      prepare: () => [product, written('latin1.yaml', Buffer.from('id: caf\xe9\n', 'latin1'))],
      code: 'WB2003',
      exit: 3,
    },
    {
      name: 'an instance in UTF-16',
      prepare: () => [product, written('utf16.yaml', Buffer.from('\uFEFFschema: 1\n', 'utf16le'))],
      code: 'WB2003',
      exit: 3,
    },
    {
      name: 'a product that is not UTF-8',
      prepare: () => [written('latin1.json', Buffer.from('{"id":"caf\xe9"}', 'latin1')), instance],
      code: 'WB2003',
      exit: 3,
    },
    {
      name: 'a product cut off in the middle',
      prepare: () => [written('cut.json', JSON.stringify(parcels).slice(0, 5000)), instance],
      code: 'WB4006',
      exit: 3,
    },
    { name: 'an empty product', prepare: () => [written('empty.json', ''), instance], code: 'WB4006', exit: 3 },
    {
      name: 'a product of 10,000 levels',
      prepare: () => [written('deep.json', `{"schema":1,"id":${'['.repeat(10_000)}`), instance],
      code: 'WB4008',
      exit: 3,
    },
    {
      name: 'an instance above 1 MB',
      prepare: () => [product, written('big.yaml', `${goodInstance}# ${'x'.repeat(1_000_000)}\n`)],
      code: 'WB4007',
      exit: 3,
    },
    { name: 'an empty instance', prepare: () => [product, written('empty.yaml', '')], code: 'WB3002', exit: 3 },
    { name: 'product and instance the wrong way round', prepare: () => [instance, product], code: 'WB4006', exit: 3 },
  ]
  function written(name: string, content: string | Uint8Array): string {
    mkdirSync(join(folder, 'files'), { recursive: true })
    writeFileSync(join(folder, 'files', name), content)
    return join(folder, 'files', name)
  }

  it.each(cases)('$name', async ({ prepare, code, exit }) => {
    const files = prepare()
    const result = await render(...files)
    expect(result.problems.map((each) => each.code)).toContain(code)
    const { at } = result.problems.find((each) => each.code === code)!
    expect(files).toContain(at?.file)
    expectSentences(result.problems)
    expect(result.exit).toBe(exit)
    expectNothingWritten()
  })

  it('mistakes of product and instance are reported together', async () => {
    writeFileSync(product, JSON.stringify(edited(parcels, { 'services/api/helath': {} }), null, 2))
    writeFileSync(instance, goodInstance.replace('profile:', 'profil:'))
    const { problems } = await render()
    expect(new Set(problems.map(({ at }) => at?.file))).toEqual(new Set([instance, product]))
  })
})
