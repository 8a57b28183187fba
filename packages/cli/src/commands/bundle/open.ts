import type { Bundle, Trust } from '@waybill/operate'
import type { Outcome } from '@waybill/model'
import { outcomeOf } from '../outcome.ts'

/** How people say whose bundles they take, and of which product. */
export interface TrustOptions {
  readonly key?: readonly string[]
  readonly trust?: string
  readonly allowUnsigned?: boolean
  readonly product?: string
}

/** Opens a bundle, does something with it and closes it. */
export function withBundle<T>(
  file: string,
  options: TrustOptions,
  work: (bundle: Bundle, trust: Trust) => Promise<T>,
): Promise<Outcome<T>> {
  return outcomeOf(async () => {
    const { openBundle } = await import('@waybill/operate')
    const trust = await trustOf(options)
    const bundle = await openBundle(file)
    try {
      return await work(bundle, trust)
    } finally {
      await bundle.source.close()
    }
  })
}

async function trustOf({ key = [], trust, allowUnsigned = false }: TrustOptions): Promise<Trust> {
  const { trustFileKeys, trustedKey } = await import('@waybill/operate')
  const keys = [
    ...(trust === undefined ? [] : await trustFileKeys(trust)),
    ...(await Promise.all(key.map((each) => trustedKey(each)))),
  ]
  return { keys, today: new Date().toISOString().slice(0, 10), allowUnsigned }
}
