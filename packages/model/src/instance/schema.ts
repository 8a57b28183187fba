import { z } from 'zod'
import { dependencyModes } from '../product/schema.ts'

/** The version of the format of `instance.yaml` that this code writes and reads. */
export const instanceSchemaVersion = 1

const id = z.string().min(1).max(253)
const text = z.string()
/** A number, or a quantity with its unit such as `20 GiB`; which of them is checked against the product. */
const amount = z.union([z.number(), z.string()])
const labels = z.record(z.string(), z.string())

export const DependencyChoice = z.strictObject({ mode: z.enum(dependencyModes).exactOptional() }).catchall(z.json())

export const SizeOverride = z.strictObject({
  replicas: z.int().nonnegative().exactOptional(),
  cpu: z.strictObject({ request: amount.exactOptional(), limit: amount.exactOptional() }).exactOptional(),
  memory: z.strictObject({ request: amount.exactOptional(), limit: amount.exactOptional() }).exactOptional(),
})

export const Site = z.strictObject({
  /** A registry that holds the images under their public paths, such as `registry.example:5000/mirror`. */
  registry: text.exactOptional(),
  pullSecrets: z.array(id).exactOptional(),
  namespace: id.exactOptional(),
  storageClass: z
    .strictObject({
      default: text.exactOptional(),
      standard: text.exactOptional(),
      fast: text.exactOptional(),
      archive: text.exactOptional(),
    })
    .exactOptional(),
  ingress: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('ingress'), class: text.exactOptional(), annotations: labels.exactOptional() }),
      z.strictObject({
        kind: z.literal('gateway'),
        name: id,
        namespace: id.exactOptional(),
        section: text.exactOptional(),
      }),
      z.strictObject({ kind: z.literal('none') }),
    ])
    .exactOptional(),
  /** Where the edge listens on a Docker host. */
  publish: z
    .strictObject({
      address: text.exactOptional(),
      http: z.int().min(0).max(65535).exactOptional(),
      https: z.int().min(1).max(65535).exactOptional(),
    })
    .exactOptional(),
  /** The folder on a Docker host that holds the secrets; absolute, outside of the output. */
  secretsFolder: text.exactOptional(),
  labels: labels.exactOptional(),
})

export const Overlay = z.strictObject({
  at: text,
  /** The value that the patch was made against. */
  base: z.json().exactOptional(),
  set: z.json(),
  reason: text.exactOptional(),
})

export const InstanceDefinition = z.strictObject({
  schema: z.literal(instanceSchemaVersion),
  id,
  product: id,
  version: text.exactOptional(),
  target: id.exactOptional(),
  delivery: z.enum(['waybill', 'helm', 'gitops', 'manual']).exactOptional(),
  profile: id.exactOptional(),
  load: z.record(id, amount).exactOptional(),
  settings: z.record(id, z.record(id, z.json())).exactOptional(),
  features: z.record(id, z.boolean()).exactOptional(),
  dependencies: z.record(id, DependencyChoice).exactOptional(),
  secrets: z
    .strictObject({
      source: z.enum(['precreated']).exactOptional(),
      versions: z.record(id, z.int().positive()).exactOptional(),
    })
    .exactOptional(),
  sizes: z.record(id, SizeOverride).exactOptional(),
  site: Site.exactOptional(),
  overlays: z.array(Overlay).exactOptional(),
})

export type Site = z.infer<typeof Site>
export type Overlay = z.infer<typeof Overlay>
export type SizeOverride = z.infer<typeof SizeOverride>
export type InstanceDefinition = z.infer<typeof InstanceDefinition>
