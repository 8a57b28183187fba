import { describe, expect, it } from 'vitest'
import {
  GiB,
  area,
  cloudNativePg,
  constant,
  cores,
  estimated,
  none,
  postgres,
  product,
  rawObject,
  setting,
  settings,
  stateless,
  text,
} from '../authoring/index.ts'
import { checkProduct } from '../check/check.ts'
import type { InstanceDefinition } from '../instance/schema.ts'
import type { ProductDefinition } from '../product/schema.ts'
import { resolve } from './resolve.ts'

const core = area('core', 'Core')
const group = settings('data', 'Data', {
  size: setting.text({ title: 'Disk', default: '20Gi' }),
  region: setting.text({ title: 'Region' }),
})
const db = postgres('db', {
  holds: 'orders',
  version: '>=15',
  area: core,
  operator: cloudNativePg('orders', { storage: group.size as never }),
})
const app = stateless('app', { does: 'Answers', area: core, ports: {} })
const guess = estimated('a test')
const half = { request: constant(cores(0.1), guess), limit: constant(cores(0.5), guess) }
const made = product('p', {
  version: '1',
  title: 'P',
  settings: [group],
  dependencies: [db],
  services: [
    app.runs({
      image: 'app:1',
      env: { DATABASE_URL: db.url() },
      health: none('a test'),
      size: { cpu: half, memory: constant(GiB(1), guess) },
    }),
  ],
  rawObjects: [
    rawObject('kubernetes', 'topic', {
      apiVersion: 'example.com/v1',
      kind: 'Topic',
      metadata: { name: 'orders' },
      spec: { at: text`${group.size}`, region: group.region, partitions: 3, tags: ['a', group.region] },
    }),
  ],
  targets: [{ id: 'kubernetes' }],
})
const by = (dependency: object, values: object = {}) =>
  resolve(made, {
    schema: 1,
    id: 'i',
    product: 'p',
    dependencies: { db: dependency },
    settings: { data: values },
  } as InstanceDefinition)
const deployed = (dependency: object, values?: object) => {
  const result = by(dependency, values)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.value
}

it('the definition is right', () => expect(checkProduct(made)).toEqual([]))

describe('a dependency that an operator runs', () => {
  it('asks for it, and is reached where the operator puts it', () => {
    const { services, rawObjects, external, volumes, secrets } = deployed({ mode: 'operator' }, { size: '50Gi' })
    expect(services.map(({ id }) => id)).toEqual(['app'])
    expect(volumes).toEqual([])
    expect(rawObjects[0]).toMatchObject({
      id: 'db',
      target: 'kubernetes',
      object: {
        kind: 'Cluster',
        metadata: { name: 'orders' },
        spec: { instances: 2, storage: { size: '50Gi' } },
      },
      readyWhen: { jsonPath: '{.status.phase}', equals: 'Cluster in healthy state' },
    })
    expect(external).toEqual([
      {
        id: 'db',
        kind: 'postgres',
        operator: { pods: { 'cnpg.io/cluster': 'orders' } },
        host: 'orders-rw',
        port: 5432,
        usedBy: ['app'],
      },
    ])
    expect(JSON.stringify(services[0]?.env)).toContain('@orders-rw:5432/app?sslmode=require')
    expect(secrets).toMatchObject([{ id: 'db-password', existing: { value: { name: 'orders-app', key: 'password' } } }])
  })

  it('is what the customer says where they say it', () => {
    const { services } = deployed({ mode: 'operator', sslMode: 'verify-full', database: 'shop' })
    expect(JSON.stringify(services[0]?.env)).toContain('@orders-rw:5432/shop?sslmode=verify-full')
  })

  it('asks for nothing in another mode', () => {
    expect(deployed({ mode: 'bundled' }).rawObjects.map(({ id }) => id)).toEqual(['topic'])
    const { external } = deployed({ mode: 'external', host: 'db.example' })
    expect(external).toMatchObject([{ host: 'db.example' }])
    expect(external[0]).not.toHaveProperty('operator')
  })
})

describe('a raw object', () => {
  const specOf = (values: object) => deployed({}, values).rawObjects.at(-1)?.object['spec']

  it('holds the choices of the instance', () => {
    expect(specOf({ region: 'eu' })).toEqual({ at: '20Gi', region: 'eu', partitions: 3, tags: ['a', 'eu'] })
  })

  it('leaves out what nobody gave', () => {
    expect(specOf({})).toEqual({ at: '20Gi', partitions: 3, tags: ['a'] })
  })
})

describe('the check refuses', () => {
  const operator = made.dependencies[0]!.operator!
  const problemsOf = (change: object, modes: readonly string[] = made.dependencies[0]!.modes): string[] => {
    const broken = { ...made, dependencies: [{ ...made.dependencies[0]!, modes, ...change }] } as ProductDefinition
    return checkProduct(broken).map(({ code, path }) => `${code} ${path.join('/')}`)
  }

  it.each<[string, object, readonly ('bundled' | 'external' | 'operator')[] | undefined, string[]]>([
    ['a mode without its form', { operator: undefined }, undefined, ['WB1318 dependencies/db/modes']],
    ['a form without its mode', {}, ['bundled', 'external'], ['WB1318 dependencies/db/modes']],
    [
      'an input that is none',
      { operator: { ...operator, inputs: { hots: 'x' } } },
      undefined,
      ['WB1201 dependencies/db/operator/inputs/hots'],
    ],
    [
      'a secret that is none',
      { operator: { ...operator, secrets: { 'db-pasword': { name: 'a', key: 'b' } } } },
      undefined,
      ['WB1201 dependencies/db/operator/secrets/db-pasword'],
    ],
    [
      'an object without a name',
      { operator: { ...operator, object: { apiVersion: 'v1', kind: 'A' } } },
      undefined,
      ['WB1316 dependencies/db/operator'],
    ],
  ])('%s', (_, change, modes, expected) => expect(problemsOf(change, modes)).toEqual(expected))
})
