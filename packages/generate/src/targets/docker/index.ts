import type { Deployment } from '@waybill/model'
import type { Dialect } from '../../containers/dialect.ts'
import { type Lost, lost } from '../../containers/losses.ts'
import { containerLosses, partsOf } from '../../containers/parts.ts'
import { type Plan, planContainers } from '../../containers/plan.ts'
import { namedVolumes } from '../../containers/storage.ts'
import { dockerSecretsScript } from '../../secrets/scripts.ts'
import type { OutputFile, Rendered, Target } from '../../target.ts'
import { secretsRoot } from './arguments.ts'
import { copyFiles, entriesOf } from './entries.ts'
import { instanceFile } from './instance-file.ts'
import { observe } from './observe.ts'
import { DockerOptions } from './schema.ts'
import { scripts } from './scripts.ts'
import { serviceFile } from './service-file.ts'
import { wavesOf } from './waves.ts'

/** One machine with Docker and nothing else. */
export const docker = {
  id: 'docker',
  title: 'Docker, without Compose',
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
    replicaIdentity: true,
    operators: false,
  },
  options: DockerOptions,
  render,
  observe,
  commands: { secrets: 'sh base/secrets.sh', up: 'sh up.sh', down: 'sh down.sh' },
} satisfies Target<DockerOptions> as Target<DockerOptions>

const dialectOf = ({ instance }: Deployment): Dialect => ({
  target: 'docker',
  title: 'Docker',
  custom: 'custom/arguments.sh',
  commands: {
    restart: (service) => `docker restart ${instance.id}-${service}-1`,
    once: (service) => `sh run.sh ${service}`,
  },
  replicaIdentity: true,
  awaitsOneShots: true,
  secretsFolder: () => secretsRoot,
})

function render(deployment: Deployment): Rendered {
  const plan = planContainers(deployment, dialectOf(deployment))
  const { containers, files: mounted } = partsOf(plan)
  const entries = entriesOf(plan, containers)
  const tasks = entries.filter(({ kind }) => kind === 'task').map(({ name }) => name)
  const waves = wavesOf(containers).map((names) => names.filter((name) => !tasks.includes(name)))
  const files: OutputFile[] = [
    ...scripts(),
    instanceFile(plan, waves, tasks),
    ...entries.map((entry) => serviceFile(entry, volumeNames(plan))),
    ...distinct([...mounted, ...copyFiles(plan)]),
    { path: 'base/secrets.sh', content: { text: dockerSecretsScript(plan.secrets, deployment) }, executable: true },
  ]
  return {
    files,
    images: [...new Set(Object.values(containers).map(({ image }) => image))].sort(),
    losses: [...containerLosses(plan), ...ownLosses(deployment, Object.values(containers))].map((loss) => ({
      target: 'docker',
      ...loss,
    })),
    problems: plan.problems,
  }
}

/** The name of a volume that the site has, or the instance's before the name of ours. */
function volumeNames({ deployment, units, volumes }: Plan): (name: string) => string {
  const named = namedVolumes(deployment, units, volumes)
  return (name) => {
    const volume = named[name]
    return volume && 'external' in volume ? volume.name : `${deployment.instance.id}_${name}`
  }
}

const distinct = (files: readonly OutputFile[]): OutputFile[] => [
  ...new Map(files.map((file) => [file.path, file])).values(),
]

/** What the docker program cannot say although its engine can. */
function ownLosses(
  { services }: Deployment,
  containers: readonly { readonly healthcheck?: object | undefined }[],
): Lost[] {
  const checked = containers.some(({ healthcheck }) => healthcheck !== undefined && !('disable' in healthcheck))
  return [...(checked ? [shellLoss] : []), ...services.filter(clearsCommand).map(({ id }) => commandLoss(id))]
}

const clearsCommand = ({ command, args }: Deployment['services'][number]): boolean =>
  command === undefined && args !== undefined && args.length === 0

const shellLoss = lost(
  'health.shell',
  'health/shell',
  'note',
  'The docker program gives every health check to /bin/sh of the image; an image without one never becomes healthy.',
  'Use images that have a shell, or run the product on Compose, which starts the check itself.',
)

const commandLoss = (id: string): Lost =>
  lost(
    'args.empty',
    `services/${id}/args`,
    'degraded',
    'The docker program cannot take the default arguments of an image away while its entry point stays.',
    'Name the command of the service, too, or run the product on Compose.',
  )
