import type { DeployedService, DeployedVolume, Deployment, Problem } from '@waybill/model'
import { type SecretPlan, planSecrets } from '../secrets/plan.ts'
import { sourceProblems } from '../secrets/sources.ts'
import type { Loss } from '../target.ts'
import { type AddressBook, addressBook } from './addresses.ts'
import { type Pod, membersOf } from './pod.ts'
import { type KubernetesOptions, type VersionRange, parseVersions } from './options.ts'
import { concreteSite } from './site/concrete.ts'
import type { SiteFields } from './site/fields.ts'
import { type FindSecretKey, type Stage, decided } from './stage.ts'

export { type Pod, membersOf } from './pod.ts'

/** What the parts of one render share; what they find on the way is collected in `losses` and `problems`. */
export interface Context {
  readonly deployment: Deployment
  readonly options: KubernetesOptions
  readonly versions: VersionRange
  readonly stage: Stage
  /** What the customer's infrastructure decides. */
  readonly site: SiteFields
  readonly addresses: AddressBook
  readonly secrets: SecretPlan
  readonly secretKey: FindSecretKey
  readonly services: ReadonlyMap<string, DeployedService>
  readonly volumes: ReadonlyMap<string, DeployedVolume>
  readonly pods: readonly Pod[]
  /** Id of a service → id of the service whose pods it runs in. */
  readonly podOf: (service: string) => string
  readonly lose: (loss: Omit<Loss, 'target'>) => void
  readonly problems: Problem[]
  /** Objects of the whole instance that something refers to. */
  readonly uses: { controlCharacters: boolean }
  readonly losses: Loss[]
}

export function makeContext(deployment: Deployment, options: KubernetesOptions, stage: Stage = decided): Context {
  const addresses = addressBook(deployment)
  const services = new Map(deployment.services.map((service) => [service.id, service]))
  const losses = new Map<string, Loss>()
  const pods = podsOf(deployment, services)
  const owners = new Map(pods.flatMap((pod) => membersOf(pod).map(({ id }) => [id, pod.main.id])))
  const problems: Problem[] = []
  const lose: Context['lose'] = (loss) => losses.set(`${loss.loss} ${loss.at}`, { target: 'kubernetes', ...loss })
  const site = (stage.site ?? concreteSite)({ deployment, options, lose, problems })
  const secrets = stage.late
    ? noSecrets
    : planSecrets({ ...deployment, secrets: site.secrets() }, addresses.spell, 'pods')
  problems.push(...sourceProblems(deployment, secrets, { target: 'kubernetes', family: 'pods' }))
  return {
    deployment,
    options,
    versions: parseVersions(options.versions)!,
    stage,
    site,
    addresses,
    secrets,
    secretKey: stage.secretKey?.(deployment, addresses) ?? (({ id }, place, name) => secrets[place].get(id)?.get(name)),
    services,
    volumes: new Map(deployment.volumes.map((volume) => [volume.id, volume])),
    pods,
    podOf: (service) => owners.get(service) ?? service,
    lose,
    problems,
    uses: { controlCharacters: false },
    get losses() {
      return [...losses.values()]
    },
  }
}

/** What is open is not planned: no script is made from it. */
const noSecrets: SecretPlan = { base: [], existing: [], composed: [], env: new Map(), files: new Map() }

function podsOf({ services }: Deployment, byId: ReadonlyMap<string, DeployedService>): Pod[] {
  const hostOf = ({ shape: { pods } }: DeployedService) =>
    (pods.shape === 'sidecar' || pods.shape === 'init') && byId.has(pods.of) ? pods.of : undefined
  const guestsOf = Map.groupBy(services, hostOf)
  return services
    .filter((service) => service.shape.pods.shape !== 'absent' && hostOf(service) === undefined)
    .map((main) => {
      const guests = guestsOf.get(main.id) ?? []
      return {
        main,
        sidecars: guests.filter(({ shape }) => shape.pods.shape === 'sidecar'),
        inits: guests.filter(({ shape }) => shape.pods.shape === 'init'),
      }
    })
}
