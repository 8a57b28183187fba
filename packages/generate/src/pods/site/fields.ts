import type {
  DeployedExposure,
  DeployedSecret,
  DeployedService,
  DeployedVolume,
  Deployment,
  Problem,
} from '@waybill/model'
import type { Loss } from '../../target.ts'
import type { Block, Labels, Manifest, Storage } from '../manifest.ts'
import type { Pod } from '../pod.ts'
import type { Reach } from '../reach.ts'
import type { KubernetesOptions } from '../options.ts'

type Port = DeployedService['ports'][number]

/** A port that people outside reach at a host and path. */
export interface Published {
  readonly service: DeployedService
  readonly port: Port
  readonly exposure: DeployedExposure
  readonly pod: Pod
}

/** A port at which a container of a pod tells figures. */
export interface MetricsPort {
  readonly service: DeployedService
  readonly port: Port
  readonly path: string
  /** Whether the port has its name in the pod: the first container that uses a name has it. */
  readonly named: boolean
}

/** What a site decides from; what it finds on the way is collected in losses and problems. */
export interface SiteRequest {
  readonly deployment: Deployment
  readonly options: KubernetesOptions
  readonly lose: (loss: Omit<Loss, 'target'>) => void
  readonly problems: Problem[]
}

/** Whose user something gets. */
export type User = DeployedService['user']

/**
 * Everything that the customer's infrastructure decides about the objects, and the only place that knows it. A method gives
 * fields to spread, entries of a list, or whole objects; it never sees the object that they go into.
 */
export interface SiteFields {
  /** Labels of every object and pod, below ours. */
  labels(): Labels
  /** The image of a service, by its public reference, as this site pulls it. */
  image(reference: string, service: string): string
  /** Objects of the whole instance, such as its service account. */
  instanceObjects(): readonly Manifest[]

  /** Of the metadata of a pod template: annotations. */
  podMetadata(metrics: readonly MetricsPort[]): Block
  /** Of the spec of the pods of a service: service account, pull secrets, placement. */
  podSpec(service: string): Block
  /** Of the security context of the pods of a service: the ids that everything in it runs with. */
  podUser(service: Pick<DeployedService, 'id' | 'user'>): Block
  /** Of the security context of a container whose user may differ from that of its pod. */
  containerUser(user: User, pod: User): Block
  /** Variables that a service's container gets before its own. */
  variables(service: DeployedService): readonly Block[]
  /** Files that every container of the product gets. */
  trust(): Storage

  /** Of the spec of a claim. */
  storageClass(volume: DeployedVolume): Block
  /** The claim that we would make, as a list: empty where the site has one. */
  ownClaim<T extends Block>(volume: DeployedVolume, made: T): readonly T[]
  /** The claim that a pod mounts for a volume which exists once. */
  claimName(volume: DeployedVolume): string
  /** The volumes of a pod for claims that the site has where a StatefulSet would make them. */
  existingClaims(templates: readonly DeployedVolume[], pod: Pod): readonly Block[]

  /** The objects in front of the published ports. */
  front(published: readonly Published[]): readonly Manifest[]
  /** The base secrets that are made for this site: not the certificates that somebody else has. */
  secrets(): readonly DeployedSecret[]

  /** Rules of a policy that let people outside in to published ports of one kind of pod. */
  publishedRules(published: readonly Published[]): readonly Block[]
  /** Rules of a policy that let the scraper in. */
  metricsRules(metrics: readonly MetricsPort[], pod: Pod): readonly Block[]
  /** Rules of a policy that let pods out. */
  outsideRules(reaches: readonly Reach[]): readonly Block[]
  /** Objects by which the scraper finds the ports of a pod. */
  monitors(metrics: readonly MetricsPort[], pod: Pod): readonly Manifest[]
}
