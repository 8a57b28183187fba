import type { DeployedService, DeployedVolume, Deployment, Problem } from '@waybill/model'
import { type SecretPlan, planSecrets } from '../../secrets/plan.ts'
import type { Loss } from '../../target.ts'
import { type AddressBook, addressBook } from './addresses.ts'
import { type KubernetesOptions, type VersionRange, parseVersions } from './schema.ts'

/** What the parts of one render share; what they find on the way is collected in `losses` and `problems`. */
export interface Context {
  readonly deployment: Deployment
  readonly options: KubernetesOptions
  readonly versions: VersionRange
  readonly addresses: AddressBook
  readonly secrets: SecretPlan
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

/** One kind of pod: the service that it is named after, and those that run beside it or before it. */
export interface Pod {
  readonly main: DeployedService
  readonly sidecars: readonly DeployedService[]
  readonly inits: readonly DeployedService[]
}

export function makeContext(deployment: Deployment, options: KubernetesOptions): Context {
  const addresses = addressBook(deployment)
  const services = new Map(deployment.services.map((service) => [service.id, service]))
  const losses = new Map<string, Loss>()
  const pods = podsOf(deployment, services)
  const owners = new Map(pods.flatMap((pod) => membersOf(pod).map(({ id }) => [id, pod.main.id])))
  return {
    deployment,
    options,
    versions: parseVersions(options.versions)!,
    addresses,
    secrets: planSecrets(deployment, addresses.spell),
    services,
    volumes: new Map(deployment.volumes.map((volume) => [volume.id, volume])),
    pods,
    podOf: (service) => owners.get(service) ?? service,
    lose: (loss) => losses.set(`${loss.loss} ${loss.at}`, { target: 'kubernetes', ...loss }),
    problems: [],
    uses: { controlCharacters: false },
    get losses() {
      return [...losses.values()]
    },
  }
}

/** Everything that runs in a pod. */
export const membersOf = ({ main, sidecars, inits }: Pod): DeployedService[] => [main, ...sidecars, ...inits]

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
