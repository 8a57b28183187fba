import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  type Deployment,
  type InstanceDefinition,
  type Json,
  type ProductDefinition,
  checkProduct,
  resolve,
} from '@waybill/model'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { printYamlDocuments } from '../../print/yaml.ts'
import type { OutputFile } from '../../target.ts'
import { everything, instances } from '../conformance.fixture.ts'
import { kubernetes } from '../kubernetes/index.ts'
import { textAt } from '../../pods/observe/read.ts'
import { awkwardProduct } from './fixtures/awkward.ts'
import { awkwardInstances } from './fixtures/instances.ts'
import { helm } from './index.ts'

const missing = spawnSync('helm', ['version']).error !== undefined
const why = missing ? ' (skipped: needs helm)' : ''
const seed = Number(process.env['WAYBILL_SEED'] ?? 4)
const amount = process.env['WAYBILL_FULL'] ? 200 : 25

const folder = mkdtempSync(join(tmpdir(), 'waybill-helm-'))
afterAll(() => rmSync(folder, { recursive: true }))

const deploymentOf = (product: ProductDefinition, instance: InstanceDefinition): Deployment => {
  const resolved = resolve(product, instance)
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems))
  return resolved.value
}
const optionsOf = ({ targets }: Deployment, id: string) => helm.options.parse(targets[id]?.options ?? {})

/** Objects by kind and name. */
type Objects = Readonly<Record<string, Json>>
const byName = (objects: readonly Json[]): Objects =>
  Object.fromEntries(
    objects.map((object) => [`${textAt(object, 'kind')}/${textAt(object, 'metadata', 'name')}`, object]),
  )

/** The objects of the target kubernetes. */
function expected(deployment: Deployment): Objects {
  const { files } = kubernetes.render(deployment, optionsOf(deployment, 'kubernetes'))
  const objects = files.flatMap(({ path, content }) =>
    'documents' in content && path.startsWith('base/') && !path.endsWith('kustomization.yaml') ? content.documents : [],
  )
  return byName(objects.map(withKept))
}

/** What a chart says more: that claims outlive it. */
function withKept(object: Json): Json {
  if (textAt(object, 'kind') !== 'PersistentVolumeClaim') return object
  const { metadata, ...rest } = object as { readonly metadata: { readonly annotations?: object } }
  const annotations = { ...metadata.annotations, 'helm.sh/resource-policy': 'keep' }
  return { ...rest, metadata: { ...metadata, annotations } }
}

function write(files: readonly OutputFile[], name: string): string {
  const root = join(folder, name)
  for (const { path, content } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), 'documents' in content ? printYamlDocuments(content.documents) : content.text)
  }
  return root
}

const template = (root: string, { instance }: Deployment, more: readonly string[] = []): string[] => [
  'template',
  instance.id,
  join(root, 'base/chart'),
  '--namespace',
  instance.namespace,
  '--values',
  join(root, 'base/values.yaml'),
  ...more,
]

/** What the real Helm makes of a chart and the values of an instance. */
function templated(root: string, deployment: Deployment, more: readonly string[] = []): Objects {
  const text = execFileSync('helm', template(root, deployment, more), { encoding: 'utf8', maxBuffer: 2 ** 26 })
  const objects = parseAllDocuments(text, { version: '1.1' }).map((document): Json => document.toJS() as Json)
  return byName(objects.filter((object) => object !== null))
}

/** What Helm says when it refuses values. */
function refusal(root: string, deployment: Deployment, values: string): string {
  const file = join(root, 'wrong.yaml')
  writeFileSync(file, values)
  const { status, stderr } = spawnSync('helm', template(root, deployment, ['--values', file]), { encoding: 'utf8' })
  return status === 0 ? 'accepted' : stderr
}

/** What the chart's own evaluator makes of it. */
const evaluated = (objects: readonly OutputFile[] | undefined): Objects =>
  byName((objects ?? []).flatMap(({ content }) => ('documents' in content ? content.documents : [])))

const chartOf = (files: readonly OutputFile[]) => files.filter(({ path }) => path.startsWith('base/chart/'))

test('the awkward product is a correct one', () => {
  expect(checkProduct(awkwardProduct).filter(({ severity }) => severity === 'error')).toEqual([])
})

describe('the same objects as the target kubernetes', () => {
  test.each(Object.keys(instances))('for %s', (name) => {
    const deployment = deploymentOf(everything, instances[name]!)
    const { objects } = helm.render(deployment, optionsOf(deployment, 'helm'))
    expect(evaluated(objects)).toEqual(expected(deployment))
  })

  test.skipIf(missing).each(Object.keys(instances))(`for %s, by the real Helm${why}`, (name) => {
    const deployment = deploymentOf(everything, instances[name]!)
    const { files } = helm.render(deployment, optionsOf(deployment, 'helm'))
    expect(templated(write(files, name), deployment)).toEqual(expected(deployment))
  })

  test.skipIf(missing)(`for a named load that is laid over the values, by the real Helm${why}`, () => {
    const [factor] = everything.load
    const profiles = [{ id: 'large', title: 'Large', load: { [factor!.id]: (factor!.default ?? 1) * 50 } }]
    const product = { ...everything, profiles }
    const [usual, large] = [instances['plain']!, { ...instances['plain']!, profile: 'large' }]
    const deployment = deploymentOf(product, usual)
    const root = write(helm.render(deployment, optionsOf(deployment, 'helm')).files, 'profile')
    const laidOver = templated(root, deployment, ['--values', join(root, 'base/profiles/large.yaml')])
    expect(laidOver).toEqual(expected(deploymentOf(product, large)))
    expect(laidOver).not.toEqual(expected(deployment))
  })

  test(`for generated instances (WAYBILL_SEED=${seed})`, () => {
    for (const instance of fc.sample(awkwardInstances, { seed, numRuns: amount * 4 })) {
      const deployment = deploymentOf(awkwardProduct, instance)
      const { objects, problems } = helm.render(deployment, optionsOf(deployment, 'helm'))
      expect(problems).toEqual([])
      expect({ instance, objects: evaluated(objects) }).toEqual({ instance, objects: expected(deployment) })
    }
  })

  test.skipIf(missing)(
    `for ${amount} generated instances, by the real Helm (WAYBILL_SEED=${seed})${why}`,
    { timeout: 600_000 },
    () => {
      const [first] = fc.sample(awkwardInstances, { seed, numRuns: 1 })
      const chart = chartOf(
        helm.render(deploymentOf(awkwardProduct, first!), optionsOf(deploymentOf(awkwardProduct, first!), 'helm'))
          .files,
      )
      for (const [i, instance] of fc.sample(awkwardInstances, { seed, numRuns: amount }).entries()) {
        const deployment = deploymentOf(awkwardProduct, instance)
        const { files } = helm.render(deployment, optionsOf(deployment, 'helm'))
        expect(chartOf(files)).toEqual(chart)
        expect({ instance, objects: templated(write(files, `generated-${i}`), deployment) }).toEqual({
          instance,
          objects: expected(deployment),
        })
      }
    },
  )
})

describe('what stands apart', () => {
  const losses = (change: Partial<InstanceDefinition>) => {
    const instance = {
      schema: 1 as const,
      id: 'some',
      product: 'awkward',
      settings: { site: { host: 'x.example.org' } },
    }
    const deployment = deploymentOf(awkwardProduct, { ...instance, ...change })
    return helm.render(deployment, optionsOf(deployment, 'helm'))
  }
  test('is nothing of overlays whose texts a chart carries', () => {
    const overlay = { at: 'services/web/env/GREETING' }
    const found = (set: string) =>
      losses({ overlays: [{ ...overlay, set }] }).losses.filter(({ loss }) => loss === 'overlays')
    expect(found('{{ $(X) }} é')).toEqual([])
    expect(found('a\u2028b')).toMatchObject([{ at: overlay.at, severity: 'unsupported' }])
  })

  test('are existing secrets that a chart cannot name', () => {
    const part = { name: 'app', key: 'x' }
    const base = { 'db-password': part, token: part, tls: { name: 'certificate' } }
    const found = (existing: NonNullable<InstanceDefinition['secrets']>['existing']) =>
      losses({ secrets: { source: 'existing', existing: { ...base, ...existing } } }).problems
    expect(found({ keys: { name: 'pair' } })).toEqual([])
    expect(found({ 'keys/private.pem': part, 'keys/public.pem': { name: 'other', key: 'y' } })).toMatchObject([
      { code: 'WB2053', path: ['secrets', 'existing', 'keys'] },
    ])
    expect(found({ keys: { name: 'pair' }, 'web/run/dsn': part })).toMatchObject([
      { code: 'WB2053', path: ['secrets', 'existing', 'web/run/dsn'] },
    ])
  })
})

describe('the chart as people read it', () => {
  const deployment = deploymentOf(everything, instances['plain']!)
  const { files } = helm.render(deployment, optionsOf(deployment, 'helm'))
  test.each(chartOf(files).map((file) => [file.path.slice('base/chart/'.length), file] as const))(
    '%s',
    async (path, { content }) => {
      await expect('text' in content ? content.text : '').toMatchFileSnapshot(`fixtures/everything/${path}`)
    },
  )
})

describe.skipIf(missing)(`the chart${why}`, () => {
  const deployment = deploymentOf(awkwardProduct, {
    schema: 1,
    id: 'some',
    product: 'awkward',
    settings: { site: { host: 'x.example.org' } },
  })
  const { files } = helm.render(deployment, optionsOf(deployment, 'helm'))
  const root = write(files, 'chart')

  test('passes helm lint', () => {
    const { status, stdout } = spawnSync(
      'helm',
      ['lint', '--strict', join(root, 'base/chart'), '--values', join(root, 'base/values.yaml')],
      { encoding: 'utf8' },
    )
    expect({ status, stdout }).toMatchObject({ status: 0 })
  })

  test('has no hooks, looks nothing up, makes no namespace', () => {
    const text = chartOf(files)
      .map(({ content }) => ('text' in content ? content.text : ''))
      .join('\n')
    for (const none of ['helm.sh/hook', 'lookup ', 'kind: Namespace', 'tpl ']) expect(text).not.toContain(none)
  })

  test.each([
    ['a wrong type', 'settings: { site: { strict: "yes" } }', 'strict'],
    ['a wrong choice', 'settings: { site: { level: top } }', 'level'],
    ['a number that is too large', 'settings: { site: { workers: 9000000000001 } }', 'workers'],
    ['an unknown setting', 'settings: { site: { hots: a } }', 'hots'],
    ['an unknown feature', 'features: { serach: true }', 'serach'],
    ['a wrong host', 'settings: { site: { host: "a b" } }', 'host'],
    ['an amount without unit', 'settings: { limits: { cache: "64" } }', 'cache'],
    ['an ambiguous amount', 'settings: { limits: { cache: 64m } }', 'cache'],
    ['an amount below its limit', 'settings: { limits: { cache: 1 B } }', 'WB2008 The setting limits.cache'],
    ['a default that is taken away', 'settings: { site: { level: null } }', 'level'],
    ['a feature without what it needs', 'features: { mail: true }', 'WB2018 The feature "mail" is on'],
    ['a dependency without its address', 'dependencies: { db: { mode: external } }', 'WB2009 db.host'],
    ['an unknown mode', 'dependencies: { db: { mode: hosted } }', 'mode'],
    ['a request above its limit', 'sizes: { web: { cpu: { request: 9 cores } } }', 'WB1313 cpu of web'],
    ['a claim for shards', 'site: { claims: { shards: mine } }', 'WB5006'],
    [
      'a character that nothing carries',
      'settings: { site: { banner: "a\\u2028b" } }',
      'WB2008 The setting site.banner',
    ],
    ['a patch of an unknown service', 'services: { wbe: { image: x } }', 'wbe'],
    ['a patch of a field that is none', 'services: { web: { imge: x } }', 'imge'],
    ['a variable that no name is', 'services: { web: { env: { A-B: x } } }', 'A-B'],
    ['a variable that is no text', 'services: { web: { env: { A: 1 } } }', 'A'],
    [
      'a variable with a character that nothing carries',
      'services: { web: { env: { A: "a\\u2028b" } } }',
      'WB2008 services.web.env.A',
    ],
    ['a place of a secret without its key', 'secrets: { existing: { token/value: { name: x } } }', 'token'],
    ['an unknown site key', 'site: { registery: x }', 'registery'],
  ])('refuses %s', (_, values, said) => {
    expect(refusal(root, deployment, values)).toContain(said)
  })

  test('removes a variable that the values of the instance set', () => {
    const patched = deploymentOf(awkwardProduct, {
      ...deployment.origin!.instance,
      overlays: [{ at: 'services/web/env/MINE', base: null, set: 'mine' }],
    })
    const made = write(helm.render(patched, optionsOf(patched, 'helm')).files, 'patched')
    const file = join(made, 'custom.yaml')
    writeFileSync(file, 'services: { web: { env: { MINE: null } } }')
    const textOf = (more: readonly string[]) =>
      execFileSync('helm', template(made, patched, more), { encoding: 'utf8', maxBuffer: 2 ** 26 })
    expect(textOf([])).toContain('name: MINE')
    expect(textOf(['--values', file])).not.toContain('name: MINE')
  })

  test('reads what others read as code as text', () => {
    expect(refusal(root, deployment, 'settings: { site: { greeting: "{{ fail \\"x\\" }}", banner: "{{" } }')).toBe(
      'accepted',
    )
  })
})
