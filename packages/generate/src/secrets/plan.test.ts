import { type Value, percentEncode } from '@waybill/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { envFileName } from './names.ts'
import { type Piece, type SecretKey, planSecrets } from './plan.ts'
import { hostileText, percent, ref, sampleDeployment, text } from './secrets.fixture.ts'

const deployment = sampleDeployment()

/** The pieces of one composed variable of the service `api`. */
function piecesOf(value: Value): readonly Piece[] {
  const [api, ...others] = deployment.services
  const services = [{ ...api!, env: [{ name: 'X', value }], secretFiles: [] }, ...others]
  return planSecrets({ ...deployment, services }, () => 'db:5432', 'pods').composed[0]!.entries[0]!.pieces
}

const values: Readonly<Record<string, string>> = { 'smtp-password-v1': hostileText, 'db-password-v1': 'plain' }
const put = (pieces: readonly Piece[]): string =>
  pieces
    .map((piece) => {
      if (typeof piece === 'string') return piece
      const encoders = { percent: percentEncode, json: (each: string) => JSON.stringify(each).slice(1, -1) }
      return piece.encode.reduce((written, encoding) => encoders[encoding](written), values[piece.object]!)
    })
    .join('')

test('a value that is one secret is read where it is stored; other text with secrets is composed', () => {
  const plan = planSecrets(deployment, () => 'db:5432', 'pods')
  const env = plan.env.get('api')!
  expect(env.get('DB_PASSWORD')).toEqual({ object: 'db-password-v1', key: 'value' })
  expect(env.get('SMTP_URL')).toEqual({ object: plan.composed[0]!.object, key: 'SMTP_URL' })
  expect(env.has('LOG_LEVEL')).toBe(false)
  expect(plan.files.get('db')).toEqual(new Map([['/run/password', { object: 'db-password-v1', key: 'value' }]]))
  expect(plan.base.map(({ object }) => object)).not.toContain('smtp-url-v1')
})

test('what surrounds a secret in a URL is encoded with it, an address too', () => {
  const address: Value = { op: 'address', service: 'db', port: 'sql', form: 'hostPort' }
  expect(piecesOf(percent(text('é/', address, ref('db-password'))))).toEqual([
    '%C3%A9%2Fdb%3A5432',
    { object: 'db-password-v1', key: 'value', encode: ['percent'] },
  ])
})

test('JSON with secrets reads back as what was written, also inside of a URL or of JSON', () => {
  const inner = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.constant(null),
      fc.boolean(),
      fc.integer(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('smtp-password', 'db-password').map((id) => ref(id)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.string({ maxLength: 4 }).filter((key) => !['op', '__proto__'].includes(key)),
        tie('value'),
        { maxKeys: 3 },
      ),
    ),
  })).value
  const expected = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(expected)
    if ('op' in value && 'id' in value) return values[`${String(value.id)}-v1`]
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, expected(member)]))
  }
  fc.assert(
    fc.property(inner, (value) => {
      const template = { all: value, always: ref('smtp-password') } as never
      const written = JSON.stringify(expected(template))
      expect(put(piecesOf({ op: 'json', value: template }))).toBe(written)
      expect(put(piecesOf(percent({ op: 'json', value: template })))).toBe(percentEncode(written))
      const nested = { op: 'json', value: { text: { op: 'json', value: template } } } as const
      expect(put(piecesOf(nested))).toBe(JSON.stringify({ text: written }))
    }),
  )
})

test('keys of composed values are valid everywhere and never meet', () => {
  const [api] = deployment.services
  const secretFiles = ['/a/b_c', '/a_b/c', '/..x', '/.netrc', '/a b'].map((path) => ({
    path,
    value: text('x', ref('db-password')),
  }))
  const services = [{ ...api!, env: [{ name: 'a_b_c', value: text('y', ref('db-password')) }], secretFiles }]
  const plan = planSecrets({ ...deployment, services }, () => '', 'pods')
  expect(plan.composed[0]!.entries.map(({ key }) => key)).toEqual([
    'a_b_c',
    'a_b_c-2',
    'a_b_c-3',
    '_..x',
    '_.netrc',
    'a_b',
  ])
  expect(plan.files.get('api')!.get('/a_b/c')).toMatchObject({ key: 'a_b_c-3' })
})

test('an env file is named by its variables and the versions behind them, in any order', () => {
  const a: [string, SecretKey] = ['A', { object: 'a-v1', key: 'value' }]
  const b: [string, SecretKey] = ['B', { object: 'b-v1', key: 'value' }]
  const name = envFileName('api', new Map([a, b]))
  expect(name).toMatch(/^api-[0-9a-f]{8}\.env$/)
  expect(envFileName('api', new Map([b, a]))).toBe(name)
  expect(envFileName('api', new Map([a, ['B', { object: 'b-v2', key: 'value' }]]))).not.toBe(name)
})

test('a fact that only the replica knows cannot stand beside a secret', () => {
  expect(() => piecesOf(text({ op: 'runtime', fact: 'replicaName' }, ref('db-password')))).toThrow(TypeError)
})
