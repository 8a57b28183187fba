import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson } from './json.ts'

/** SHA-256 of a text's UTF-8 bytes, in hex. Pure JavaScript, so that rendering gives the same names in a browser. */
export const sha256Hex = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)))

/** SHA-256 of a text's UTF-8 bytes, in hex: {@link sha256Hex}, or the faster one that a machine brings along. */
export type Sha256 = (text: string) => string

/** Digest of a JSON value: SHA-256 of its canonical form, as `sha256:<hex>`. */
export const digestOf = (value: unknown, sha256: Sha256 = sha256Hex): string => `sha256:${sha256(canonicalJson(value))}`

/** Eight hex digits that name content: two different contents of one object practically never share them. */
export const contentName = (value: unknown): string => sha256Hex(canonicalJson(value)).slice(0, 8)
