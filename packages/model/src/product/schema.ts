import { z } from 'zod'
import { Expression, JsonTemplate } from '../expressions/expression.ts'
import { units } from '../units/unit.ts'

/** The version of the format of `product.json` that this code writes and reads. */
export const productSchemaVersion = 1

const id = z.string().min(1).max(253)
const text = z.string()
/** One line, because it goes into comments, labels and tables. */
const sentence = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}]*$/u, 'one line of text')
const version = z
  .string()
  .regex(/^[0-9A-Za-z](?:[0-9A-Za-z._+-]{0,61}[0-9A-Za-z])?$/, 'a version such as 1.4.0 or 2026.1-rc.2')
const reason = z.string().min(3)
const expression = Expression
const command = z.array(expression).min(1)
const bytes = z.int().nonnegative()
const milliseconds = z.int().nonnegative()

// ------------------------------------------------------------------------------------------------ what customers say

export const LoadFactor = z.strictObject({
  id,
  unit: z.enum(units),
  title: sentence,
  help: text.exactOptional(),
  default: z.number().nonnegative().exactOptional(),
})

export const settingTypes = [
  'text',
  'boolean',
  'choice',
  'count',
  'bytes',
  'cores',
  'duration',
  'percent',
  'hostname',
  'url',
  'email',
  'map',
  'keyedList',
] as const

/** The types of single values: what maps and the fields of keyed lists hold. */
export const scalarTypes = settingTypes.filter(
  (type): type is Exclude<typeof type, 'map' | 'keyedList'> => type !== 'map' && type !== 'keyedList',
)

const SettingRule = z.strictObject({ must: expression, message: sentence })
/** What values may be: of a setting, of each entry of a map, of a field. Limits are in base units. */
const limits = {
  choices: z.array(z.strictObject({ id: text, title: text.exactOptional() })).exactOptional(),
  pattern: text.exactOptional(),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
}
const SettingField = z.strictObject({
  id,
  title: sentence.exactOptional(),
  help: text.exactOptional(),
  type: z.enum(scalarTypes),
  required: z.boolean().exactOptional(),
  default: z.json().exactOptional(),
  ...limits,
})
const settingShape = {
  id,
  title: sentence,
  help: text.exactOptional(),
  type: z.enum(settingTypes),
  /** Type of the values of a map. */
  of: z.enum(scalarTypes).exactOptional(),
  /** What the entries of a keyed list hold beside their id. */
  fields: z.array(SettingField).exactOptional(),
  /** Amounts in base units. An instance adds to the entries of a map or a keyed list, replaces or drops them. */
  default: z.json().exactOptional(),
  required: z.boolean().exactOptional(),
  immutable: z.boolean().exactOptional(),
  public: z.boolean().exactOptional(),
  when: expression.exactOptional(),
  ...limits,
  rules: z.array(SettingRule).exactOptional(),
  since: text.exactOptional(),
  deprecated: z.strictObject({ since: text, use: text.exactOptional(), reason }).exactOptional(),
}
export const Setting = z.strictObject(settingShape)
export const SettingGroup = z.strictObject({
  id,
  title: sentence,
  help: text.exactOptional(),
  settings: z.array(Setting),
})

export const Feature = z.strictObject({
  id,
  title: sentence,
  help: text,
  when: expression.exactOptional(),
  default: z.boolean().exactOptional(),
})

/** A named point of load, such as small, medium, large. */
export const Profile = z.strictObject({ id, title: sentence, load: z.record(id, z.number().nonnegative()) })

// ------------------------------------------------------------------------------------------------ sizes

const evidence = {
  confidence: z.enum(['tested', 'observed', 'estimated']),
  source: sentence,
  range: z.strictObject({ from: z.number(), to: z.number() }).exactOptional(),
}

/** How much is needed, as data over the load; amounts are in base units of `unit`. */
export const Law = z.discriminatedUnion('law', [
  z.strictObject({ law: z.literal('constant'), unit: z.enum(units), value: expression, ...evidence }),
  z.strictObject({ law: z.literal('formula'), unit: z.enum(units), value: expression, ...evidence }),
  z.strictObject({
    law: z.literal('perUnit'),
    unit: z.enum(units),
    of: expression,
    each: z.number().positive(),
    ...evidence,
  }),
  z.strictObject({
    law: z.literal('points'),
    unit: z.enum(units),
    over: expression,
    table: z.array(z.tuple([z.number(), z.number()])),
    ...evidence,
  }),
])

const Demand = z.strictObject({ request: Law, limit: Law })
export const Size = z.strictObject({
  cpu: Demand,
  memory: Demand,
  /** Local disk for logs and scratch. */
  ephemeral: Demand.exactOptional(),
  replicas: z.union([z.int().nonnegative(), Law, z.strictObject({ tiedTo: id })]).exactOptional(),
})

// ------------------------------------------------------------------------------------------------ secrets and volumes

export const secretKinds = ['password', 'hex', 'keyPair', 'certificate', 'template', 'brought'] as const
export const Secret = z.strictObject({
  id,
  kind: z.enum(secretKinds),
  title: text.exactOptional(),
  /** Characters of a password, bytes of a hex secret. */
  length: z.int().min(8).max(1024).exactOptional(),
  /** Names that a certificate is for. */
  hosts: z.array(expression).exactOptional(),
  /** Text over other secrets. */
  template: expression.exactOptional(),
  /** What rotating it does to the people who use the product. */
  rotate: z.strictObject({ effect: sentence }).exactOptional(),
  when: expression.exactOptional(),
  /** When the customer brings the value instead of having it generated, such as the password of their own database. */
  broughtWhen: expression.exactOptional(),
})

export const dataClasses = ['must-back-up', 'slow-to-rebuild', 'disposable'] as const
export const Volume = z.strictObject({
  id,
  holds: sentence,
  data: z.enum(dataClasses),
  size: Law,
  shared: z.boolean().exactOptional(),
  class: z.enum(['standard', 'fast', 'archive']).exactOptional(),
  owner: z.strictObject({ uid: z.int().nonnegative(), gid: z.int().nonnegative() }).exactOptional(),
  retention: z.strictObject({ keep: milliseconds, reason }).exactOptional(),
})

// ------------------------------------------------------------------------------------------------ services

export const Area = z.strictObject({ id, title: sentence })

export const serviceKinds = ['stateless', 'stateful', 'sharded', 'daemon', 'job', 'cron'] as const
export const portProtocols = ['http', 'https', 'grpc', 'tcp', 'udp'] as const
export const Port = z.strictObject({ id, number: z.int().min(1).max(65535), protocol: z.enum(portProtocols) })

export const platformPattern = /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/
export const Image = z.strictObject({
  reference: z.string().min(1),
  platforms: z.array(z.string().regex(platformPattern)).exactOptional(),
})

const timing = {
  every: milliseconds.exactOptional(),
  timeout: milliseconds.exactOptional(),
  failures: z.int().positive().exactOptional(),
  /** Longest time that a start may take; for startup and readiness. */
  within: milliseconds.exactOptional(),
}
export const Probe = z.discriminatedUnion('probe', [
  z.strictObject({ probe: z.literal('http'), port: id, path: z.string().startsWith('/'), ...timing }),
  z.strictObject({ probe: z.literal('tcp'), port: id, ...timing }),
  z.strictObject({ probe: z.literal('grpc'), port: id, service: text.exactOptional(), ...timing }),
  z.strictObject({ probe: z.literal('exec'), command, port: id.exactOptional(), ...timing }),
  z.strictObject({ probe: z.literal('none'), reason }),
])
export const Health = z.strictObject({
  startup: Probe.exactOptional(),
  ready: Probe,
  live: Probe.exactOptional(),
})

/** Commands of the image that exit 0 when the probed address answers. */
export const Prober = z.strictObject({
  http: command.exactOptional(),
  tcp: command.exactOptional(),
  grpc: command.exactOptional(),
})

export const Need = z.strictObject({ on: id, state: z.enum(['started', 'healthy', 'completed']) })

export const Shape = z.discriminatedUnion('shape', [
  z.strictObject({ shape: z.literal('own') }),
  z.strictObject({ shape: z.literal('sidecar'), of: id }),
  z.strictObject({ shape: z.literal('init'), of: id }),
  z.strictObject({ shape: z.literal('process') }),
  z.strictObject({ shape: z.literal('absent'), reason }),
])

/** The families of targets that share run-time shapes: kubernetes and helm, compose and docker, single. */
export const families = ['pods', 'containers', 'processes'] as const

export const relaxations = [
  'writable-root',
  'root',
  'privileged',
  'capability',
  'host-path',
  'host-network',
  'cluster-objects',
] as const
export const Security = z.strictObject({
  user: z.strictObject({ uid: z.int().nonnegative(), gid: z.int().nonnegative() }).exactOptional(),
  relax: z.array(z.strictObject({ what: z.enum(relaxations), value: text.exactOptional(), reason })).exactOptional(),
})

export const Exposure = z.strictObject({
  port: id,
  host: expression,
  path: z.string().startsWith('/').exactOptional(),
  /** A certificate; without one the port is published without TLS, for the reason given. */
  tls: z.union([z.strictObject({ secret: id }), z.strictObject({ none: reason })]),
})

export const Egress = z.strictObject({ to: expression, port: z.int().min(1).max(65535), reason })

const Alert = z.strictObject({
  above: expression.exactOptional(),
  below: expression.exactOptional(),
  for: milliseconds,
  do: sentence,
})
export const Monitor = z.strictObject({
  id,
  asks: sentence,
  query: expression,
  unit: z.enum(units),
  warns: Alert.exactOptional(),
  pages: Alert.exactOptional(),
  reads: text.exactOptional(),
})

/** What a debug bundle takes from a service; what it leaves out by default is data of the collectors. */
export const Diagnostic = z.strictObject({
  id,
  takes: z.enum(['logs', 'command', 'http', 'file']),
  command: command.exactOptional(),
  port: id.exactOptional(),
  path: text.exactOptional(),
  why: sentence,
})

export const Service = z.strictObject({
  id,
  kind: z.enum(serviceKinds),
  does: sentence,
  area: id,
  ports: z.array(Port),
  singleton: z.boolean().exactOptional(),
  image: Image,
  command: command.exactOptional(),
  args: z.array(expression).exactOptional(),
  workingDir: text.exactOptional(),
  env: z.array(z.strictObject({ name: text, value: expression })).exactOptional(),
  files: z.array(z.strictObject({ path: text, content: expression })).exactOptional(),
  secretFiles: z.array(z.strictObject({ path: text, value: expression })).exactOptional(),
  mounts: z.array(z.strictObject({ path: text, volume: id, readOnly: z.boolean().exactOptional() })).exactOptional(),
  /** Writable folders that are empty at each start, on disk or in memory. */
  scratch: z.array(z.strictObject({ path: text, size: bytes, memory: z.boolean().exactOptional() })).exactOptional(),
  needs: z.array(Need).exactOptional(),
  when: expression.exactOptional(),
  shape: z
    .strictObject({ pods: Shape.exactOptional(), containers: Shape.exactOptional(), processes: Shape.exactOptional() })
    .exactOptional(),
  health: Health.exactOptional(),
  prober: Prober.exactOptional(),
  update: z
    .discriminatedUnion('strategy', [
      z.strictObject({
        strategy: z.literal('rolling'),
        surge: z.int().nonnegative().exactOptional(),
        unavailable: z.int().nonnegative().exactOptional(),
      }),
      z.strictObject({ strategy: z.literal('recreate') }),
    ])
    .exactOptional(),
  shutdown: z
    .strictObject({
      signal: z
        .string()
        .regex(/^SIG[A-Z0-9]+$/)
        .exactOptional(),
      grace: milliseconds.exactOptional(),
      drain: milliseconds.exactOptional(),
    })
    .exactOptional(),
  size: Size,
  security: Security.exactOptional(),
  expose: z.array(Exposure).exactOptional(),
  egress: z.array(Egress).exactOptional(),
  /** Labels of the series that the service exports. */
  metrics: z.strictObject({ port: id, path: z.string().startsWith('/').exactOptional() }).exactOptional(),
  monitors: z.array(Monitor).exactOptional(),
  diagnostics: z.array(Diagnostic).exactOptional(),
  schedule: text.exactOptional(),
  completed: command.exactOptional(),
})

// ------------------------------------------------------------------------------------------------ dependencies

/** JSON whose leaves may be expressions. */
const objectTemplate = z.record(z.string(), JsonTemplate)
const ReadyWhen = z.strictObject({ jsonPath: text, equals: text })

/** How a customer's own operator runs a dependency: the custom resource that asks for it, and where it is then. */
export const OperatorForm = z.strictObject({
  /** For people, such as `CloudNativePG`. */
  title: sentence,
  object: objectTemplate,
  readyWhen: ReadyWhen.exactOptional(),
  /** What its inputs are unless the customer says otherwise. */
  inputs: z.record(id, expression),
  /** Where the operator keeps the values of secrets, by secret. */
  secrets: z.record(id, z.strictObject({ name: text, key: text })),
  /** Labels of the pods that the operator makes, for network policies. */
  pods: z.record(z.string(), z.string()).exactOptional(),
})

export const dependencyModes = ['bundled', 'external', 'operator'] as const
export const Dependency = z.strictObject({
  id,
  kind: text,
  holds: sentence,
  version: text,
  when: expression.exactOptional(),
  modes: z.array(z.enum(dependencyModes)).min(1),
  /** What a customer says of their own; secret ones name a secret that they bring. */
  inputs: z.array(Setting),
  /** The inputs that say where an external one listens. */
  reached: z.strictObject({ host: id, port: id }),
  outputs: z.array(z.strictObject({ name: id, value: expression })),
  /** What runs when it is bundled; its id is the dependency's. */
  bundled: Service.exactOptional(),
  operator: OperatorForm.exactOptional(),
})

/** The proxy that ends TLS and routes where the target has no ingress of its own. */
export const Edge = z.strictObject({
  id,
  proxy: z.enum(['caddy']),
  area: id,
  image: Image,
  prober: command,
  size: Size,
  security: Security.exactOptional(),
})

// ------------------------------------------------------------------------------------------------ targets, upgrades

export const AcceptedLoss = z.strictObject({ loss: text, at: text.exactOptional(), reason })
export const TargetChoice = z.strictObject({
  id,
  options: z.record(z.string(), z.json()).exactOptional(),
  /** Images that the target itself needs, among its options. */
  images: z.array(z.string().min(1)).exactOptional(),
  accepts: z.array(AcceptedLoss).exactOptional(),
})

export const RawObject = z.strictObject({
  id,
  target: id,
  object: objectTemplate,
  after: z.array(id).exactOptional(),
  readyWhen: ReadyWhen.exactOptional(),
  when: expression.exactOptional(),
})

export const Moved = z.strictObject({
  what: z.enum(['service', 'volume', 'setting', 'secret', 'dependency', 'feature']),
  from: id,
  to: id,
  since: text.exactOptional(),
})

export const Upgrades = z.strictObject({
  requiredStops: z.array(z.strictObject({ version: text, reason })).exactOptional(),
  bannedVersions: z.array(z.strictObject({ version: text, reason })).exactOptional(),
  tasks: z
    .array(
      z.strictObject({
        id,
        from: text.exactOptional(),
        when: z.enum(['before', 'after']),
        does: sentence,
        reversible: z.boolean(),
        job: id.exactOptional(),
      }),
    )
    .exactOptional(),
})

export const ProductDefinition = z.strictObject({
  schema: z.literal(productSchemaVersion),
  id,
  version,
  title: sentence,
  areas: z.array(Area),
  load: z.array(LoadFactor),
  profiles: z.array(Profile).exactOptional(),
  settings: z.array(SettingGroup),
  features: z.array(Feature),
  secrets: z.array(Secret),
  volumes: z.array(Volume),
  dependencies: z.array(Dependency),
  services: z.array(Service),
  edge: Edge.exactOptional(),
  rawObjects: z.array(RawObject).exactOptional(),
  moved: z.array(Moved).exactOptional(),
  upgrades: Upgrades.exactOptional(),
  targets: z.array(TargetChoice),
})

export type LoadFactor = z.infer<typeof LoadFactor>
export type SettingType = (typeof settingTypes)[number]
export type Setting = z.infer<typeof Setting>
export type SettingField = z.infer<typeof SettingField>
export type SettingGroup = z.infer<typeof SettingGroup>
export type Feature = z.infer<typeof Feature>
export type Profile = z.infer<typeof Profile>
export type Law = z.infer<typeof Law>
export type Size = z.infer<typeof Size>
export type Secret = z.infer<typeof Secret>
export type SecretKind = (typeof secretKinds)[number]
export type DataClass = (typeof dataClasses)[number]
export type Volume = z.infer<typeof Volume>
export type Area = z.infer<typeof Area>
export type ServiceKind = (typeof serviceKinds)[number]
export type PortProtocol = (typeof portProtocols)[number]
export type Port = z.infer<typeof Port>
export type Image = z.infer<typeof Image>
export type Probe = z.infer<typeof Probe>
export type Health = z.infer<typeof Health>
export type Prober = z.infer<typeof Prober>
export type Need = z.infer<typeof Need>
export type Shape = z.infer<typeof Shape>
export type Family = (typeof families)[number]
export type Relaxation = (typeof relaxations)[number]
export type Security = z.infer<typeof Security>
export type Exposure = z.infer<typeof Exposure>
export type Egress = z.infer<typeof Egress>
export type Monitor = z.infer<typeof Monitor>
export type Diagnostic = z.infer<typeof Diagnostic>
export type Service = z.infer<typeof Service>
export type DependencyMode = (typeof dependencyModes)[number]
export type Dependency = z.infer<typeof Dependency>
export type Edge = z.infer<typeof Edge>
export type TargetChoice = z.infer<typeof TargetChoice>
export type AcceptedLoss = z.infer<typeof AcceptedLoss>
export type RawObject = z.infer<typeof RawObject>
export type Moved = z.infer<typeof Moved>
export type ProductDefinition = z.infer<typeof ProductDefinition>
