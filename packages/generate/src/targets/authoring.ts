import type { AcceptedLoss, TargetChoice } from '@waybill/model'

interface Accepting {
  /** Losses that the vendor knows of, so that strict rendering passes. */
  readonly accepts?: readonly AcceptedLoss[]
}

/** Offers the product on Kubernetes: a folder for `kubectl apply -k`. */
export const kubernetes = (
  options: { readonly versions: string; readonly gateway?: 'ingress' | 'gateway' } & Accepting,
): TargetChoice => choice('kubernetes', options)

/** Offers the product as a chart for Helm, which makes the objects that the Kubernetes target makes. */
export const helm = (
  options: { readonly versions: string; readonly gateway?: 'ingress' | 'gateway' } & Accepting,
): TargetChoice => choice('helm', options)

/** Offers the product on Docker Compose. */
export const compose = (options: Accepting = {}): TargetChoice => choice('compose', options)

/** Offers the product on Docker, without Compose: scripts for a shell. */
export const docker = (options: Accepting = {}): TargetChoice => choice('docker', options)

/**
 * Offers the product in one container, for demos only.
 *
 * @param options.supervisor an image with process-compose, and with a shell, coreutils, mount, setpriv and unshare as Debian has them
 */
export const single = (options: { readonly supervisor: string } & Accepting): TargetChoice => ({
  ...choice('single', options),
  images: [options.supervisor],
})

function choice(id: string, { accepts, ...options }: Accepting & object): TargetChoice {
  return { id, options, ...(accepts && { accepts }) } as TargetChoice
}
