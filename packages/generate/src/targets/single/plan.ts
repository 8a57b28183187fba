import { type DeployedService, type DeployedVolume, type Deployment, type Problem, problem } from '@waybill/model'
import { type SecretPlan, planSecrets } from '../../secrets/plan.ts'
import { siteProblems } from '../../containers/site.ts'
import { sourceProblems } from '../../secrets/sources.ts'
import { type Ports, allocatePorts } from './ports.ts'
import { type Texts, textsOf } from './texts.ts'
import { type Unit, unitsOf } from './units.ts'

export interface SpelledUnit extends Unit {
  readonly texts: Texts
}

/** Everything that is decided over the deployment as a whole. */
export interface Plan {
  readonly deployment: Deployment
  /** The image that the demo starts from, as the engine pulls it. */
  readonly supervisor: string
  readonly running: readonly DeployedService[]
  readonly units: readonly SpelledUnit[]
  readonly ports: Ports
  readonly secrets: SecretPlan
  readonly volumes: ReadonlyMap<string, DeployedVolume>
  /** The root of the container, and with it of every service, can be written. */
  readonly writableRoot: boolean
  readonly problems: readonly Problem[]
}

export function planSingle(deployment: Deployment, supervisor: string): Plan {
  const running = deployment.services.filter((service) => unitsOf(service).length > 0)
  const units = running.flatMap(unitsOf)
  const ports = allocatePorts(deployment, units)
  const secrets = planSecrets(deployment, (address) => ports.address(address), 'processes')
  return {
    deployment,
    supervisor,
    running,
    units: units.map((unit) => ({ ...unit, texts: textsOf(unit, ports) })),
    ports,
    secrets,
    volumes: new Map(deployment.volumes.map((volume) => [volume.id, volume])),
    writableRoot: running.some(({ relax }) => relax.some(({ what }) => what === 'writable-root')),
    problems: [
      ...sourceProblems(deployment, secrets, { target: 'single', family: 'processes' }),
      ...ports.problems,
      ...running.flatMap(unansweredProbe),
      ...siteProblems(deployment),
    ],
  }
}

/** A check needs a program in the image that asks. */
function unansweredProbe({ id, health }: DeployedService): Problem[] {
  const ready = health?.ready
  if (!ready || ready.probe === 'none' || ready.command) return []
  return [problem('WB1315', ['services', id, 'health', 'ready'], { service: id, probe: ready.probe })]
}

export const hasCheck = ({ health }: DeployedService): boolean =>
  health !== undefined && health.ready.probe !== 'none' && health.ready.command !== undefined
