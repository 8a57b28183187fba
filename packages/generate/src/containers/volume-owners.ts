import type { DeployedVolume } from '@waybill/model'
import { logging } from './containers.ts'
import { ownershipLabels } from './labels.ts'
import type { Plan } from './plan.ts'
import type { Specification } from './specification.ts'
import { volumeName } from './storage.ts'
import type { Unit } from './units.ts'

/** Name of the one-shot that gives a volume's folder to its declared owner. */
const stepName = (volume: string): string => `${volume}-owner`

interface OwnedMount {
  readonly name: string
  readonly path: string
  readonly owner: NonNullable<DeployedVolume['owner']>
}

function ownedMounts({ service, shard }: Unit, volumes: ReadonlyMap<string, DeployedVolume>): OwnedMount[] {
  return service.mounts.flatMap(({ path, volume, readOnly }) => {
    const owner = volumes.get(volume)?.owner
    return owner && !readOnly ? [{ name: volumeName(volume, shard, volumes), path, owner }] : []
  })
}

/** The one-shots that a unit waits for, because a folder that it mounts belongs to somebody else in its image. */
export const ownerStepsOf = (unit: Unit, volumes: ReadonlyMap<string, DeployedVolume>): string[] =>
  ownedMounts(unit, volumes).map(({ name }) => stepName(name))

/**
 * The one-shots themselves: the image of the service, as root with the one capability that it takes, without a network.
 * Each runs before the service and does nothing the second time.
 */
export function ownerSteps({ units, volumes, deployment }: Plan): Record<string, Specification> {
  const steps: Record<string, Specification> = {}
  for (const unit of units) {
    for (const { name, path, owner } of ownedMounts(unit, volumes)) {
      steps[stepName(name)] ??= {
        image: unit.service.image,
        entrypoint: ['chown', `${owner.uid}:${owner.gid}`, path],
        command: [],
        user: '0:0',
        read_only: true,
        cap_drop: ['ALL'],
        cap_add: ['CHOWN'],
        security_opt: ['no-new-privileges:true'],
        network_mode: 'none',
        restart: 'no',
        logging,
        volumes: [{ type: 'volume', source: name, target: path, volume: { nocopy: true } }],
        labels: ownershipLabels(deployment, { 'waybill.dev/step': 'volume-owner' }),
      }
    }
  }
  return steps
}
