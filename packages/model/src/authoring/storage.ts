import type { DataClass } from '../product/schema.ts'
import { declared, handle, term } from './declared.ts'
import { baseUnits } from './quantities.ts'
import type { Law } from './sizes.ts'
import { type Predicate, type Quantity, type SecretText, type Text, declaration } from './terms.ts'

// ------------------------------------------------------------------------------------------------ volumes

/** Data that outlives the container. In a sharded service each shard has one of its own. */
export interface Volume {
  readonly [declaration]: unknown
}
export interface VolumeMeta {
  /** What is in it, for the admin's manual. */
  readonly holds: string
  /** What losing it means: it decides backups, storage class and warnings. */
  readonly data: DataClass
  readonly size: Law<'bytes'>
  /**
   * One and the same for everybody who mounts it: several services, or all replicas and shards of one. A sidecar shares the
   * volume of its host without this.
   */
  readonly shared?: true
  readonly class?: 'standard' | 'fast' | 'archive'
  /**
   * Who owns the folder. Said, a step before the first start gives it to them where the engine does not; otherwise the
   * folder of that path in the image decides.
   */
  readonly owner?: { readonly uid: number; readonly gid: number }
  readonly retention?: { readonly keep: Quantity<'duration'>; readonly reason: string }
}
export function volume(id: string, { retention, ...meta }: VolumeMeta): Volume {
  const kept = retention && { retention: { ...retention, keep: baseUnits(retention.keep) } }
  return handle({}, declared('volumes', { id, ...meta, ...kept }))
}

/** A writable folder that is empty at each start. */
export interface Scratch {
  readonly size: number
  readonly memory?: true
}
export const scratch = (size: Quantity<'bytes'>): Scratch => ({ size: baseUnits(size) })
/** The same in memory, counted against the memory limit. */
export const scratchInMemory = (size: Quantity<'bytes'>): Scratch => ({ size: baseUnits(size), memory: true })

// ------------------------------------------------------------------------------------------------ secrets

interface SecretMeta {
  readonly title?: string
  /** What people notice when it is rotated. */
  readonly rotate?: { readonly effect: string }
  readonly when?: Predicate
}
/** A certificate with its key; `publish` takes it, services mount its parts as files. */
export interface Certificate {
  readonly [declaration]: unknown
  readonly certificate: SecretText
  readonly key: SecretText
}
export interface KeyPair {
  readonly publicKey: SecretText
  readonly privateKey: SecretText
}

const whole = (id: string, data: object): SecretText => term({ op: 'secret', id }, declared('secrets', { id, ...data }))

/** Values that nobody writes into a file of ours: generated on site, or brought. */
export const secret = {
  /** Letters and digits; 32 unless said otherwise. */
  password: (id: string, meta: SecretMeta & { readonly length?: number } = {}): SecretText =>
    whole(id, { kind: 'password', ...meta }),
  /** Random bytes in hex; 32 bytes unless said otherwise. */
  hex: (id: string, meta: SecretMeta & { readonly length?: number } = {}): SecretText =>
    whole(id, { kind: 'hex', ...meta }),
  /** What only the customer has, such as an API key of another product. */
  brought: (id: string, meta: SecretMeta & { readonly title: string }): SecretText =>
    whole(id, { kind: 'brought', ...meta }),
  /** Text over other secrets, composed on site. */
  template: (id: string, template: SecretText, meta: SecretMeta = {}): SecretText =>
    whole(id, { kind: 'template', template, ...meta }),
  /** An RSA key pair in PEM. */
  keyPair(id: string, meta: SecretMeta = {}): KeyPair {
    const declares = declared('secrets', { id, kind: 'keyPair', ...meta } as { id: string })
    return {
      publicKey: term({ op: 'secret', id, part: 'public.pem' }, declares),
      privateKey: term({ op: 'secret', id, part: 'private.pem' }, declares),
    }
  },
  /** A certificate in PEM: self-signed for these hosts until the customer brings one. */
  certificate(
    id: string,
    { hosts, ...meta }: SecretMeta & { readonly hosts: readonly (string | Text)[] },
  ): Certificate {
    const declares = declared('secrets', { id, kind: 'certificate', hosts, ...meta } as { id: string })
    const parts = {
      certificate: term({ op: 'secret', id, part: 'tls.crt' }, declares),
      key: term({ op: 'secret', id, part: 'tls.key' }, declares),
    }
    return handle(parts, declares)
  },
} as const
