import { Interpolated } from '../../containers/draft.ts'
import type { HealthCheck, Mount, PublishedPort, Specification } from '../../containers/specification.ts'
import { type Variable, type Word, printWord, wordOf } from './words.ts'

/** Where a container's folders and names begin on the machine. */
export interface Naming {
  /** The name by which Docker knows a volume: that of the instance before it, or what the site calls its own. */
  readonly volume: (name: string) => string
  /** Several containers have this definition, so that each is told which it is. */
  readonly replicas?: string
}

/** The options of `docker create` for a container, each one word. Networks, order and names are the library's. */
export function optionsOf(specification: Specification, naming: Naming): Word[] {
  return Object.values(options).flatMap((write) => write(specification, naming))
}

/** What runs in a container: the image, and the words after it. Docker takes one word as the entry point. */
export function programOf({ image, entrypoint = [], command = [] }: Specification): Word[] {
  return [image, ...entrypoint.slice(1), ...command].map(wordOf)
}

/** Every word of a specification, so that a new one does not compile before it is decided what becomes of it. */
const options: { readonly [Key in keyof Required<Specification>]: (from: Specification, naming: Naming) => Word[] } = {
  labels: ({ labels, healthcheck }) => [
    ...Object.entries(labels).map(([name, value]) => option('label', `${name}=${value}`)),
    option('label', 'waybill.dev/target=docker'),
    ...withinOf(healthcheck).map((seconds) => option('label', `waybill.dev/healthy-within=${seconds}`)),
  ],
  hostname: ({ hostname }, { replicas }) =>
    replicas === undefined ? maybe('hostname', hostname) : [[`--hostname=${replicas}-`, { variable: 'replica' }]],
  restart: ({ restart }) => [option('restart', restart)],
  user: ({ user }) => [option('user', user)],
  read_only: ({ read_only: readOnly }) => (readOnly ? [wordOf('--read-only')] : []),
  privileged: ({ privileged }) => (privileged ? [wordOf('--privileged')] : []),
  cap_drop: ({ cap_drop: dropped = [] }) => dropped.map((each) => option('cap-drop', each)),
  cap_add: ({ cap_add: added = [] }) => added.map((each) => option('cap-add', each)),
  security_opt: ({ security_opt: all = [] }) => all.map((each) => option('security-opt', each)),
  deploy: ({ deploy }) => [
    ...maybe('cpus', deploy?.resources.limits.cpus),
    ...maybe('memory', deploy?.resources.limits.memory),
    ...maybe('memory-reservation', deploy?.resources.reservations?.memory),
  ],
  shm_size: ({ shm_size: size }) => maybe('shm-size', size),
  tmpfs: ({ tmpfs = [] }) => tmpfs.map((each) => option('tmpfs', each)),
  volumes: ({ volumes = [] }, naming) => volumes.map((mount) => mountOption(mount, naming)),
  stop_signal: ({ stop_signal: signal }) => maybe('stop-signal', signal),
  stop_grace_period: ({ stop_grace_period: grace }) =>
    grace === undefined ? [] : [option('stop-timeout', String(Math.ceil(secondsOf(grace))))],
  logging: ({ logging }) => [
    option('log-driver', logging.driver),
    ...Object.entries(logging.options).map(([name, value]) => option('log-opt', `${name}=${value}`)),
  ],
  healthcheck: ({ healthcheck }) => healthOptions(healthcheck),
  extra_hosts: ({ extra_hosts: hosts = [] }) => hosts.map((each) => option('add-host', each)),
  expose: ({ expose = [] }) => expose.map((each) => option('expose', each)),
  ports: ({ ports = [] }) => ports.map(publishOption),
  env_file: ({ env_file: files = [] }) => files.map(({ path }) => ['--env-file=', ...placeOf(path)]),
  environment: ({ environment = {} }) =>
    Object.entries(environment).map(([name, value]) => option('env', `${name}=${value}`)),
  working_dir: ({ working_dir: folder }) => maybe('workdir', folder),
  entrypoint: ({ entrypoint = [] }) => entrypoint.slice(0, 1).map((word) => option('entrypoint', word)),
  // these stand elsewhere in the file of the service
  image: () => [],
  command: () => [],
  profiles: () => [],
  depends_on: () => [],
  network_mode: () => [],
  networks: () => [],
}

const option = (name: string, value: string): Word => [`--${name}=${value}`]

const maybe = (name: string, value: string | undefined): Word[] => (value === undefined ? [] : [option(name, value)])

/** Docker reads the value of `--mount` as a line of CSV. */
function mountOption(mount: Mount, { volume }: Naming): Word {
  const target: Word = [`target=${mount.target}`]
  if (mount.type === 'bind') {
    return csv('--mount=type=bind', ['source=', ...placeOf(mount.source)], target, ['readonly'])
  }
  return csv(
    '--mount=type=volume',
    [`source=${volume(mount.source)}`],
    target,
    ...(mount.read_only ? [['readonly']] : []),
    ...(mount.volume?.nocopy ? [['volume-nocopy']] : []),
  )
}

/** Folders that a script only knows when it runs have nothing in them that would need quotes: it refuses those that do. */
const csv = (head: string, ...fields: readonly Word[]): Word => [
  head,
  ...fields.flatMap((field) => [',', ...quoted(field)]),
]

function quoted(field: Word): Word {
  const needsQuotes = field.some((part) => typeof part === 'string' && /[",\n]/.test(part))
  if (!needsQuotes) return field
  return ['"', ...field.map((part) => (typeof part === 'string' ? part.replaceAll('"', '""') : part)), '"']
}

/** A path of the machine: from the secrets, from `base/`, or as it stands. */
function placeOf(source: string | Interpolated): Word {
  if (source instanceof Interpolated) return [{ variable: 'secrets' }, source.text.slice(secretsRoot.text.length)]
  return source.startsWith('./') ? [{ variable: 'base' }, source.slice(1)] : [source]
}

/** Stands in the specification for the folder of the secrets. */
export const secretsRoot = new Interpolated('secrets' satisfies Variable)

function publishOption({ target, published, protocol, host_ip: address }: PublishedPort): Word {
  const host = address === undefined ? '' : `${address.includes(':') ? `[${address}]` : address}:`
  return option('publish', `${host}${published}:${target}/${protocol}`)
}

/** The docker program hands a check to a shell of the image, so its words are written for that shell. */
function healthOptions(check: HealthCheck | undefined): Word[] {
  if (!check) return []
  if ('disable' in check) return [wordOf('--no-healthcheck')]
  const command = ['exec', ...check.test.slice(1).map((word) => printWord(wordOf(word)))].join(' ')
  return [
    option('health-cmd', command),
    option('health-interval', check.interval),
    option('health-timeout', check.timeout),
    option('health-retries', String(check.retries)),
    option('health-start-period', check.start_period),
  ]
}

/** The seconds after which Docker itself has given up on a start, and some. */
function withinOf(check: HealthCheck | undefined): number[] {
  if (!check || 'disable' in check) return []
  const failing = check.retries * (secondsOf(check.interval) + secondsOf(check.timeout))
  return [Math.ceil(secondsOf(check.start_period) + failing) + 5]
}

const secondsOf = (duration: string): number => {
  const [, amount = '0', unit] = /^(\d+)(ms|s)$/.exec(duration) ?? []
  return unit === 'ms' ? Number(amount) / 1000 : Number(amount)
}
