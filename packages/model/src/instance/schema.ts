import { z } from 'zod'
import { dependencyModes } from '../product/schema.ts'

/** The version of the format of `instance.yaml` that this code writes and reads. */
export const instanceSchemaVersion = 1

const id = z.string().min(1).max(253)
const text = z.string()
/** A number, or a quantity with its unit such as `20 GiB`; which of them is checked against the product. */
const amount = z.union([z.number(), z.string()])

const objectName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'a name of small letters, digits, "-" and "."')
const labelKey = z
  .string()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
    'a label key such as team or example.com/team',
  )
const labelValue = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
    'a label value of at most 63 letters, digits, "-", "_" and "."',
  )
const registry = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/,
    'a registry such as registry.example.com:5000/mirror, without https:// and without a slash at the end',
  )

export const DependencyChoice = z.strictObject({ mode: z.enum(dependencyModes).exactOptional() }).catchall(z.json())

export const SizeOverride = z.strictObject({
  replicas: z.int().nonnegative().exactOptional(),
  cpu: z.strictObject({ request: amount.exactOptional(), limit: amount.exactOptional() }).exactOptional(),
  memory: z.strictObject({ request: amount.exactOptional(), limit: amount.exactOptional() }).exactOptional(),
})

export const Site = z.strictObject({
  /** A registry that holds the images under their public paths, such as `registry.example:5000/mirror`. */
  registry: registry.exactOptional(),
  pullSecrets: z.array(objectName).exactOptional(),
  namespace: id.exactOptional(),
  storageClass: z
    .strictObject({
      default: objectName.exactOptional(),
      standard: objectName.exactOptional(),
      fast: objectName.exactOptional(),
      archive: objectName.exactOptional(),
    })
    .exactOptional(),
  ingress: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('ingress'),
        class: objectName.exactOptional(),
        annotations: z.record(labelKey, text).exactOptional(),
      }),
      z.strictObject({
        kind: z.literal('gateway'),
        name: objectName,
        namespace: objectName.exactOptional(),
        section: objectName.exactOptional(),
      }),
      z.strictObject({ kind: z.literal('none') }),
    ])
    .exactOptional(),
  /** Where the edge listens on a Docker host. */
  publish: z
    .strictObject({
      address: z.union([z.ipv4(), z.ipv6()], 'an address of the machine such as 127.0.0.1').exactOptional(),
      http: z.int().min(0).max(65535).exactOptional(),
      https: z.int().min(1).max(65535).exactOptional(),
    })
    .refine(({ http = 80, https = 443 }) => http !== https, 'two different ports for http and https')
    .exactOptional(),
  /** The folder on a Docker host that holds the secrets; absolute, outside of the output. */
  secretsFolder: z.string().startsWith('/').exactOptional(),
  labels: z.record(labelKey, labelValue).exactOptional(),
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
