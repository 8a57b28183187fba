import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  KeyError,
  PasswordError,
  isSignedBy,
  readPublicKey,
  readSecretKey,
  readSignature,
  signText,
} from './minisign.ts'

// reason: the program itself is the oracle; without it there is nothing to compare with
const hasMinisign = spawnSync('minisign', ['-v']).status === 0

describe.skipIf(!hasMinisign)('beside the program minisign (Debian package minisign)', () => {
  let folder: string
  const at = (name: string) => join(folder, name)
  const content = Buffer.from('what is signed\n')
  const minisign = (args: readonly string[], input = '') =>
    execFileSync('minisign', args, { cwd: folder, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'waybill-minisign-'))
    writeFileSync(at('content'), content)
    minisign(['-G', '-W', '-p', 'plain.pub', '-s', 'plain.key'])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('it accepts our signature, and refuses it for other content', async () => {
    const key = await readSecretKey(readFileSync(at('plain.key'), 'utf8'))
    writeFileSync(at('content.minisig'), signText(content, key, 'shop 1.2.0'))
    expect(minisign(['-V', '-p', 'plain.pub', '-m', 'content'])).toContain('Trusted comment: shop 1.2.0')
    writeFileSync(at('other'), 'something else')
    expect(() => minisign(['-V', '-p', 'plain.pub', '-m', 'other', '-x', 'content.minisig'])).toThrow(
      'verification failed',
    )
  })

  test.each([
    ['prehashed', []],
    ['legacy', ['-l']],
  ])('we accept its signature: %s', (kind, flags) => {
    minisign(['-S', ...flags, '-s', 'plain.key', '-m', 'content', '-x', `${kind}.minisig`, '-t', 'by hand'])
    const key = readPublicKey(readFileSync(at('plain.pub'), 'utf8'))
    const text = readFileSync(at(`${kind}.minisig`), 'utf8')
    const signature = readSignature(text)!
    expect(signature).toMatchObject({ key: key.id, trustedComment: 'by hand', isPrehashed: kind === 'prehashed' })
    expect(isSignedBy(content, signature, key)).toBe(true)
    expect(isSignedBy(Buffer.from('other'), signature, key)).toBe(false)
    expect(isSignedBy(content, readSignature(text.replace('by hand', 'by mind'))!, key)).toBe(false)
  })
})

/** Made by minisign 0.11 with the password "correct horse"; it opens nothing but this test. */
const encryptedKey = `untrusted comment: minisign encrypted secret key
RWRTY0Iy/MP+eZxV6GOdTnSnWplTIz+/kP6txjVb4AcGLX1/aFEAAAACAAAAAAAAAEAAAAAAp017jtTNEpJ3HBYSIotdhbfzCJJ2IZ9prRMESAFTkaKObkZk4uZG5fYf7XuKgVT++1v/CZB71x/zds9v2x4ibk2+ymdvmEzBCIRek0f6bW6MlnnjttQQnKpng1ZRgjuOBPxclZL3lRk=`
const itsPublicKey = 'RWSHzhi48OJBUXuLZCqL7legibXcCh+pLW5VfSVPzj+apB2KWr3dOtjL'

test('an encrypted key opens with its password only', async () => {
  await expect(readSecretKey(encryptedKey)).rejects.toThrow(PasswordError)
  const key = await readSecretKey(encryptedKey, 'correct horse')
  const signature = readSignature(signText(Buffer.from('x'), key, 'y'))!
  expect(isSignedBy(Buffer.from('x'), signature, readPublicKey(itsPublicKey))).toBe(true)
})

test('what does not open with a password says so', async () => {
  const bytes = Buffer.from(encryptedKey.split('\n')[1]!, 'base64')
  // limits that are quick to compute give another stream, as a wrong password does
  bytes.writeBigUInt64LE(32_768n, 38)
  bytes.writeBigUInt64LE(16_777_216n, 46)
  await expect(readSecretKey(bytes.toString('base64'), 'correct horse')).rejects.toThrow('does not open')
})

test.each(['', 'RWQ', 'untrusted comment: x\n!!!', '{"key":1}'])('%j is no key', async (text) => {
  expect(() => readPublicKey(text)).toThrow(KeyError)
  await expect(readSecretKey(text)).rejects.toThrow(KeyError)
})

test.each(['', 'untrusted comment: x\nRUQ=\ntrusted comment: y\nAA==\n'])('%j is no signature', (text) => {
  expect(readSignature(text)).toBeUndefined()
})
