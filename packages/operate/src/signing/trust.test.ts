import { generateKeyPairSync } from 'node:crypto'
import { WaybillError } from '@waybill/model'
import { expect, test } from 'vitest'
import { type SecretKey, readPublicKey, readSignature, signText } from './minisign.ts'
import { type TrustedKey, checkSignature } from './trust.ts'

/** A pair as minisign makes it; the number tells it from others. */
function pair(number: number): { secret: SecretKey; key: ReturnType<typeof readPublicKey> } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const keyNumber = Buffer.alloc(8, number)
  const key = readPublicKey(Buffer.concat([Buffer.from('Ed'), keyNumber, raw]).toString('base64'))
  return { secret: { id: key.id, keyNumber, seed }, key }
}

const [old, now, stranger] = [pair(1), pair(2), pair(3)]
const content = Buffer.from('content')
const check = (signer: SecretKey, trusted: readonly TrustedKey[], bytes = content) => {
  try {
    return checkSignature('b.tar', bytes, readSignature(signText(content, signer, 'shop 1'))!, trusted, '2027-03-01')
      .name
  } catch (error) {
    if (error instanceof WaybillError) return error.problems.map(({ code }) => code).join()
    throw error
  }
}
const trusted = (more: Partial<TrustedKey> = {}): TrustedKey[] => [
  { name: '2026', key: old.key, ...more },
  { name: '2027', key: now.key, from: '2027-01-01' },
]

test('the old and the new key count beside each other', () => {
  expect([check(old.secret, trusted()), check(now.secret, trusted())]).toEqual(['2026', '2027'])
})

test.each([
  ['an unknown key', () => check(stranger.secret, trusted()), 'WB6105'],
  ['a retired key', () => check(old.secret, trusted({ retired: true })), 'WB6106'],
  ['a key after its time', () => check(old.secret, trusted({ until: '2027-02-28' })), 'WB6106'],
  ['a key on its last day', () => check(old.secret, trusted({ until: '2027-03-01' })), '2026'],
  ['a key before its time', () => check(old.secret, trusted({ from: '2027-03-02' })), 'WB6106'],
  ['other content', () => check(now.secret, trusted(), Buffer.from('other')), 'WB6104'],
  [
    'a stranger with the number of a trusted key',
    () => check({ ...stranger.secret, keyNumber: old.secret.keyNumber }, trusted()),
    'WB6104',
  ],
  // a retired key must not hide that the content was changed
  ['other content, retired key', () => check(old.secret, trusted({ retired: true }), Buffer.from('other')), 'WB6104'],
])('%s', (_, result, expected) => {
  expect(result()).toBe(expected)
})
