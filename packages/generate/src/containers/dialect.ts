import type { Deployment } from '@waybill/model'
import type { Interpolated } from './draft.ts'

/** What tells the targets of the containers family apart; everything else about a container they have in common. */
export interface Dialect {
  /** What a container is told where it asks for its target. */
  readonly target: string
  /** The program that starts the containers, in sentences. */
  readonly title: string
  /** The file in which the customer changes what we write. */
  readonly custom: string
  /** Commands for an admin, typed in the folder of the output. */
  readonly commands: {
    readonly restart: (service: string) => string
    readonly once: (service: string) => string
  }
  /** Every replica has an environment of its own, so that it can be told which one it is. */
  readonly replicaIdentity: boolean
  /** The end of a one-shot is waited for and checked, even if no service needs it. */
  readonly awaitsOneShots: boolean
  /** Where the secrets of an instance lie on the machine. */
  readonly secretsFolder: (deployment: Deployment) => Interpolated
}
