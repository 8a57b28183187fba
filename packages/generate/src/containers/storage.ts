import { type DeployedService, type DeployedVolume, type Deployment, formatQuantity } from '@waybill/model'
import type { Dialect } from './dialect.ts'
import type { Interpolated } from './draft.ts'
import { ownershipLabels } from './labels.ts'
import { type Lost, lost } from './losses.ts'
import type { Mount, Specification } from './specification.ts'
import { type Unit, shardName } from './units.ts'

/** A file of the machine; one that is missing is an error before anything starts, never an empty folder. */
export const readOnlyFile = (source: string | Interpolated, target: string): Mount => ({
  type: 'bind',
  source,
  target,
  read_only: true,
  bind: { create_host_path: false },
})

/** Volumes and folders of the machine that a unit mounts. */
export function mountsOf({ service, shard }: Unit, volumes: ReadonlyMap<string, DeployedVolume>): Mount[] {
  const mounted = service.mounts.map(({ path, volume, readOnly }): Mount => {
    return {
      type: 'volume',
      source: volumeName(volume, shard, volumes),
      target: path,
      ...(readOnly && { read_only: true }),
      // Docker would give the folder back to its owner in the image as long as it is empty
      ...(volumes.get(volume)?.owner && { volume: { nocopy: true as const } }),
    }
  })
  const hostFolders = service.relax.flatMap(({ what, value }) =>
    what === 'host-path' && value !== undefined ? [hostFolder(value)] : [],
  )
  return [...mounted, ...hostFolders]
}

/** `/host/path:/path/inside`, or one path for both. */
function hostFolder(value: string): Mount {
  const [source = '', target = source] = value.split(':')
  return readOnlyFile(source, target)
}

/** The name of a volume that the site has already: each shard has its own, by number. */
function existingVolume(volume: string, shard: number | undefined, { site }: Deployment): string | undefined {
  const claim = site.claims?.[volume]
  return claim === undefined || shard === undefined ? claim : shardName(claim, shard)
}

/** A shard has a volume for itself unless it is a shared one. */
export const volumeName = (
  volume: string,
  shard: number | undefined,
  volumes: ReadonlyMap<string, DeployedVolume>,
): string => (shard === undefined || volumes.get(volume)?.shared === true ? volume : shardName(volume, shard))

const sharedMemory = '/dev/shm'

/**
 * Scratch folders are in memory, also those that may be on disk: a folder of Docker on disk would belong to root and
 * survive restarts. Programs may be run from them, as on Kubernetes; Docker forbids it unless it is told.
 */
export function scratchOf({ scratch, user, memory }: DeployedService): Pick<Specification, 'shm_size' | 'tmpfs'> {
  const shared = scratch.find(({ path }) => path === sharedMemory)
  const folders = scratch.filter(({ path }) => path !== sharedMemory)
  return {
    shm_size: shared && String(shared.size),
    tmpfs:
      folders.length === 0
        ? undefined
        : folders.map(({ path, size }) => memoryFolder(path, Math.min(size, memory.limit), user)),
  }
}

export const memoryFolder = (path: string, size: number, { uid, gid }: DeployedService['user']): string =>
  `${path}:size=${size},mode=1777,uid=${uid},gid=${gid},exec`

export function storageLosses({ id, scratch, memory, ephemeral }: DeployedService): Lost[] {
  const losses = scratch
    .filter((folder) => !folder.memory && folder.path !== sharedMemory)
    .map(({ path, size }) => {
      const cut = size > memory.limit
      return lost(
        'scratch.disk',
        `services/${id}/scratch${path}`,
        cut ? 'degraded' : 'note',
        `The folder is in memory and counts towards the memory limit${cut ? ', which is smaller than it' : ''}.`,
        'Where it fills up, raise the memory limit of the service, or mount a volume there.',
      )
    })
  if (ephemeral) {
    losses.push(
      lost(
        'limits.ephemeral',
        `services/${id}/ephemeral`,
        'note',
        'Docker does not limit the disk that a container writes; its log files are limited to 50 MB, its root is read-only.',
        'Watch the disk that holds the folder of Docker.',
      ),
    )
  }
  return losses
}

/** A named volume; its labels say what it holds. */
export type VolumeSpecification =
  | { readonly labels: Readonly<Record<string, string>> }
  /** One that the site has: it is neither made nor removed. */
  | { readonly external: true; readonly name: string }

/** The named volumes of a deployment, one per shard where a sharded service has them for itself. */
export function namedVolumes(
  deployment: Deployment,
  units: readonly Unit[],
  volumes: ReadonlyMap<string, DeployedVolume>,
): Record<string, VolumeSpecification> {
  const names = new Map<string, Map<string, string | undefined>>()
  for (const { service, shard } of units) {
    for (const { volume } of service.mounts) {
      const own = names.get(volume) ?? new Map<string, string | undefined>()
      const alone = volumes.get(volume)?.shared === true ? undefined : shard
      names.set(volume, own.set(volumeName(volume, shard, volumes), existingVolume(volume, alone, deployment)))
    }
  }
  return Object.fromEntries(
    deployment.volumes.flatMap(({ id, data }) =>
      [...(names.get(id) ?? [])].map(([name, existing]): [string, VolumeSpecification] => {
        if (existing !== undefined) return [name, { external: true, name: existing }]
        const labels = ownershipLabels(deployment, { 'waybill.dev/volume': id, 'waybill.dev/data': data })
        return [name, { labels }]
      }),
    ),
  )
}

export function volumeLosses({ id, size, class: speed }: DeployedVolume, { custom }: Dialect): Lost[] {
  const losses = [
    lost(
      'volume.size',
      `volumes/${id}/size`,
      'note',
      `Docker does not limit the size of a volume; ${formatQuantity(size, 'bytes')} are expected of it.`,
      'Watch the disk that holds the folder of Docker.',
    ),
  ]
  if (speed !== 'standard') {
    losses.push(
      lost(
        'volume.class',
        `volumes/${id}/class`,
        'note',
        `Docker keeps all volumes in one folder, so "${speed}" storage cannot be chosen here.`,
        `Put the folder of Docker on a disk of that class, or give the volume a driver in ${custom}.`,
      ),
    )
  }
  return losses
}
