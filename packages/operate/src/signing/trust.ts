import { WaybillError, problem } from '@waybill/model'
import { z } from 'zod'
import { type PublicKey, type Signature, isSignedBy } from './minisign.ts'

/** A key whose signatures count, from and until when, or that counts no more. */
export interface TrustedKey {
  /** What people call it. */
  readonly name: string
  readonly key: PublicKey
  readonly from?: string
  readonly until?: string
  readonly retired?: boolean
}

const day = z.iso.date()

/** The format of a trust file: keys that overlap while a vendor changes from one to the next. */
export const TrustFile = z.strictObject({
  schema: z.literal(1),
  keys: z.array(
    z.strictObject({
      id: z.string().min(1),
      /** The second line of the public key file. */
      key: z.string().min(1),
      /** Days of the calendar, both included. */
      from: day.exactOptional(),
      until: day.exactOptional(),
      retired: z.boolean().exactOptional(),
    }),
  ),
})
export type TrustFile = z.infer<typeof TrustFile>

/**
 * Finds the trusted key that made a signature.
 *
 * @param today such as `2027-01-31`
 * @throws WaybillError when the key is unknown or does not count, or the signature is not for these bytes
 */
export function checkSignature(
  file: string,
  bytes: Uint8Array,
  signature: Signature,
  trusted: readonly TrustedKey[],
  today: string,
): TrustedKey {
  const known = trusted.find(({ key }) => key.id === signature.key)
  const { key } = signature
  if (!known) {
    const names = trusted.map(({ name, key: { id } }) => `${id} ("${name}")`)
    throw new WaybillError([problem('WB6105', [], { file, key, trusted: names })])
  }
  if (!isSignedBy(bytes, signature, known.key)) throw new WaybillError([problem('WB6104', [], { file, key })])
  const why = whyNot(known, today)
  if (why !== undefined) throw new WaybillError([problem('WB6106', [], { file, key, name: known.name, why })])
  return known
}

function whyNot({ from, until, retired = false }: TrustedKey, today: string): string | undefined {
  if (retired) return 'is retired'
  if (until !== undefined && today > until) return `counted until ${until}`
  if (from !== undefined && today < from) return `counts from ${from}`
  return undefined
}
