import { createHash, createPrivateKey, createPublicKey, scrypt, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { blake2b } from '@noble/hashes/blake2.js'

/** A public key of minisign. */
export interface PublicKey {
  /** As minisign shows it: 16 hex digits. */
  readonly id: string
  readonly keyNumber: Buffer
  readonly key: Buffer
}

export interface SecretKey {
  readonly id: string
  readonly keyNumber: Buffer
  readonly seed: Buffer
}

/** A file of minisign's that is not what it should be. */
export class KeyError extends Error {}
/** A secret key that is encrypted, and no or a wrong password. */
export class PasswordError extends KeyError {}

/** The text of a public key: the file, or its second line alone. */
export function readPublicKey(text: string): PublicKey {
  const bytes = payloadOf(text, 42, 'is no public key of minisign')
  if (bytes.toString('latin1', 0, 2) !== 'Ed') throw new KeyError('is no public key of minisign')
  const keyNumber = bytes.subarray(2, 10)
  return { id: idOf(keyNumber), keyNumber, key: bytes.subarray(10, 42) }
}

/** Reads a secret key, with its password if it has one (made with `minisign -G -W` it has none). */
export async function readSecretKey(text: string, password?: string): Promise<SecretKey> {
  const bytes = payloadOf(text, 158, 'is no secret key of minisign')
  const [algorithm, derivation] = [bytes.subarray(0, 2), bytes.toString('latin1', 2, 4)]
  const secret = Buffer.from(bytes.subarray(54, 158))
  if (derivation === 'Sc') {
    if (password === undefined) throw new PasswordError('is encrypted, and no password was given')
    const stream = await stretch(password, bytes.subarray(6, 38), bytes.readBigUInt64LE(38), bytes.readBigUInt64LE(46))
    for (let i = 0; i < secret.length; i++) secret[i]! ^= stream[i]!
  } else if (derivation !== '\0\0') throw new KeyError('is encrypted in an unknown way')
  const [keyNumber, key, check] = [secret.subarray(0, 8), secret.subarray(8, 72), secret.subarray(72, 104)]
  // minisign leaves the checksum of a key without a password empty
  if (derivation === 'Sc' && !check.equals(blake2b(Buffer.concat([algorithm, keyNumber, key]), { dkLen: 32 })))
    throw new PasswordError('does not open with this password')
  return { id: idOf(keyNumber), keyNumber, seed: key.subarray(0, 32) }
}

/** What a signature file says. */
export interface Signature {
  readonly key: string
  readonly trustedComment: string
  readonly isPrehashed: boolean
  readonly signature: Buffer
  readonly commentSignature: Buffer
}

export function readSignature(text: string): Signature | undefined {
  const [, line = '', comment = '', last = ''] = text.split(/\r?\n/)
  const [bytes, commentSignature] = [Buffer.from(line, 'base64'), Buffer.from(last, 'base64')]
  const algorithm = bytes.toString('latin1', 0, 2)
  const prefix = 'trusted comment: '
  if (bytes.length !== 74 || commentSignature.length !== 64 || !comment.startsWith(prefix)) return undefined
  if (algorithm !== 'ED' && algorithm !== 'Ed') return undefined
  // one signature has one text: what a lenient reader would skip is refused
  if (bytes.toString('base64') !== line || commentSignature.toString('base64') !== last) return undefined
  return {
    key: idOf(bytes.subarray(2, 10)),
    trustedComment: comment.slice(prefix.length),
    isPrehashed: algorithm === 'ED',
    signature: bytes.subarray(10),
    commentSignature,
  }
}

/** Signs bytes as `minisign -S` does; the same input gives the same signature. */
export function signText(bytes: Uint8Array, { keyNumber, seed }: SecretKey, trustedComment: string): string {
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: 'der', type: 'pkcs8' })
  const signature = sign(null, prehash(bytes), key)
  const commentSignature = sign(null, Buffer.concat([signature, Buffer.from(trustedComment)]), key)
  return [
    'untrusted comment: signature of bundle.json, see minisign',
    Buffer.concat([Buffer.from('ED'), keyNumber, signature]).toString('base64'),
    `trusted comment: ${trustedComment}`,
    `${commentSignature.toString('base64')}\n`,
  ].join('\n')
}

/** Whether a signature, and the comment in it, are by this key and for these bytes. */
export function isSignedBy(bytes: Uint8Array, signed: Signature, { id, key }: PublicKey): boolean {
  if (signed.key !== id) return false
  const publicKey = createPublicKey({ key: Buffer.concat([publicPrefix, key]), format: 'der', type: 'spki' })
  const content = signed.isPrehashed ? prehash(bytes) : bytes
  return (
    verify(null, content, publicKey, signed.signature) &&
    verify(
      null,
      Buffer.concat([signed.signature, Buffer.from(signed.trustedComment)]),
      publicKey,
      signed.commentSignature,
    )
  )
}

const prehash = (bytes: Uint8Array): Buffer => createHash('blake2b512').update(bytes).digest()

/** DER of an Ed25519 key up to its 32 bytes (RFC 8410). */
const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** Little-endian, as minisign shows it. */
const idOf = (keyNumber: Buffer): string => Buffer.from(keyNumber).reverse().toString('hex').toUpperCase()

function payloadOf(text: string, length: number, otherwise: string): Buffer {
  const lines = text.trim().split(/\r?\n/)
  const line = lines[0]!.startsWith('untrusted comment:') ? (lines[1] ?? '') : lines[0]!
  const bytes = Buffer.from(line.trim(), 'base64')
  if (bytes.length !== length) throw new KeyError(otherwise)
  return bytes
}

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt)

/** The parameters that libsodium's `crypto_pwhash_scryptsalsa208sha256` picks for these limits. */
async function stretch(password: string, salt: Buffer, operations: bigint, memory: bigint): Promise<Buffer> {
  const limit = Math.max(32_768, Number(operations))
  const r = 8
  const isSmall = limit < Number(memory) / 32
  const most = isSmall ? limit / (r * 4) : Number(memory) / (r * 128)
  let log = 1
  while (log < 63 && 2 ** log <= most / 2) log++
  const N = 2 ** log
  const p = isSmall ? 1 : Math.max(1, Math.floor(Math.min(0x3fff_ffff, Math.floor(limit / 4 / N)) / r))
  if (N * r * 128 > 2 ** 31) throw new KeyError('asks for more than 2 GiB of memory')
  return derive(password, salt, 104, { N, r, p, maxmem: N * r * 128 + 64 * 1024 * 1024 })
}
