import type { Deployment, Json } from '@waybill/model'
import type { Loss, OutputFile, Rendered, Target } from '../../target.ts'
import { dockerSecretsScript } from '../../secrets/scripts.ts'
import { type Members, escaped } from './draft.ts'
import { edgeService } from './edge.ts'
import { exposureLosses } from './exposures.ts'
import { configFiles } from './files.ts'
import { ownershipLabels } from './labels.ts'
import { lost } from './losses.ts'
import { observe } from './observe.ts'
import { type Plan, planCompose } from './plan.ts'
import { ComposeOptions } from './schema.ts'
import { composeService, serviceLosses } from './services.ts'
import { ownerSteps } from './volume-owners.ts'
import { namedVolumes, storageLosses, volumeLosses } from './storage.ts'

/** One machine with Docker and Compose. */
export const compose = {
  id: 'compose',
  title: 'Docker Compose',
  family: 'containers',
  capabilities: {
    livenessRestart: false,
    startupProbe: false,
    startOrder: { healthy: true, completed: true },
    manyMachines: false,
    rollingUpdate: false,
    schedules: false,
    daemons: true,
    networkPolicy: 'networks',
    volumeSize: false,
    replicaIdentity: false,
  },
  options: ComposeOptions,
  render,
  observe,
  commands: {
    secrets: 'sh base/secrets.sh',
    up: 'docker compose up --detach --wait',
    down: 'docker compose down',
  },
} satisfies Target<ComposeOptions> as Target<ComposeOptions>

function render(deployment: Deployment): Rendered {
  const plan = planCompose(deployment)
  const edge = deployment.edgeProxy && edgeService(deployment.edgeProxy, plan)
  const services = {
    ...ownerSteps(plan),
    ...Object.fromEntries(plan.units.map((unit) => [unit.name, composeService(unit, plan)])),
  }
  if (edge && deployment.edgeProxy) services[deployment.edgeProxy.id] = edge.service
  return {
    files: [
      environmentFile,
      { path: 'base/compose.yaml', content: { documents: [document(services, plan)], comment: notice } },
      ...uniqueFiles(plan),
      ...(edge ? [edge.file] : []),
      {
        path: 'base/secrets.sh',
        content: { text: dockerSecretsScript(plan.secrets, deployment) },
        executable: true,
      },
      overrideFile,
    ],
    losses: lossesOf(plan),
    problems: plan.problems,
  }
}

function document(services: Members, plan: Plan): Json {
  const { deployment, networks, units, volumes: declared } = plan
  const labels = ownershipLabels(deployment)
  const volumes = namedVolumes(deployment, units, declared)
  return escaped({
    name: deployment.instance.id,
    services,
    networks:
      networks.networks.length === 0
        ? undefined
        : Object.fromEntries(
            networks.networks.map(({ name, internal }) => [name, { ...(internal && { internal }), labels }]),
          ),
    volumes: Object.keys(volumes).length === 0 ? undefined : volumes,
  })
}

/** Shards have their files in common unless one of them speaks of the shard. */
function uniqueFiles({ units }: Plan): OutputFile[] {
  const files = new Map<string, OutputFile>()
  for (const { service, texts } of units) {
    for (const { output } of configFiles(service.id, texts)) files.set(output.path, output)
  }
  return [...files.values()]
}

function lossesOf({ deployment, losses }: Plan): Loss[] {
  const { services, volumes, rawObjects } = deployment
  const running = services.filter(({ shape }) => shape.containers.shape !== 'absent')
  return [
    ...losses,
    ...running.flatMap((service) => [...serviceLosses(service), ...storageLosses(service), ...exposureLosses(service)]),
    ...(running.some(({ egress }) => egress.length > 0) ? [egressLoss] : []),
    ...volumes.flatMap(volumeLosses),
    ...rawObjects.filter(({ target }) => target === 'compose').map(({ id }) => rawObjectLoss(id)),
  ]
}

const egressLoss = lost(
  'network.egress',
  'networks/outside',
  'note',
  'A service that may reach one outside address can reach every other one, too: Docker does not filter what leaves a network.',
  'Limit it on the machine or in the network around it.',
)

const rawObjectLoss = (id: string): Loss =>
  lost(
    'rawObject',
    `rawObjects/${id}`,
    'unsupported',
    'Compose has no objects beside services, networks and volumes.',
    'Write it into custom/compose.override.yaml.',
  )

const notice = `Written by Waybill and written again at each render: changes belong into custom/compose.override.yaml.`

const environmentFile: OutputFile = {
  path: '.env',
  content: {
    text: [
      '# Compose reads this in the folder that it is started from, so that `docker compose up --wait` needs no further words.',
      'COMPOSE_PATH_SEPARATOR=:',
      'COMPOSE_FILE=base/compose.yaml:custom/compose.override.yaml',
      '',
    ].join('\n'),
  },
}

const overrideFile: OutputFile = {
  path: 'custom/compose.override.yaml',
  content: {
    text: [
      '# Yours: written once and never touched again. Compose lays it over base/compose.yaml; paths start in base/.',
      '# For example:',
      '#',
      '# services:',
      '#   api:',
      '#     environment:',
      '#       LOG_LEVEL: debug',
      'services: {}',
      '',
    ].join('\n'),
  },
  custom: true,
}
