/** Everything that a `product.ts` imports. */
export { area, count, feature, load, settings, size } from './customer.ts'
export type { Area, Feature, LoadFactor, SettingGroup } from './customer.ts'
export * as setting from './setting-types.ts'
export type { Dependency, DependencyMeta, BundledMeta, OperatorForm } from './dependencies/dependency.ts'
export { type CloudNativePgMeta, cloudNativePg } from './dependencies/operators.ts'
export { type Postgres, postgres } from './dependencies/postgres.ts'
export { type Redis, redis } from './dependencies/redis.ts'
export { type ObjectStore, objectStore } from './dependencies/object-store.ts'
export { type Oidc, type Otlp, type Smtp, oidc, otlp, smtp } from './dependencies/external.ts'
export { type EdgeChoice, caddy } from './edge.ts'
export { connects, exits0, get, grpcHealth, none } from './health.ts'
export type { Probe, Timing } from './health.ts'
export {
  type AcceptedLoss,
  type Moved,
  type ProductMeta,
  type RawObject,
  type TargetChoice,
  moved,
  originsOf,
  product,
  rawObject,
} from './product.ts'
export {
  GB,
  GiB,
  KiB,
  MB,
  MiB,
  TiB,
  bytes,
  cores,
  days,
  hours,
  kB,
  milliseconds,
  minutes,
  percent,
  seconds,
} from './quantities.ts'
export {
  absent,
  completed,
  cron,
  daemon,
  grpc,
  healthy,
  http,
  https,
  initOf,
  job,
  monitor,
  publish,
  sharded,
  sidecarOf,
  started,
  stateful,
  stateless,
  tcp,
  udp,
} from './services.ts'
export type {
  CronBody,
  Definition,
  Exposure,
  Job,
  JobBody,
  Service,
  ServiceBody,
  ShardedService,
  Surface,
} from './services.ts'
export {
  type Demand,
  type Evidence,
  type Law,
  type Size,
  constant,
  estimated,
  formula,
  observed,
  perUnit,
  points,
  tested,
} from './sizes.ts'
export { type Certificate, type Volume, scratch, scratchInMemory, secret, volume } from './storage.ts'
export {
  type List,
  type PortRef,
  type Predicate,
  type PublicValue,
  type Quantity,
  type SecretText,
  type ShardPortRef,
  type Text,
  type EnvValue,
  all,
  any,
  json,
  not,
  percentEncoded,
  probe,
  promql,
  runtime,
  text,
  when,
} from './terms.ts'
