import { type DeployedProbe, type DeployedService, type DeployedVolume, formatQuantity } from '@waybill/model'
import { siteLosses } from '../../containers/site.ts'
import type { Loss } from '../../target.ts'
import { publishedOnce } from './exposures.ts'
import { lost, toCompose } from './lost.ts'
import { type Plan, hasCheck } from './plan.ts'
import { patience } from './processes.ts'

/** Everything that one container cannot do for this deployment. */
export function lossesOf(plan: Plan): Loss[] {
  const { deployment, running, ports, writableRoot } = plan
  const checked = new Set(running.filter(hasCheck).map(({ id }) => id))
  return [
    ...wholeLosses(plan),
    ...running.flatMap((service) => [
      ...runLosses(service),
      ...orderLosses(service, checked),
      ...healthLosses(service),
      ...resourceLosses(service),
      ...securityLosses(service, writableRoot),
      ...exposureLosses(service),
    ]),
    ...ports.moved.map(({ unit, port, number }) =>
      lost(
        'ports.moved',
        `services/${unit.service.id}/ports`,
        'note',
        `Port ${port} of ${unit.name} is ${number} here, because somebody else has its own number; it reads it from its configuration.`,
        'Nothing to do.',
      ),
    ),
    ...deployment.volumes.filter(({ id }) => plan.volumes.has(id)).flatMap(volumeLosses),
    ...deployment.rawObjects
      .filter(({ target }) => target === 'single')
      .map(({ id }) =>
        lost('rawObject', `rawObjects/${id}`, 'unsupported', 'There is no object beside the one container.', toCompose),
      ),
    ...siteLosses(deployment, { title: 'one container' }).map((each) => ({ target: 'single', ...each })),
    ...(deployment.site.claims ? [lost('site.unused', 'site/claims', 'degraded', ownVolumes, toCompose)] : []),
  ]
}

const ownVolumes = 'The demo makes volumes of its own, under the names of Compose.'

function wholeLosses({ running, deployment }: Plan): Loss[] {
  const losses = [
    lost(
      'demo',
      'targets/single',
      'degraded',
      'Everything is in one container: it starts, stops, fails and is updated as a whole, and its log holds the lines of all.',
      toCompose,
    ),
    lost(
      'network.isolation',
      'networks',
      'degraded',
      'All processes have one network: each reaches every port of every other one, and every outside address.',
      toCompose,
    ),
    lost(
      'security.isolation',
      'targets/single/processes',
      'degraded',
      'Each service has its own files, but all see the list of processes; services with one user id see the variables and memory of one another.',
      toCompose,
    ),
    lost(
      'security.start',
      'targets/single/start',
      'note',
      'The container starts with the capability SYS_ADMIN and without AppArmor, to show each service its /proc; it gives the capability up before anything of the product runs.',
      toCompose,
    ),
  ]
  if (deployment.edgeProxy || running.length === 0) return losses
  const page = lost(
    'demo.page',
    'edge',
    'note',
    'Without an edge there is no page that says that this is a demo; only the start says so.',
    'Declare an edge in the definition.',
  )
  return [...losses, page]
}

function runLosses({ id, kind, replicas, update, schedule }: DeployedService): Loss[] {
  const losses: Loss[] = []
  if (replicas > 1 && (kind === 'stateless' || kind === 'stateful')) {
    const reason = `One process runs instead of ${replicas}.`
    losses.push(lost('replicas', `services/${id}/replicas`, 'degraded', reason, toCompose))
  }
  if (kind === 'daemon') {
    const reason = 'It runs once, inside of the container, not on every machine.'
    losses.push(lost('daemons', `services/${id}/kind`, 'degraded', reason, toCompose))
  }
  if (kind === 'cron') {
    const line = `${schedule ?? '* * * * *'} docker exec CONTAINER /waybill/services/${id}`
    losses.push(
      lost(
        'schedules',
        `services/${id}/schedule`,
        'unsupported',
        'The supervisor starts nothing at a time of day.',
        `Add this line to the crontab of the machine: ${line}`,
      ),
    )
  }
  if (kind === 'stateless' && update.strategy === 'rolling') {
    const reason = 'An update makes the whole container anew, so it interrupts everything for the time of a start.'
    losses.push(lost('update.rolling', `services/${id}/update`, 'degraded', reason, 'Update when nobody is using it.'))
  }
  return losses
}

const orderLosses = ({ id, needs }: DeployedService, checked: ReadonlySet<string>): Loss[] =>
  needs
    .filter(({ on, state }) => state === 'healthy' && !checked.has(on))
    .map(({ on }) =>
      lost(
        'startOrder.healthy',
        `services/${id}/needs/${on}`,
        'degraded',
        `"${on}" has no health check, so "${id}" starts as soon as it has started.`,
        `Give "${on}" a readiness check, or let "${id}" try again until it answers.`,
      ),
    )

function healthLosses(service: DeployedService): Loss[] {
  const { id, health } = service
  if (!health) return []
  const { startup, ready, live } = health
  const losses: Loss[] = []
  if (live && live.probe !== 'none') {
    losses.push(
      lost(
        'health.liveness',
        `services/${id}/health/live`,
        'degraded',
        'The supervisor asks for readiness only; what lives but is never ready is restarted late.',
        `Restart it by hand: docker exec CONTAINER process-compose -U -u /run/waybill/supervisor.sock process restart ${id}`,
      ),
    )
  }
  if (hasCheck(service)) {
    losses.push(
      lost(
        'health.readiness',
        `services/${id}/health/ready`,
        'note',
        `A process that fails its check for ${formatQuantity(patience(service), 'duration')} in a row is restarted: the supervisor takes it for ill.`,
        'Nothing to do.',
      ),
    )
  }
  if (startup && startup.probe !== 'none' && question(startup) !== question(ready)) {
    const reason = 'One check asks for both: readiness, which may fail for as long as the start may take.'
    losses.push(lost('health.startup', `services/${id}/health/startup`, 'note', reason, 'Nothing to do.'))
  }
  return losses
}

/** What a probe asks, without its timings. */
const question = (probe: DeployedProbe): string => {
  if (probe.probe === 'none') return 'none'
  const { every: _every, timeout: _timeout, failures: _failures, within: _within, ...asked } = probe
  return JSON.stringify(asked)
}

function resourceLosses({ id, scratch, ephemeral }: DeployedService): Loss[] {
  const shared = 'Nothing limits a single process: each can take what all of them have.'
  const all = 'Limit all of them together in custom/options.sh, such as: set -- "$@" --memory 8g --cpus 4'
  const losses = [
    lost('limits.memory', `services/${id}/memoryLimit`, 'degraded', shared, all),
    lost('limits.cpu', `services/${id}/cpuLimit`, 'degraded', shared, all),
  ]
  const onDisk = scratch.filter(({ memory }) => !memory)
  losses.push(
    ...onDisk.map(({ path }) =>
      lost(
        'scratch.disk',
        `services/${id}/scratch${path}`,
        'note',
        'The folder is in memory, and empty after each start of the container.',
        'Keep enough memory free for it.',
      ),
    ),
  )
  if (ephemeral) {
    const reason = 'The disk that a process writes is not limited; its root is read-only.'
    losses.push(lost('limits.ephemeral', `services/${id}/ephemeral`, 'note', reason, 'Watch the disk of Docker.'))
  }
  return losses
}

function securityLosses({ id, relax, user }: DeployedService, writableRoot: boolean): Loss[] {
  const refused = {
    capability: 'No process keeps a capability.',
    privileged: 'No process is privileged.',
    'host-network': 'All processes have the network of the container.',
    'cluster-objects': 'There is no cluster.',
  } as const
  const losses = relax.flatMap(({ what }) =>
    what in refused
      ? [
          lost(
            `security.${what.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
            `services/${id}/relax/${what}`,
            'unsupported',
            refused[what as keyof typeof refused],
            toCompose,
          ),
        ]
      : [],
  )
  if (user.uid === 0) {
    const reason = 'It runs as root with the rights that the supervisor has, over the files of all others.'
    losses.push(lost('security.root', `services/${id}/user`, 'degraded', reason, toCompose))
  }
  if (writableRoot && !relax.some(({ what }) => what === 'writable-root')) {
    const reason = 'The root of the container can be written, because one service asks for it.'
    losses.push(lost('security.readOnlyRoot', `services/${id}/readOnlyRoot`, 'degraded', reason, toCompose))
  }
  return losses
}

const exposureLosses = (service: DeployedService): Loss[] =>
  publishedOnce(service)
    .filter(({ exposure }) => exposure.certificate !== undefined)
    .map(({ port }) =>
      lost(
        'exposure.tls',
        `services/${service.id}/expose/${port.id}`,
        'degraded',
        `The edge ends TLS for HTTP only; port ${port.number} is published as the service speaks it.`,
        'Let the service itself speak TLS on this port.',
      ),
    )

function volumeLosses({ id, size, class: speed }: DeployedVolume): Loss[] {
  const reason = `Docker does not limit the size of a volume; ${formatQuantity(size, 'bytes')} are expected of it.`
  const losses = [lost('volume.size', `volumes/${id}/size`, 'note', reason, 'Watch the disk of Docker.')]
  if (speed === 'standard') return losses
  const all = `Docker keeps all volumes in one folder, so "${speed}" storage cannot be chosen here.`
  return [
    ...losses,
    lost('volume.class', `volumes/${id}/class`, 'note', all, 'Put the folder of Docker on such a disk.'),
  ]
}
