import fc from 'fast-check'
import {
  type Expression,
  type JsonTemplate,
  type Operation,
  comparisons,
  runtimeFacts,
  textUnits,
} from './expression.ts'
import type { Lookup } from './reduce.ts'
import type { Scope } from './typecheck.ts'
import { units } from '../units/unit.ts'

/** A small product's names, one or two of each type, for generated expressions. */
export const scope: Scope = {
  load: new Map([
    ['users', 'count'],
    ['photos', 'bytes'],
  ]),
  settings: new Map([
    ['site.host', 'text'],
    ['site.tls', 'boolean'],
    ['site.limit', 'bytes'],
    ['site.labels', 'data'],
  ]),
  features: new Set(['photos', 'mail']),
  secrets: new Map([['db-password', ['value']]]),
  services: new Map([
    ['api', { sharded: false, ports: new Set(['http']) }],
    ['store', { sharded: true, ports: new Set(['rpc']) }],
  ]),
  dependencies: new Map([
    [
      'db',
      {
        inputs: new Map([
          ['host', 'text'],
          ['port', 'count'],
        ]),
        outputs: new Map<string, Expression>([
          ['url', { op: 'concat', parts: ['db://', { op: 'input', dependency: 'db', key: 'host' }] }],
        ]),
      },
    ],
  ]),
}

type Unit = 'count' | 'bytes'

/** Generates well-typed expressions over {@link scope}, by what they give. */
export const wellTyped = fc.letrec<{
  text: Expression
  boolean: Expression
  count: Expression
  bytes: Expression
  list: Expression
  template: JsonTemplate
}>((tie) => {
  const depthSize = 'small'
  const oneOf = (...options: fc.Arbitrary<Expression>[]) => fc.oneof({ depthSize, withCrossShrink: true }, ...options)
  const node = <T extends Operation['op']>(
    op: T,
    members: Record<string, fc.Arbitrary<unknown>>,
    optional: string[] = [],
  ) =>
    fc.record(
      { op: fc.constant(op), ...members },
      { requiredKeys: ['op', ...Object.keys(members).filter((key) => !optional.includes(key))] as never },
    ) as fc.Arbitrary<never>
  const leaf = (value: Operation) => fc.constant<Expression>(value)
  const boolean = tie('boolean')
  const choice = (branch: fc.Arbitrary<Expression>) =>
    node('when', { if: boolean, then: branch, else: branch }, ['else'])
  const amount = (unit: Unit, ...leaves: fc.Arbitrary<Expression>[]) => {
    const same = tie(unit)
    return oneOf(
      fc.nat(1_000_000).map((value): Expression => ({ op: 'quantity', unit, value })),
      ...leaves,
      node('sum', { of: fc.array(same, { minLength: 1, maxLength: 3 }) }),
      node('least', { of: fc.array(same, { minLength: 1, maxLength: 3 }) }),
      node('greatest', { of: fc.array(same, { minLength: 1, maxLength: 3 }) }),
      node('difference', { left: same, right: same }),
      node('times', { value: same, by: fc.double({ min: 0, max: 1e6, noNaN: true }) }),
      choice(same),
    )
  }
  return {
    text: oneOf(
      fc.string({ unit: fc.constantFrom('a', '$', '{', '}', '"', '\\', '%', '\n', 'é', '😀', ' ') }),
      leaf({ op: 'setting', id: 'site.host' }),
      leaf({ op: 'address', service: 'api', port: 'http', form: 'url' }),
      leaf({ op: 'secret', id: 'db-password' }),
      leaf({ op: 'output', dependency: 'db', name: 'url' }),
      leaf({ op: 'runtime', fact: 'replicaName' }),
      node('concat', { parts: fc.array(fc.oneof(tie('text'), tie('count'), boolean), { maxLength: 4 }) }),
      node('join', { list: tie('list'), separator: fc.constantFrom(' ', ',', '') }),
      node('json', { value: tie('template') }),
      node('percentEncode', { value: tie('text') }),
      node('format', { value: tie('bytes'), as: fc.constantFrom('B', 'MiB', 'GB') }),
      choice(tie('text')),
    ),
    boolean: oneOf(
      fc.boolean(),
      leaf({ op: 'feature', id: 'photos' }),
      leaf({ op: 'mode', dependency: 'db', is: 'external' }),
      leaf({ op: 'setting', id: 'site.tls' }),
      node('all', { of: fc.array(boolean, { maxLength: 3 }) }),
      node('any', { of: fc.array(boolean, { maxLength: 3 }) }),
      node('not', { of: boolean }),
      node('equals', {
        left: fc.constantFrom<Expression>('', 'a.example', { op: 'setting', id: 'site.host' }),
        right: choice(leaf({ op: 'setting', id: 'site.host' })),
      }),
      node('equals', { left: tie('bytes'), right: tie('bytes') }),
      node('compare', { left: tie('count'), is: fc.constantFrom(...comparisons), right: tie('count') }),
      choice(boolean),
    ),
    count: amount(
      'count',
      fc.nat(100),
      leaf({ op: 'load', id: 'users' }),
      leaf({ op: 'replicas', service: 'store' }),
      leaf({ op: 'input', dependency: 'db', key: 'port' }),
    ),
    bytes: amount('bytes', leaf({ op: 'load', id: 'photos' }), leaf({ op: 'setting', id: 'site.limit' })),
    list: oneOf(
      node('list', { items: fc.array(tie('text'), { maxLength: 3 }) }),
      leaf({ op: 'addresses', service: 'store', port: 'rpc', form: 'hostPort' }),
      choice(tie('list')),
    ),
    template: fc.oneof(
      { depthSize },
      fc.constant(null),
      tie('text'),
      tie('count'),
      leaf({ op: 'setting', id: 'site.labels' }),
      fc.array(tie('template'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto__', ''), tie('template'), { maxKeys: 3 }),
    ),
  }
})

/** Values for the leaves, by their JSON; `undefined` where an optional value was not given. */
export const values: fc.Arbitrary<ReadonlyMap<string, Expression | undefined>> = fc
  .record({
    users: fc.nat(1e6),
    photos: fc.nat(),
    host: fc.option(fc.constantFrom('', 'a.example', '"quoted"\n'), { nil: undefined }),
    tls: fc.option(fc.boolean(), { nil: undefined }),
    limit: fc.option(fc.nat(), { nil: undefined }),
    labels: fc.constantFrom<Expression | undefined>(undefined, { team: 'a"b' } as never),
    feature: fc.boolean(),
    external: fc.boolean(),
    port: fc.option(fc.nat(65535), { nil: undefined }),
    shards: fc.nat(3),
  })
  .map((given) => {
    const bytes = (value: number | undefined): Expression | undefined =>
      value === undefined ? undefined : { op: 'quantity', unit: 'bytes', value }
    const known: [Operation, Expression | undefined][] = [
      [
        { op: 'load', id: 'users' },
        { op: 'quantity', unit: 'count', value: given.users },
      ],
      [{ op: 'load', id: 'photos' }, bytes(given.photos)],
      [{ op: 'setting', id: 'site.host' }, given.host],
      [{ op: 'setting', id: 'site.tls' }, given.tls],
      [{ op: 'setting', id: 'site.limit' }, bytes(given.limit)],
      [{ op: 'setting', id: 'site.labels' }, given.labels],
      [{ op: 'feature', id: 'photos' }, given.feature],
      [{ op: 'mode', dependency: 'db', is: 'external' }, given.external],
      [{ op: 'input', dependency: 'db', key: 'port' }, given.port],
      [{ op: 'output', dependency: 'db', name: 'url' }, given.host],
      [{ op: 'replicas', service: 'store' }, given.shards],
      [
        { op: 'addresses', service: 'store', port: 'rpc', form: 'hostPort' },
        {
          op: 'list',
          items: Array.from({ length: given.shards }, (_, shard): Expression => ({
            op: 'address',
            service: 'store',
            port: 'rpc',
            form: 'hostPort',
            shard,
          })),
        },
      ],
    ]
    return new Map(known.map(([leaf, value]) => [JSON.stringify(leaf), value]))
  })

/** Looks leaves up among the values; those that are not there stay. */
export const lookupOf =
  (known: ReadonlyMap<string, Expression | undefined>): Lookup =>
  (leaf) => {
    const key = JSON.stringify(leaf)
    return known.has(key) ? known.get(key) : leaf
  }

/** Any tree that the schema of expressions accepts, whatever its types. */
export const wellFormed = fc.letrec<{ any: Expression; template: JsonTemplate }>((tie) => {
  const any = tie('any')
  const id = fc.constantFrom(
    'api',
    'store',
    'db',
    'http',
    'rpc',
    'site.host',
    'photos',
    'users',
    'constructor',
    '__proto__',
    'nobody',
  )
  const some = fc.array(any, { maxLength: 3 })
  const atLeastOne = fc.array(any, { minLength: 1, maxLength: 3 })
  const shapes: Record<string, Record<string, fc.Arbitrary<unknown>>> = {
    quantity: { unit: fc.constantFrom(...units), value: fc.maxSafeInteger() },
    load: { id },
    setting: { id },
    feature: { id },
    mode: { dependency: id, is: fc.constantFrom('bundled', 'external', 'operator') },
    input: { dependency: id, key: id },
    output: { dependency: id, name: id },
    replicas: { service: id },
    series: { service: id },
    address: { service: id, port: id, form: fc.constantFrom('url', 'host', 'hostPort', 'port') },
    addresses: { service: id, port: id, form: fc.constantFrom('url', 'host', 'hostPort', 'port') },
    runtime: { fact: fc.constantFrom(...runtimeFacts) },
    probe: { part: fc.constantFrom('url', 'host', 'port') },
    secret: { id },
    concat: { parts: some },
    list: { items: some },
    join: { list: any, separator: fc.string({ maxLength: 2 }) },
    json: { value: tie('template') },
    percentEncode: { value: any },
    format: { value: any, as: fc.constantFrom(...textUnits) },
    when: { if: any, then: any, else: any },
    all: { of: some },
    any: { of: some },
    not: { of: any },
    equals: { left: any, right: any },
    compare: { left: any, is: fc.constantFrom(...comparisons), right: any },
    sum: { of: some },
    difference: { left: any, right: any },
    times: { value: any, by: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }) },
    least: { of: atLeastOne },
    greatest: { of: atLeastOne },
  }
  const nodes = Object.entries(shapes).map(
    ([op, members]) => fc.record({ op: fc.constant(op), ...members }) as unknown as fc.Arbitrary<Expression>,
  )
  return {
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.string({ maxLength: 5, unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      ...nodes,
    ),
    template: fc.oneof(
      { depthSize: 'small' },
      fc.constant(null),
      any,
      fc.array(tie('template'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('template'), { maxKeys: 2 }),
    ),
  }
})
