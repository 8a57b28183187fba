import type { Deployment } from '@waybill/model'
import type { Owner } from '../labels.ts'
import type { SiteRequest } from './fields.ts'

/** What the decisions of a concrete site are made from. */
export interface SiteInput extends Owner, SiteRequest {
  readonly wishes: Deployment['site']
}
