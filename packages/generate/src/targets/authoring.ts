import type { AcceptedLoss, TargetChoice } from '@waybill/model'

interface Accepting {
  /** Losses that the vendor knows of, so that strict rendering passes. */
  readonly accepts?: readonly AcceptedLoss[]
}

/** Offers the product on Kubernetes: a folder for `kubectl apply -k`. */
export const kubernetes = (
  options: { readonly versions: string; readonly gateway?: 'ingress' | 'gateway' } & Accepting,
): TargetChoice => choice('kubernetes', options)

/** Offers the product on Docker Compose. */
export const compose = (options: Accepting = {}): TargetChoice => choice('compose', options)

function choice(id: string, { accepts, ...options }: Accepting & object): TargetChoice {
  return { id, options, ...(accepts && { accepts }) } as TargetChoice
}
