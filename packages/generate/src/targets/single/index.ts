import { type Deployment, mirrored } from '@waybill/model'
import { dockerSecretsScript } from '../../secrets/scripts.ts'
import type { OutputFile, Rendered, Target } from '../../target.ts'
import {
  configurations,
  dockerfile,
  noticeText,
  placeScript,
  prepareScript,
  readyScript,
  rootsOf,
  startScript,
} from './image.ts'
import { launchers } from './launchers.ts'
import { lossesOf } from './losses.ts'
import { observe } from './observe.ts'
import { outputReadme } from './page.ts'
import { type Plan, planSingle } from './plan.ts'
import { processes } from './processes.ts'
import { buildScript, downScript, namedVolumes, upScript } from './run.ts'
import { SingleOptions } from './schema.ts'

/** Everything in one container, for demos. */
export const single = {
  id: 'single',
  title: 'One container (demos only)',
  family: 'processes',
  capabilities: {
    livenessRestart: false,
    startupProbe: false,
    startOrder: { healthy: true, completed: true },
    manyMachines: false,
    rollingUpdate: false,
    schedules: false,
    daemons: false,
    networkPolicy: 'none',
    volumeSize: false,
    replicaIdentity: true,
    operators: false,
  },
  options: SingleOptions,
  render,
  observe,
  commands: {
    secrets: 'sh base/secrets.sh',
    up: 'sh base/up.sh',
    down: 'sh base/down.sh',
  },
} satisfies Target<SingleOptions> as Target<SingleOptions>

function render(deployment: Deployment, { supervisor }: SingleOptions): Rendered {
  const pulled = deployment.targets['single']?.images?.[supervisor]
  const plan = planSingle(deployment, pulled ?? mirrored(supervisor, deployment.site.registry))
  return {
    files: filesOf(plan),
    images: [...new Set([plan.supervisor, ...rootsOf(plan).map(({ image }) => image)])].sort(),
    losses: lossesOf(plan),
    problems: plan.problems,
  }
}

function filesOf(plan: Plan): OutputFile[] {
  const { deployment } = plan
  const configured = new Map(configurations(plan).map(({ output }) => [output.path, output]))
  return [
    text(
      'base/README.md',
      outputReadme(
        deployment,
        namedVolumes(plan).map(({ name }) => name),
      ),
    ),
    text('base/Dockerfile', dockerfile(plan)),
    { path: 'base/processes.yaml', content: { documents: [processes(plan)] } },
    text('base/notice', noticeText(plan)),
    script('base/prepare.sh', prepareScript(plan)),
    script('base/place.sh', placeScript(plan)),
    script('base/start.sh', startScript(plan)),
    script('base/ready.sh', readyScript),
    ...launchers(plan),
    ...configured.values(),
    script('base/secrets.sh', dockerSecretsScript(plan.secrets, deployment)),
    script('base/build.sh', buildScript(plan)),
    script('base/up.sh', upScript(plan)),
    script('base/down.sh', downScript(plan)),
    { ...text('custom/options.sh', optionsFile), custom: true },
  ]
}

const text = (path: string, content: string): OutputFile => ({ path, content: { text: content } })
const script = (path: string, content: string): OutputFile => ({ ...text(path, content), executable: true })

const optionsFile = `# Yours: written once and never touched again. up.sh reads it before it calls \`docker run\`; add options like this:
#
# set -- "$@" --memory 8g --cpus 4
`
