import { manifest } from '../labels.ts'
import type { Block, Manifest } from '../manifest.ts'
import type { SiteInput } from './input.ts'

/** One account for the whole instance, and only where the site gives it a meaning: our pods never ask the API server. */
export function serviceAccounts(input: SiteInput): Manifest[] {
  const { wishes } = input
  if (!wishes.serviceAccount) return []
  const { annotations } = wishes.serviceAccount
  const identity = { apiVersion: 'v1', kind: 'ServiceAccount', name: accountName(input), annotations }
  return [manifest(input, identity, { automountServiceAccountToken: false })]
}

export const accountOf = (input: SiteInput): Block =>
  input.wishes.serviceAccount ? { serviceAccountName: accountName(input) } : {}

const accountName = ({ deployment }: SiteInput): string => deployment.product.id
