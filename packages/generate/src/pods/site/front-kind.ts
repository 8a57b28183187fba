import type { Deployment } from '@waybill/model'
import type { SiteInput } from './input.ts'

type Chosen = NonNullable<Deployment['site']['ingress']>

/** What stands in front of published ports: the site's word, or the product's wish where the site says nothing. */
export type Front = Chosen | { readonly kind: 'gateway'; readonly name?: undefined }

export const frontOf = ({ wishes, options }: SiteInput): Front =>
  wishes.ingress ?? (options.gateway === 'gateway' ? { kind: 'gateway' } : { kind: 'ingress' })
