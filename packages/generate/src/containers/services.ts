import type { DeployedService } from '@waybill/model'
import { resources, restrictions } from './containers.ts'
import type { Dialect } from './dialect.ts'
import { directPorts } from './exposures.ts'
import { configFiles } from './files.ts'
import { duration } from './health.ts'
import { serviceLabels } from './labels.ts'
import { type Lost, lost } from './losses.ts'
import { type Plan, type SpelledUnit, networkKeys } from './plan.ts'
import { envFileOf, secretMounts } from './secrets.ts'
import { authorities, siteVariables } from './site.ts'
import type { Attachment, Condition, Specification } from './specification.ts'
import { mountsOf, scratchOf } from './storage.ts'
import { isLongRunning, isRelaxed } from './units.ts'
import { ownerStepsOf } from './volume-owners.ts'

/** The containers of a unit. */
export function unitSpecification(unit: SpelledUnit, plan: Plan): Specification {
  const { name, service, shard, copies, texts } = unit
  const { id } = service
  const mounts = [
    ...configFiles(id, texts).map(({ mount }) => mount),
    ...secretMounts(id, plan.secrets, plan.secretsFolder),
    ...authorities(plan.deployment),
    ...mountsOf(unit, plan.volumes),
  ]
  return {
    image: service.image,
    entrypoint: texts.entrypoint,
    command: texts.command,
    working_dir: service.workingDir,
    profiles: service.kind === 'cron' ? ['cron'] : undefined,
    hostname: copies === 1 ? name : undefined,
    environment: whenAny(
      Object.fromEntries(
        [...siteVariables(service, plan.deployment, plan.units), ...texts.env]
          .toSorted((a, b) => (a.name < b.name ? -1 : 1))
          .map(({ name: variable, value }) => [variable, value]),
      ),
    ),
    env_file: envFileOf(id, plan.secrets, plan.secretsFolder),
    volumes: mounts.length > 0 ? mounts : undefined,
    ...scratchOf(service),
    depends_on: dependsOn(unit, plan),
    healthcheck: plan.health.get(id)!.check,
    deploy: { replicas: copies === 1 ? undefined : copies, resources: resources(service) },
    restart: isLongRunning(service) ? 'unless-stopped' : 'no',
    stop_signal: service.shutdown.signal,
    stop_grace_period: duration(service.shutdown.grace),
    ...restrictions(service),
    ...attachment(service, plan, shard === undefined ? [] : [id]),
    labels: serviceLabels(plan.deployment, id),
  }
}

function attachment(
  service: DeployedService,
  plan: Plan,
  aliases: readonly string[],
): Pick<Specification, 'extra_hosts' | 'expose' | 'ports'> & Attachment {
  const hosts = plan.hosts.get(service.id)
  if (isRelaxed(service, 'host-network'))
    return { network_mode: 'host', extra_hosts: hosts?.map((host) => `${host}:127.0.0.1`) }
  const ports = directPorts(service, plan.deployment.site)
  return {
    extra_hosts: hosts?.map((host) => `${host}:host-gateway`),
    expose: whenAny(service.ports.map(({ number, protocol }) => `${number}${protocol === 'udp' ? '/udp' : ''}`)),
    ports: whenAny(ports),
    ...networkKeys(plan, service.id, aliases),
  }
}

function dependsOn(unit: SpelledUnit, { order, unitNames, volumes }: Plan): Specification['depends_on'] {
  const waits = order.waits.get(unit.service.id) ?? []
  const steps = ownerStepsOf(unit, volumes).map(
    (name) => [name, { condition: 'service_completed_successfully' as const }] as const,
  )
  const conditions = waits.flatMap(({ on, condition }): (readonly [string, { readonly condition: Condition }])[] =>
    (unitNames.get(on) ?? []).map((name) => [name, { condition }] as const),
  )
  conditions.push(...steps)
  return whenAny(Object.fromEntries(conditions.toSorted(([a], [b]) => (a < b ? -1 : 1))))
}

/** A list or a map, left out when it is empty. */
const whenAny = <T extends object>(draft: T): T | undefined => (Object.keys(draft).length > 0 ? draft : undefined)

/** What a service asks for that Docker does not have. */
export function serviceLosses(
  { id, kind, replicas, update, schedule }: DeployedService,
  { title, commands }: Dialect,
): Lost[] {
  const losses: Lost[] = []
  if (kind === 'cron') {
    losses.push(
      lost(
        'schedules',
        `services/${id}/schedule`,
        'unsupported',
        `${title} starts nothing at a time of day.`,
        `Add this line to the crontab of the machine, with the folder of this output: ${schedule ?? '* * * * *'} cd FOLDER && ${commands.once(id)}`,
      ),
    )
  }
  if (kind === 'stateless' && update.strategy === 'rolling' && replicas > 0) {
    losses.push(
      lost(
        'update.rolling',
        `services/${id}/update`,
        replicas > 1 ? 'degraded' : 'note',
        `${title} stops a container before it starts the next one, so an update interrupts the service for the time of a start.`,
        'Update when nobody is using it, or run the product on Kubernetes.',
      ),
    )
  }
  return losses
}
