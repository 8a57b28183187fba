import type { Interpolated } from './draft.ts'

type Text = string | Interpolated

/**
 * A container in the words of the Compose specification, which describes one completely; each target of the family writes
 * it its own way. Texts are meant as they stand: nothing in them is escaped.
 */
export type Specification = {
  readonly image: string
  readonly entrypoint?: readonly string[] | undefined
  readonly command?: readonly string[] | undefined
  readonly working_dir?: string | undefined
  /** Started by somebody at a time, never by `up`. */
  readonly profiles?: readonly string[] | undefined
  readonly hostname?: string | undefined
  readonly environment?: Readonly<Record<string, string>> | undefined
  readonly env_file?: readonly { readonly path: Text; readonly required: boolean; readonly format: 'raw' }[] | undefined
  readonly volumes?: readonly Mount[] | undefined
  readonly shm_size?: string | undefined
  readonly tmpfs?: readonly string[] | undefined
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>> | undefined
  readonly healthcheck?: HealthCheck | undefined
  readonly deploy?: { readonly replicas?: number | undefined; readonly resources: Resources } | undefined
  readonly restart: 'unless-stopped' | 'no'
  readonly stop_signal?: string | undefined
  readonly stop_grace_period?: string | undefined
  readonly extra_hosts?: readonly string[] | undefined
  readonly expose?: readonly string[] | undefined
  readonly ports?: readonly PublishedPort[] | undefined
  readonly labels: Readonly<Record<string, string>>
} & Restrictions &
  Attachment

/** What a container may do. */
export type Restrictions = {
  readonly user: string
  readonly read_only?: boolean | undefined
  readonly privileged?: boolean | undefined
  readonly cap_drop?: readonly string[] | undefined
  readonly cap_add?: readonly string[] | undefined
  readonly security_opt?: readonly string[] | undefined
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> }
}

/** What a container is attached to: networks with the further names that it has there, or `none` or `host`. */
export type Attachment = {
  readonly network_mode?: 'none' | 'host' | undefined
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] }>> | undefined
}

/** Relative paths of the machine start in `base/`. */
export type Mount =
  | {
      readonly type: 'bind'
      readonly source: Text
      readonly target: string
      readonly read_only: true
      readonly bind: { readonly create_host_path: false }
    }
  | {
      readonly type: 'volume'
      readonly source: string
      readonly target: string
      readonly read_only?: boolean
      readonly volume?: { readonly nocopy: true }
    }

export type Condition = 'service_started' | 'service_healthy' | 'service_completed_successfully'

/** Durations such as `10s` or `2500ms`. */
export type HealthCheck =
  | { readonly disable: true }
  | {
      readonly test: readonly string[]
      readonly interval: string
      readonly timeout: string
      readonly retries: number
      readonly start_period: string
    }

export type Resources = {
  readonly limits: { readonly cpus: string; readonly memory: string }
  readonly reservations?: { readonly memory: string } | undefined
}

export type PublishedPort = {
  readonly target: number
  readonly published: string
  readonly protocol: 'tcp' | 'udp'
  readonly host_ip?: string
}
