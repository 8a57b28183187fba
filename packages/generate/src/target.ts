import type { Deployment, Family, Json, Problem } from '@waybill/model'
import type { z } from 'zod'

/** A way to run. Shared code never asks which target it has; it reads a declared capability. */
export interface Target<Options = unknown> {
  readonly id: string
  readonly title: string
  readonly family: Family
  readonly capabilities: Capabilities
  /** What a vendor may say about this target in the definition. */
  readonly options: z.ZodType<Options>
  /** Pure: the same deployment gives the same files on every machine. */
  render(deployment: Deployment, options: Options): Rendered
  /** Reads the target's own output back into neutral facts, to compare targets with one another. */
  observe(rendered: Rendered, deployment: Deployment): Observation
  /** The overlays of an instance as files of the customer's own, from the output without and with them; absent where the
   * engine has no such form. */
  readonly customize?: (plain: Rendered, patched: Rendered) => Customization
  /** How an admin brings the output up and down, as shell commands to type inside of the target's folder. */
  readonly commands: Commands
}

/** What a target can do; what it cannot becomes a loss where a product asks for it. */
export interface Capabilities {
  /** A failed liveness check restarts the container. */
  readonly livenessRestart: boolean
  /** A slow start is told apart from an ill container. */
  readonly startupProbe: boolean
  readonly startOrder: { readonly healthy: boolean; readonly completed: boolean }
  /** Several copies of a service on several machines. */
  readonly manyMachines: boolean
  readonly rollingUpdate: boolean
  readonly schedules: boolean
  readonly daemons: boolean
  readonly networkPolicy: 'connections' | 'networks' | 'none'
  readonly volumeSize: boolean
  readonly replicaIdentity: boolean
  /** Custom resources: a customer's operator can run a dependency. */
  readonly operators: boolean
}

export interface Commands {
  readonly secrets: string
  readonly up: string
  readonly down: string
}

/** Patches in the engine's own words, for `custom/`. */
export interface Customization {
  readonly files: readonly OutputFile[]
  /** The customer's file that the engine reads: its whole text while nobody edited it, and what to add to one that was edited. */
  readonly entry: { readonly path: string; readonly text: string; readonly add: string }
}

export interface Rendered {
  readonly files: readonly OutputFile[]
  /** What the files come to with the choices of this instance, where they leave those open to somebody else. */
  readonly objects?: readonly OutputFile[]
  /** Exactly the images that the output makes an engine pull, sorted; `imagesOf` finds them in structured files. */
  readonly images: readonly string[]
  readonly losses: readonly Loss[]
  readonly problems: readonly Problem[]
}

/** A file of the output, relative to the target's folder. Structured content is printed last, so that it can be compared. */
export interface OutputFile {
  readonly path: string
  readonly content: { readonly text: string } | { readonly documents: readonly Json[]; readonly comment?: string }
  /** Runs as a script. */
  readonly executable?: boolean
  /** Written once, then the customer's for ever; all other files are ours. */
  readonly custom?: boolean
}

/** Something that a target cannot express. Never silent. */
export interface Loss {
  readonly target: string
  /** Permanent name of what is lost, such as `health.liveness`. */
  readonly loss: string
  /** What loses it: ids from the root, such as `services/api/health/live`. */
  readonly at: string
  /** `note`: works, in another way; `degraded`: works less well; `unsupported`: does not work. */
  readonly severity: 'note' | 'degraded' | 'unsupported'
  readonly reason: string
  readonly workaround: string
}

/** Neutral facts about an output, with addresses turned back into references, sorted: equal on all targets or lost. */
export interface Observation {
  readonly services: Readonly<Record<string, ObservedService>>
  /** Connections that the output lets through between services: `from>to:port`. */
  readonly connections: readonly string[]
  readonly volumes: Readonly<Record<string, { readonly data: string; readonly mountedBy: readonly string[] }>>
}
export interface ObservedService {
  readonly image: string
  readonly replicas: number
  readonly command: readonly string[]
  readonly args: readonly string[]
  /** Name → value; a secret's value is `secret:<reference>`, an address `ref:<service>[/<shard>].<port>` inside the text. */
  readonly env: Readonly<Record<string, string>>
  readonly files: Readonly<Record<string, string>>
  readonly ports: readonly number[]
  /** What readiness asks, without the wording of the target: `http /ready 8080`, `exec …`, `tcp 5432`, `none`. */
  readonly health: string
  readonly mounts: Readonly<Record<string, string>>
  readonly user: string
  readonly readOnlyRoot: boolean
  readonly needs: readonly string[]
  readonly memoryLimit: number
  readonly cpuLimit: number
}
