import type { Deployment, Json } from '@waybill/model'
import type { Dialect } from '../../containers/dialect.ts'
import { ownershipLabels } from '../../containers/labels.ts'
import { containerLosses, partsOf } from '../../containers/parts.ts'
import { type Plan, planContainers } from '../../containers/plan.ts'
import type { Specification } from '../../containers/specification.ts'
import { namedVolumes } from '../../containers/storage.ts'
import { imagesOf } from '../../output/images.ts'
import { dockerSecretsScript } from '../../secrets/scripts.ts'
import type { OutputFile, Rendered, Target } from '../../target.ts'
import { escaped } from './escape.ts'
import { observe } from './observe.ts'
import { customize } from './overlays.ts'
import { ComposeOptions } from './schema.ts'
import { secretsFolder } from './secrets-folder.ts'

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
    operators: false,
  },
  options: ComposeOptions,
  render,
  observe,
  customize,
  commands: {
    secrets: 'sh base/secrets.sh',
    up: 'docker compose up --detach --wait',
    down: 'docker compose down',
  },
} satisfies Target<ComposeOptions> as Target<ComposeOptions>

function render(deployment: Deployment): Rendered {
  const plan = planContainers(deployment, dialect)
  const { containers, files: mounted } = partsOf(plan)
  const files = [
    environmentFile,
    { path: 'base/compose.yaml', content: { documents: [document(containers, plan)], comment: notice } },
    ...mounted,
    {
      path: 'base/secrets.sh',
      content: { text: dockerSecretsScript(plan.secrets, deployment) },
      executable: true,
    },
    overrideFile,
  ]
  return {
    files,
    images: imagesOf(files),
    losses: containerLosses(plan).map((loss) => ({ target: 'compose', ...loss })),
    problems: plan.problems,
  }
}

const dialect: Dialect = {
  target: 'compose',
  title: 'Compose',
  custom: 'custom/compose.override.yaml',
  commands: {
    restart: (service) => `docker compose restart ${service}`,
    once: (service) => `docker compose run --rm ${service}`,
  },
  replicaIdentity: false,
  awaitsOneShots: false,
  secretsFolder,
}

function document(services: Readonly<Record<string, Specification>>, plan: Plan): Json {
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
