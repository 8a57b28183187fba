import { describe, expect, it } from 'vitest'
import {
  area,
  constant,
  cores,
  estimated,
  job,
  MiB,
  percentEncoded,
  product,
  secret,
  text,
} from '../authoring/index.ts'
import type { Problem } from '../errors/problem.ts'
import { canonicalJson } from '../json.ts'
import { parseProduct } from '../product/read.ts'
import { readInstance } from '../instance/read.ts'
import type { Deployment } from './deployment.ts'
import { resolve } from './resolve.ts'

const core = area('core', 'Core')
const password = secret.password('db-password')
const keys = secret.keyPair('signing')
const url = secret.template('db-url', text`postgres://app:${percentEncoded(password)}@db/app`)
const made = parseProduct(
  canonicalJson(
    product('shop', {
      version: '1.0.0',
      title: 'Shop',
      services: [
        job('app', { does: 'Works', area: core }).runs({
          image: 'example/app:1',
          env: { PASSWORD: password, URL: url },
          secretFiles: { '/run/key.pem': keys.privateKey },
          completed: ['true'],
          size: { cpu: constant(cores(1), estimated('a test')), memory: constant(MiB(64), estimated('a test')) },
        }),
      ],
      targets: [],
    }),
  ),
  'product.json',
)
if (!made.ok) throw new Error(JSON.stringify(made.problems))
const definition = made.value

const read = (secrets: string) =>
  readInstance(`schema: 1\nid: shop\nproduct: shop\nsecrets:\n${secrets}\n`, 'instance.yaml')

/** Every problem with an instance of these secrets, which begin in line 5. */
function problemsWith(secrets: string): readonly Problem[] {
  const file = read(secrets)
  if (!file.ok) return file.problems
  const found = resolve(definition, file.value.instance)
  return file.value.locate(found.ok ? found.warnings : found.problems)
}

/** Code, place and line of each. */
const problemsOf = (secrets: string): string[] =>
  problemsWith(secrets).map(({ code, path, at }) => `${code} ${path.join('/')}:${String(at?.line)}`)

function deployed(secrets: string): Deployment {
  const file = read(secrets)
  const found = file.ok ? resolve(definition, file.value.instance) : file
  if (!found.ok) throw new Error(JSON.stringify(found.problems))
  return found.value
}

describe('the source of the secrets', () => {
  it.each<[string, Deployment['secretSource']]>([
    ['  versions: {}', { source: 'precreated' }],
    [
      '  source: externalSecrets\n  store: { name: vault }',
      { source: 'externalSecrets', store: { name: 'vault', kind: 'SecretStore', prefix: '' } },
    ],
    [
      '  source: externalSecrets\n  store: { name: vault, kind: ClusterSecretStore, prefix: a/, property: value }',
      {
        source: 'externalSecrets',
        store: { name: 'vault', kind: 'ClusterSecretStore', prefix: 'a/', property: 'value' },
      },
    ],
    ['  source: job\n  job: { image: "tools:1" }', { source: 'job', image: 'tools:1' }],
    [
      '  source: existing\n  existing: { app/URL: { name: urls, key: app }, app/run/key.pem: { name: keys, key: pem } }',
      {
        source: 'existing',
        values: [
          { service: 'app', place: 'URL', at: { name: 'urls', key: 'app' } },
          { service: 'app', place: '/run/key.pem', at: { name: 'keys', key: 'pem' } },
        ],
      },
    ],
  ])('%s', (words, source) => {
    expect(deployed(words).secretSource).toEqual(source)
  })

  it.each([
    ['tools:1', 'registry.example/mirror/library/tools:1'],
    ['registry.example/mirror/tools:1', 'registry.example/mirror/tools:1'],
  ])('an image for the job is pulled from the registry of the site: %s', (image, pulled) => {
    const site = '\nsite: { registry: registry.example/mirror }'
    const { secretSource } = deployed(`  source: job\n  job: { image: "${image}" }${site}`)
    expect(secretSource).toEqual({ source: 'job', image: pulled })
  })

  it('knows where the parts of a secret are, each under its own key unless it says otherwise', () => {
    const { secrets } = deployed(`  source: existing
  existing:
    db-password: { name: db, key: pw, file: /etc/pw }
    signing: { name: signing }
    signing/public.pem: { name: public, key: pem }`)
    expect(Object.fromEntries(secrets.map(({ id, existing }) => [id, existing]))).toEqual({
      'db-password': { value: { name: 'db', key: 'pw', file: '/etc/pw' } },
      signing: {
        'private.pem': { name: 'signing', key: 'private.pem' },
        'public.pem': { name: 'public', key: 'pem' },
      },
      'db-url': undefined,
    })
  })
})

it.each<[string, readonly string[]]>([
  ['  source: externalSecrets', ['WB2050 secrets/source:5']],
  ['  source: job', ['WB2050 secrets/source:5']],
  ['  store: { name: vault }', ['WB2011 secrets/store:5']],
  ['  source: job\n  job: { image: "tools:1" }\n  existing: {}', ['WB2011 secrets/existing:7']],
  ['  source: job\n  job: { image: "no image" }', ['WB1002 secrets/job/image:6']],
  ['  source: existing\n  existing:\n    db-pasword: { name: db }', ['WB2017 secrets/existing/db-pasword:7']],
  [
    '  source: existing\n  existing:\n    signing/privat.pem: { name: db }',
    ['WB2017 secrets/existing/signing/privat.pem:7'],
  ],
  ['  source: existing\n  existing:\n    app/URI: { name: db, key: k }', ['WB2017 secrets/existing/app/URI:7']],
  ['  source: existing\n  existing:\n    app/URL: { file: /etc/url }', ['WB2052 secrets/existing/app/URL:7']],
  ['  source: existing\n  existing:\n    db-url: { name: db }', ['WB2052 secrets/existing/db-url:7']],
  ['  source: existing\n  existing:\n    signing: { name: db, key: k }', ['WB2052 secrets/existing/signing:7']],
  ['  source: existing\n  existing:\n    signing: { file: /etc/pem }', ['WB2052 secrets/existing/signing:7']],
  [
    '  source: existing\n  existing:\n    db-password: { key: k }',
    ['WB1002 secrets/existing/db-password:7', 'WB1002 secrets/existing/db-password:7'],
  ],
  [
    '  source: existing\n  existing:\n    db-password: { file: etc/pw }',
    ['WB1002 secrets/existing/db-password/file:7'],
  ],
  ['  source: vault', ['WB1002 secrets/source:5']],
])('%s is told with its line', (words, problems) => {
  expect(problemsOf(words)).toEqual(problems)
})

it('a misspelt mapping is told with what was meant', () => {
  const near = (key: string) =>
    problemsWith(`  source: existing\n  existing:\n    ${key}: { name: db, key: k }`)[0]?.params
  expect(near('db-pasword')).toMatchObject({ kind: 'secret', near: 'db-password' })
  expect(near('signing/privat.pem')).toMatchObject({ near: 'signing/private.pem' })
  expect(near('app/PASWORD')).toMatchObject({ near: 'app/PASSWORD' })
  expect(near('app/run/keys.pem')).toMatchObject({ near: 'app/run/key.pem' })
})
