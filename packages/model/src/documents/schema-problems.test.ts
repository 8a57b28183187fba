import { describe, expect, it } from 'vitest'
import { wordingOf } from '../errors/problem.ts'
import { Expression } from '../expressions/expression.ts'
import { Service } from '../product/schema.ts'
import { readWith } from './schema-problems.ts'

const law = { law: 'constant', unit: 'bytes', value: 1, confidence: 'tested', source: 'test' }
const cores = { ...law, unit: 'cores' }
const service = {
  id: 'api',
  kind: 'stateless',
  does: 'Answers',
  area: 'core',
  ports: [{ id: 'http', number: 8080, protocol: 'http' }],
  image: { reference: 'a:1' },
  env: [{ name: 'A', value: 'b' }],
  health: { ready: { probe: 'http', port: 'http', path: '/ready' } },
  size: { cpu: { request: cores, limit: cores }, memory: { request: law, limit: law } },
}
const problemsOf = (data: unknown) => {
  const read = readWith(Service, data)
  return 'value' in read
    ? []
    : read.problems.map((each) => ({ code: each.code, path: each.path.join('/'), ...each.params }))
}
const says = (data: unknown) => {
  const read = readWith(Service, data)
  return 'value' in read
    ? []
    : read.problems.map((each) => `${each.path.join('/')}: ${wordingOf(each).what} ${wordingOf(each).fix}`)
}

it('good data passes', () => {
  expect(readWith(Service, service)).toEqual({ value: service })
})

describe('unknown keys', () => {
  it('each is a problem with the nearest known key', () => {
    expect(problemsOf({ ...service, helath: {}, prots: [] })).toEqual([
      expect.objectContaining({ code: 'WB1001', path: 'helath', key: 'helath', near: 'health' }),
      expect.objectContaining({ code: 'WB1001', path: 'prots', near: 'ports' }),
    ])
  })
  it('in a list, the item is named by its id', () => {
    expect(problemsOf({ ...service, ports: [{ id: 'http', number: 1, protocol: 'http', prot: 1 }] })).toEqual([
      expect.objectContaining({ code: 'WB1001', path: 'ports/http/prot' }),
    ])
  })
  it('inside of a branch, the keys of that branch are offered', () => {
    expect(says({ ...service, health: { ready: { probe: 'tcp', port: 'http', pth: '/' } } })).toEqual([
      expect.stringMatching(/^health\/ready\/pth: .*Keys here: probe, port, every/),
    ])
  })
  it('inside of an expression', () => {
    expect(problemsOf({ ...service, env: [{ name: 'A', value: { op: 'load', id: 'users', of: 1 } }] })).toEqual([
      expect.objectContaining({ code: 'WB1001', path: 'env/A/value/of' }),
    ])
  })
})

describe('wrong forms', () => {
  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['a type', { does: 5 }, 'does', /Expected a text, found 5\./],
    ['an empty text', { does: '' }, 'does', /a text that is not empty, found ""/],
    ['a choice', { kind: 'statless' }, 'kind', /one of stateless, stateful, .*found "statless"/],
    [
      'a number out of range',
      { ports: [{ id: 'http', number: 70000, protocol: 'http' }] },
      'ports/http/number',
      /at most 65535, found 70000/,
    ],
    [
      'a fraction',
      { ports: [{ id: 'http', number: 1.5, protocol: 'http' }] },
      'ports/http/number',
      /a whole number, found 1\.5/,
    ],
    ['null', { ports: null }, 'ports', /a list, found nothing \(null\)/],
    ['an empty list', { command: [] }, 'command', /at least 1 item/],
    ['a prefix', { metrics: { port: 'http', path: 'metrics' } }, 'metrics/path', /starts with "\/"/],
    [
      'an unknown tag',
      { health: { ready: { probe: 'htp' } } },
      'health/ready/probe',
      /one of http, tcp, .*found "htp"/,
    ],
    ['no tag', { health: { ready: {} } }, 'health/ready/probe', /one of http, tcp, .*found nothing/],
    [
      'an unknown operation',
      { env: [{ name: 'A', value: { op: 'cocnat', parts: [] } }] },
      'env/A/value/op',
      /one of quantity, load.*found "cocnat"/,
    ],
    [
      'a value that is no expression',
      { env: [{ name: 'A', value: null }] },
      'env/A/value',
      /a text or a number or true or false/,
    ],
    [
      'deep inside of an expression',
      { env: [{ name: 'A', value: { op: 'concat', parts: ['a', { op: 'not', of: null }] } }] },
      'env/A/value/parts/1/of',
      /a text or a number/,
    ],
    [
      'deep inside of JSON',
      { env: [{ name: 'A', value: { op: 'json', value: { a: [{ op: 'load' }] } } }] },
      'env/A/value/value/a/0/id',
      /"id" is missing/,
    ],
    [
      'a union without tag',
      { expose: [{ port: 'http', host: 'a', tls: { none: '' } }] },
      'expose/0/tls/none',
      /at least 3 characters/,
    ],
    ['a replica count', { size: { ...service.size, replicas: 'many' } }, 'size/replicas', /found "many"/],
  ])('%s', (_, change, path, wording) => {
    const found = says({ ...service, ...change })
    expect(found).toEqual([expect.stringMatching(wording)])
    expect(found[0]).toMatch(new RegExp(`^${path}`))
  })

  it('a missing key is one', () => {
    const { area: _, ...rest } = service
    expect(problemsOf(rest)).toEqual([{ code: 'WB1003', path: 'area', key: 'area' }])
  })
})

it('all are reported in one go', () => {
  expect(
    problemsOf({ ...service, kind: 'x', does: 1, foo: 1, ports: [{ id: 'p' }] })
      .map(({ code }) => code)
      .toSorted(),
  ).toEqual(['WB1001', 'WB1002', 'WB1002', 'WB1002', 'WB1003'])
})

it.each([null, 5, 'x', [], undefined])('%j is no service', (data) => {
  expect(problemsOf(data)).toHaveLength(1)
})

it('an expression is read as such', () => {
  expect(readWith(Expression, { op: 'concat', parts: ['a', 1, true] })).toHaveProperty('value')
})
