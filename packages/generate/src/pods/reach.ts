import type { Deployment, When } from '@waybill/model'

/** Somebody outside of the product whom pods reach. */
export interface Reach {
  readonly from: string
  readonly host: string
  readonly port: number
  readonly at: string
  /** What a site calls its addresses by: the dependency, or the host. */
  readonly range: string
  /** Set for what an operator of the cluster runs: inside of it, in pods with these labels as far as they are known. */
  readonly operator?: NonNullable<Deployment['external'][number]['operator']> | undefined
  readonly when?: When
}
