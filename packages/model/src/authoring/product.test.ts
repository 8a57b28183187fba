import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { WaybillError } from '../errors/problem.ts'
import { readProductData } from '../product/read.ts'
import * as model from './index.ts'

const {
  GiB,
  area,
  constant,
  cores,
  estimated,
  feature,
  get,
  http,
  job,
  load,
  count,
  postgres,
  product,
  secret,
  setting,
  settings,
  sharded,
  stateless,
  text,
  volume,
  when,
} = model

const core = area('core', 'Core')
const guess = estimated('test')
const small = { cpu: constant(cores(0.25), guess), memory: constant(GiB(1), guess) }
const target = { id: 'compose' }
const api = stateless('api', { does: 'Answers', area: core, ports: { http: http(8080) } })
const body = { image: 'a:1', health: get(api.ports.http, '/'), size: small }
const make = (env: Readonly<Record<string, model.EnvValue>>) =>
  product('p', { version: '1', title: 'P', services: [api.runs({ ...body, env })], targets: [target] })
const envOf = (value: model.EnvValue) => make({ X: value }).services[0]!.env![0]!.value
const codesOf = (build: () => unknown) => {
  try {
    build()
  } catch (error) {
    if (error instanceof WaybillError)
      return error.problems.map(({ code, path, params }) => [code, path.join('/'), params['found'] ?? ''])
    throw error
  }
  throw new Error('nothing was refused')
}

describe('the JSON of what authors write', () => {
  const site = settings('site', 'Site', {
    host: setting.hostname({ title: 'Host' }),
    level: setting.choice(['low', 'high'], { title: 'Level', default: 'low' }),
  })
  const customer = load({ users: count('Users', { default: 5 }), photos: model.size('Photos') })
  const photos = feature('photos', { title: 'Photos', help: 'Pictures' })
  const db = postgres('db', { holds: 'rows', version: '>=15', area: core })
  const store = sharded('store', { does: 'Keeps', area: core, ports: { rpc: http(7000) } })

  it.each<[string, model.EnvValue, unknown]>([
    ['a text', 'x', 'x'],
    ['a number', 5, 5],
    ['a setting', site.host, { op: 'setting', id: 'site.host' }],
    ['a load factor', customer.users, { op: 'load', id: 'users' }],
    ['an address', api.ports.http.url('/x'), { op: 'address', service: 'api', port: 'http', form: 'url', path: '/x' }],
    ['a host', api.ports.http.host(), { op: 'address', service: 'api', port: 'http', form: 'host' }],
    ['a port', api.ports.http.number(), { op: 'address', service: 'api', port: 'http', form: 'port' }],
    [
      'a shard list',
      store.ports.rpc.list(' '),
      { op: 'join', list: { op: 'addresses', service: 'store', port: 'rpc', form: 'hostPort' }, separator: ' ' },
    ],
    [
      'a tagged text',
      text`a ${site.host} b`,
      { op: 'concat', parts: ['a ', { op: 'setting', id: 'site.host' }, ' b'] },
    ],
    [
      'a value under a condition',
      when(photos, 'a', 'b'),
      { op: 'when', if: { op: 'feature', id: 'photos' }, then: 'a', else: 'b' },
    ],
    [
      'conditions',
      when(model.all(model.not(db.external), model.any(site.level.is('low'), customer.users.isAtLeast(5))), 'a'),
      {
        op: 'when',
        if: {
          op: 'all',
          of: [
            { op: 'not', of: { op: 'mode', dependency: 'db', is: 'external' } },
            {
              op: 'any',
              of: [
                { op: 'equals', left: { op: 'setting', id: 'site.level' }, right: 'low' },
                { op: 'compare', left: { op: 'load', id: 'users' }, is: 'atLeast', right: 5 },
              ],
            },
          ],
        },
        then: 'a',
      },
    ],
    [
      'an amount in a unit',
      customer.photos.times(2).plus(GiB(1)).in('GiB'),
      {
        op: 'format',
        value: {
          op: 'sum',
          of: [
            { op: 'times', value: { op: 'load', id: 'photos' }, by: 2 },
            { op: 'quantity', unit: 'bytes', value: 2 ** 30 },
          ],
        },
        as: 'GiB',
      },
    ],
    [
      'JSON',
      model.json({ stores: store.ports.rpc.all('url'), n: 1 }),
      { op: 'json', value: { stores: { op: 'addresses', service: 'store', port: 'rpc', form: 'url' }, n: 1 } },
    ],
    ['a run-time fact', model.runtime.replicaName, { op: 'runtime', fact: 'replicaName' }],
    ['a count of replicas', store.replicas, { op: 'replicas', service: 'store' }],
    ['a value of a dependency', db.url(), { op: 'output', dependency: 'db', name: 'url' }],
    [
      'percent-encoding',
      model.percentEncoded(site.host),
      { op: 'percentEncode', value: { op: 'setting', id: 'site.host' } },
    ],
  ])('%s', (_, value, json) => {
    expect(envOf(value)).toEqual(json)
  })

  it('quantities are whole numbers of base units', () => {
    const inBase = (quantity: unknown) => (quantity as { value: number }).value
    expect(
      [
        cores(0.25),
        GiB(1.5),
        model.seconds(1.5),
        model.minutes(2),
        model.percent(12.5),
        model.kB(1),
        model.KiB(1),
        model.days(1),
      ].map(inBase),
    ).toEqual([250, 1610612736, 1500, 120_000, 1250, 1000, 1024, 86_400_000])
    expect(() => model.bytes(0.5)).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ code: 'WB1005' })] }),
    )
    expect(() => cores(-1)).toThrow(WaybillError)
  })

  it('any text survives as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(envOf(value)).toBe(value)
      }),
    )
  })
})

describe('what is only mentioned is found', () => {
  it('a secret in a template of a secret, and a volume with its load factor', () => {
    const users = load({ users: count('Users') }).users
    const dsn = secret.template('dsn', text`x:${secret.password('inner')}@y`)
    const data = volume('data', { holds: 'rows', data: 'disposable', size: model.points(users, [[1, GiB(1)]], guess) })
    const service = api.runs({ ...body, secretFiles: { '/run/dsn': dsn }, mounts: { '/data': data } })
    const made = product('p', { version: '1', title: 'P', services: [service], targets: [target] })
    expect(made.secrets.map(({ id }) => id)).toEqual(['dsn', 'inner'])
    expect(made.volumes.map(({ id }) => id)).toEqual(['data'])
    expect(made.load.map(({ id }) => id)).toEqual(['users'])
    expect(made.areas).toEqual([{ id: 'core', title: 'Core' }])
    expect(readProductData(JSON.parse(JSON.stringify(made)), 'p.json')).toMatchObject({ ok: true })
  })

  it('two different things of one id are both kept, for the check to refuse', () => {
    const made = make({ A: secret.password('same'), B: secret.hex('same') })
    expect(made.secrets.map(({ kind }) => kind)).toEqual(['password', 'hex'])
  })
})

describe('what is not data is refused, with its path', () => {
  it.each<[string, unknown, string]>([
    ['a function', () => 'x', 'a function'],
    ['a date', new Date(0), 'an instance of Date'],
    ['a map', new Map(), 'an instance of Map'],
    ['an address object', new URL('https://a.example'), 'an instance of URL'],
    ['NaN', NaN, 'NaN'],
    ['an infinity', Infinity, 'Infinity'],
    ['a big number', 1n, 'a bigint'],
    ['a symbol', Symbol('x'), 'a symbol'],
    ['a port instead of its address', api.ports.http, 'a port where an address is expected'],
  ])('%s', (_, value, found) => {
    expect(codesOf(() => make({ X: value as never }))).toEqual([
      ['WB1004', 'services/api/env/X/value', expect.stringContaining(found)],
    ])
  })

  it('undefined in a list', () => {
    expect(
      codesOf(() =>
        product('p', {
          version: '1',
          title: 'P',
          services: [api.runs({ ...body, args: ['a', undefined as never] })],
          targets: [target],
        }),
      ),
    ).toEqual([['WB1004', 'services/api/args/1', 'undefined']])
  })

  it('what contains itself', () => {
    const circle: unknown[] = []
    circle.push(circle)
    expect(codesOf(() => make({ X: circle as never }))).toEqual([
      ['WB1004', expect.stringMatching(/^services\/api\/env\/X/), 'something that contains itself'],
    ])
  })

  it('several, all at once', () => {
    expect(codesOf(() => make({ X: (() => 1) as never, Y: NaN })).map(([, path]) => path)).toEqual([
      'services/api/env/X/value',
      'services/api/env/Y/value',
    ])
  })

  it('a port of another service to publish', () => {
    const other = stateless('other', { does: 'x', area: core, ports: { http: http(1) } })
    expect(
      codesOf(() =>
        api.runs({ ...body, expose: [model.publish(other.ports.http, { host: 'a', tls: model.none('a test') })] }),
      ),
    ).toEqual([['WB1201', 'services/api/expose', '']])
  })
})

describe('a reference in a plain template throws', () => {
  it.each<[string, object]>([
    ['a setting', settings('s', 'S', { a: setting.text({ title: 'A' }) }).a],
    ['an address', api.ports.http.url()],
    ['a port', api.ports.http],
    ['a secret', secret.password('p')],
    ['a quantity', GiB(1)],
    ['a service', api],
    ['a dependency', postgres('db', { holds: 'x', version: '1', area: core })],
    ['an area', core],
    ['a certificate', secret.certificate('c', { hosts: [] })],
  ])('%s', (_, reference) => {
    for (const misuse of [
      () => `${reference as never as string}`,
      () => 'x' + (reference as never as string),
      () => Number(reference),
    ]) {
      expect(codesOf(misuse)).toEqual([['WB1006', '', '']])
    }
  })
})

describe('two copies of this package', () => {
  let copy: typeof model
  beforeAll(async () => {
    vi.resetModules()
    copy = await import('./index.ts')
  })

  it('understand the handles of one another', () => {
    expect(copy.secret).not.toBe(secret)
    const made = copy.product('p', {
      version: '1',
      title: 'P',
      services: [
        api.runs({ ...body, env: { PASSWORD: secret.password('p'), URL: copy.text`${api.ports.http.url()}` } }),
      ],
      targets: [target],
    })
    expect(made).toEqual(make({ PASSWORD: secret.password('p'), URL: text`${api.ports.http.url()}` }))
  })

  it('refuse the same misuse', () => {
    const build = () =>
      copy.product('p', {
        version: '1',
        title: 'P',
        services: [api.runs({ ...body, env: { X: api.ports.http as never } })],
        targets: [target],
      })
    expect(build).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ code: 'WB1004', path: ['services', 'api', 'env', 'X', 'value'] })],
      }),
    )
  })
})

it('a job runs once, says so, and takes no health', () => {
  const migrate = job('migrate', { does: 'x', area: core }).runs({ image: 'a:1', size: small, completed: ['true'] })
  const made = product('p', { version: '1', title: 'P', services: [migrate], targets: [target] })
  expect(made.services[0]).toMatchObject({ kind: 'job', completed: ['true'] })
  expect(made.services[0]).not.toHaveProperty('health')
})
