import type { Json } from '@waybill/model'

/** A Kubernetes object, keys in the order in which people read them. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly [member: string]: Json
}
export type Metadata = { readonly name: string; readonly [member: string]: Json }

export type Labels = Readonly<Record<string, string>>

/** A part of an object. */
export type Block = { readonly [member: string]: Json }

/** Where a container sees what, and the volumes of the pod that hold it. */
export interface Storage {
  readonly mounts: readonly Block[]
  readonly volumes: readonly Block[]
}
