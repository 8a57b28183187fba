import type { Expression, JsonTemplate } from '../expressions/expression.ts'
import type {
  AcceptedLoss,
  DataClass,
  Family,
  PortProtocol,
  ProductDefinition,
  Relaxation,
  SecretKind,
  ServiceKind,
  Shape,
} from '../product/schema.ts'
import type { ImagesLock } from '../images/lock.ts'
import type { InstanceDefinition, Site } from '../instance/schema.ts'

/**
 * A value of which all choices are made. A string is literal; what is left symbolic is for the target to spell:
 * `address`, `runtime`, `secret`, `probe`, `percentEncode` of a secret, and `concat` and `json` over those.
 */
export type Value = Expression

/**
 * Product × instance, partially evaluated: what every target renders. All amounts are in base units. A part with `when` is
 * only there where that holds; only what `resolveLate` gives has such parts.
 */
export interface Deployment {
  readonly product: { readonly id: string; readonly version: string; readonly title: string; readonly digest: string }
  readonly instance: { readonly id: string; readonly namespace: string }
  /** Bundled dependencies first, then the product's services, each in declared order; absent ones are not here. */
  readonly services: readonly DeployedService[]
  readonly volumes: readonly DeployedVolume[]
  /** Base secrets that something uses. */
  readonly secrets: readonly DeployedSecret[]
  readonly secretSource: SecretSource
  readonly edges: readonly Edge[]
  /** What customers bring: reached from inside, not part of the output. */
  readonly external: readonly ExternalDependency[]
  readonly edgeProxy?: EdgeProxy
  readonly rawObjects: readonly {
    readonly id: string
    readonly target: string
    /** JSON whose leaves may be values. */
    readonly object: { readonly [key: string]: JsonTemplate }
    readonly after: readonly string[]
    readonly readyWhen?: { readonly jsonPath: string; readonly equals: string }
    readonly when?: Value
  }[]
  readonly site: Site
  /** What it was resolved from: for targets that leave choices open. */
  readonly origin?: Origin
  /** Target options of the definition, by target. */
  readonly targets: Readonly<
    Record<
      string,
      {
        readonly options: Readonly<Record<string, unknown>>
        readonly accepts: readonly AcceptedLoss[]
        /** Images that the target itself needs, as the engine pulls them. */
        readonly images?: Readonly<Record<string, string>>
      }
    >
  >
}

export interface Origin {
  readonly product: ProductDefinition
  readonly instance: InstanceDefinition
  readonly lock?: ImagesLock
}

export interface Amounts {
  readonly request: number
  readonly limit: number
}

export interface DeployedService {
  readonly id: string
  readonly kind: ServiceKind
  readonly does: string
  readonly area: string
  /** Set when it is the bundled form of this dependency. */
  readonly dependency?: string
  /** What has to hold for it to be there. */
  readonly when?: Value
  readonly ports: readonly { readonly id: string; readonly number: number; readonly protocol: PortProtocol }[]
  /** The reference as the engine pulls it: mapped to the site's registry. */
  readonly image: string
  readonly platforms: readonly string[]
  readonly command?: readonly Value[]
  readonly args?: readonly Value[]
  readonly workingDir?: string
  /** Absent variables are not here. */
  readonly env: readonly { readonly name: string; readonly value: Value; readonly when?: Value }[]
  readonly files: readonly { readonly path: string; readonly content: Value; readonly when?: Value }[]
  readonly secretFiles: readonly { readonly path: string; readonly value: Value; readonly when?: Value }[]
  readonly mounts: readonly { readonly path: string; readonly volume: string; readonly readOnly: boolean }[]
  readonly scratch: readonly { readonly path: string; readonly size: number; readonly memory: boolean }[]
  /** Only on parts that are present. */
  readonly needs: readonly {
    readonly on: string
    readonly state: 'started' | 'healthy' | 'completed'
    readonly when?: Value
  }[]
  readonly shape: Readonly<Record<Family, Shape>>
  readonly health?: { readonly startup?: DeployedProbe; readonly ready: DeployedProbe; readonly live?: DeployedProbe }
  readonly update:
    | { readonly strategy: 'rolling'; readonly surge: number; readonly unavailable: number }
    | { readonly strategy: 'recreate' }
  readonly shutdown: { readonly signal: string; readonly grace: number; readonly drain: number }
  readonly replicas: number
  readonly singleton: boolean
  readonly cpu: Amounts
  readonly memory: Amounts
  readonly ephemeral?: Amounts
  readonly user: { readonly uid: number; readonly gid: number }
  readonly relax: readonly { readonly what: Relaxation; readonly value?: string; readonly reason: string }[]
  readonly exposures: readonly DeployedExposure[]
  readonly egress: readonly {
    readonly to: string
    readonly port: number
    readonly reason: string
    readonly when?: Value
  }[]
  readonly metrics?: { readonly port: string; readonly path: string }
  readonly schedule?: string
  readonly completed?: readonly Value[]
}

/** A health check with all timings, in milliseconds. */
export type DeployedProbe =
  | { readonly probe: 'none'; readonly reason: string }
  | (ProbeTiming &
      (
        | { readonly probe: 'http'; readonly port: string; readonly path: string }
        | { readonly probe: 'tcp'; readonly port: string }
        | { readonly probe: 'grpc'; readonly port: string; readonly service?: string }
        | { readonly probe: 'exec'; readonly port?: string }
      ) & {
        /** Runs inside the image, with `probe` symbols for the address under test; undefined when the image names none. */
        readonly command?: readonly Value[]
      })
interface ProbeTiming {
  readonly every: number
  readonly timeout: number
  readonly failures: number
  readonly within: number
}

export interface DeployedExposure {
  readonly port: string
  readonly host: string
  readonly path: string
  /** Id of the certificate; undefined when published without TLS. */
  readonly certificate?: string
}

export interface DeployedVolume {
  readonly id: string
  readonly holds: string
  readonly data: DataClass
  readonly size: number
  readonly shared: boolean
  readonly class: 'standard' | 'fast' | 'archive'
  /** Only when the definition says so: the folder in the image belongs to somebody else. */
  readonly owner?: { readonly uid: number; readonly gid: number }
}

export interface DeployedSecret {
  readonly id: string
  readonly version: number
  readonly kind: SecretKind
  readonly title: string
  /** Characters of a password, bytes of a hex secret. */
  readonly length: number
  readonly hosts: readonly string[]
  readonly template?: Value
  /** The customer has to bring it; otherwise it is generated. */
  readonly brought: boolean
  readonly parts: readonly string[]
  /** Where parts of it are already: nothing of ours makes those. */
  readonly existing?: Readonly<Record<string, ExistingPart>>
}

/** Where a value is already: in a Secret of the cluster (`name` and `key`), in a file of a Docker host, or in both. */
export interface ExistingPart {
  readonly name?: string
  readonly key?: string
  readonly file?: string
}

/** A whole value that a service reads, instead of one that is composed: a variable, or an absolute path. */
export interface ExistingValue {
  readonly service: string
  readonly place: string
  readonly at: { readonly name: string; readonly key: string }
}

/** Where the values of secrets come from, as the instance chooses. */
export type SecretSource =
  | { readonly source: 'precreated' }
  | {
      readonly source: 'externalSecrets'
      readonly store: {
        readonly name: string
        readonly kind: string
        readonly prefix: string
        readonly property?: string
      }
    }
  | { readonly source: 'existing'; readonly values: readonly ExistingValue[] }
  | { readonly source: 'job'; readonly image: string }

/** Somebody uses a port of somebody: derived from env, files and commands, never written down. */
export interface Edge {
  readonly from: string
  readonly to: string
  readonly port: string
  readonly when?: Value
}

export interface ExternalDependency {
  readonly id: string
  readonly kind: string
  /** Set when the customer's operator runs it: labels of the pods that it makes, as far as they are known. */
  readonly operator?: { readonly pods?: Readonly<Record<string, string>> }
  readonly host: string
  readonly port: number
  /** Services that use it. */
  readonly usedBy: readonly string[]
  readonly when?: Value
}

export interface EdgeProxy {
  readonly id: string
  readonly proxy: 'caddy'
  readonly area: string
  readonly image: string
  readonly prober: readonly Value[]
  readonly cpu: Amounts
  readonly memory: Amounts
  readonly user: { readonly uid: number; readonly gid: number }
}
