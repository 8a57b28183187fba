import {
  type DeployedService,
  type Deployment,
  type Json,
  type JsonTemplate,
  type Value,
  type When,
  contentName,
} from '@waybill/model'
import { listMember } from '../late/guards.ts'
import type { Pipe, SizeName } from '../late/open.ts'
import { type Spelling, spell, spellTemplate } from '../spelling.ts'
import type { SecretKey } from '../secrets/plan.ts'
import type { AddressBook } from './addresses.ts'
import type { Block } from './manifest.ts'
import { byteQuantity, cpuQuantity } from './quantities.ts'
import type { SiteFields, SiteRequest } from './site/fields.ts'

/**
 * Where a variable or a file of a service is kept that holds a secret; undefined for other variables. `group` tells what is
 * kept together where names are open.
 */
export type FindSecretKey = (
  service: DeployedService,
  place: 'env' | 'files',
  name: string,
  value: Value,
) => (SecretKey & { readonly group?: string }) | undefined

/** What a render decides, and what it leaves open for whoever reads the tree: the same objects come of both. */
export interface Stage {
  /** Whether a value waits for a choice: then only the functions of the stage may look at it. */
  readonly late: boolean
  /** A condition as it has to be asked where another one holds already. */
  under(when: When, given: When): When
  /** Text of a value; `pipes` say what `literal` of the spelling does to what is still open. */
  text(value: Value, spelling: Spelling, pipes: readonly Pipe[]): string
  /** JSON with values in it. */
  json(value: JsonTemplate, spelling: Spelling): Json
  /** Number of copies. */
  replicas(service: DeployedService): Json
  /** Whether a service has so many copies. */
  atLeast(service: DeployedService, copies: number): When
  /** An amount as a quantity, of `most` at most. */
  quantity(size: SizeName, known: number, most?: number): string
  /** Items for each shard of a service, given the number of one. */
  eachShard<T extends Json>(service: DeployedService, item: (shard: number) => T): readonly T[]
  /** Eight hex digits that name content. */
  name(content: Json): string
  /** Annotations of what has to outlive the deployment. */
  readonly kept: { readonly [annotation: string]: string }
  /** Members for the variables of a container that runs a service. */
  environment(service: string, variables: readonly Block[]): Block
  /** What holds where a variable of a service is the product's. */
  untouched(service: string, variable: string): When
  /** Members that a name is made from and that stand somewhere else, too; to be spread. */
  shared(name: string, members: { readonly [member: string]: Json }): { readonly [member: string]: Json }
  /** Where secrets are kept, where that is not planned now. */
  readonly secretKey?: (deployment: Deployment, addresses: AddressBook) => FindSecretKey
  /** The decisions of the site, where they are not made now. */
  readonly site?: (request: SiteRequest) => SiteFields
}

/** Everything is decided: what a deployment says is what the objects say. */
export const decided: Stage = {
  late: false,
  under: (when) => when,
  text: (value, spelling) => spell(value, spelling),
  json: spellTemplate,
  replicas: ({ replicas }) => replicas,
  atLeast: ({ replicas }, copies) => (replicas >= copies ? undefined : false),
  quantity: ({ what }, known, most = Number.POSITIVE_INFINITY) =>
    (what === 'cpu' ? cpuQuantity : byteQuantity)(Math.min(known, most)),
  eachShard: ({ replicas }, item) => Array.from({ length: replicas }, (_, shard) => item(shard)),
  name: contentName,
  kept: {},
  environment: (_, variables) => listMember('env', variables),
  untouched: () => undefined,
  shared: (_, members) => members,
}
