import { type DeployedService, type DeployedVolume, contentName } from '@waybill/model'
import { type Context, type Pod, membersOf } from './context.ts'
import { type FileSet, fileSetsOf } from './files.ts'
import { manifest } from './labels.ts'
import type { Block, Manifest } from './manifest.ts'
import { byteQuantity } from './quantities.ts'

/** Where a container sees what, and the volumes of the pod that hold it. */
export interface Storage {
  readonly mounts: readonly Block[]
  readonly volumes: readonly Block[]
}

/** What of an owner's storage a container gets: a wait has no business in its data. */
export interface Wanted {
  readonly data: boolean
}

/** The storage of a service's container inside of a pod. */
export function storageOf(service: DeployedService, pod: Pod, { data }: Wanted, context: Context): Storage {
  const parts = [
    ...(data ? dataOf(service, pod, context) : []),
    ...fileSetsOf(service, context).map((set) => configOf(service, pod, set)),
    ...secretFilesOf(service, pod, context),
    ...service.scratch.map((scratch) => scratchOf(service, pod, scratch)),
    ...(data ? hostPathsOf(service, pod) : []),
  ]
  return { mounts: parts.flatMap(({ mounts }) => mounts), volumes: parts.flatMap(({ volumes }) => volumes) }
}

/** The volumes whose claims a StatefulSet makes, one for each replica. */
export function claimTemplatesOf(pod: Pod, context: Context): DeployedVolume[] {
  const { kind } = pod.main
  if (kind !== 'stateful' && kind !== 'sharded') return []
  return volumesOf(pod, context).filter(({ shared }) => !shared)
}

/** The volumes that exist once, as claims of their own. */
export function claimsOf(pod: Pod, context: Context): DeployedVolume[] {
  const templates = new Set(claimTemplatesOf(pod, context))
  return volumesOf(pod, context).filter((volume) => !templates.has(volume))
}

const volumesOf = (pod: Pod, { volumes }: Context): DeployedVolume[] => [
  ...new Set(membersOf(pod).flatMap(({ mounts }) => mounts.map(({ volume }) => volumes.get(volume)!))),
]

const dataAnnotation = (volume: DeployedVolume) => ({ 'waybill.dev/data': volume.data })

/** A claim of its own. */
export function claim(volume: DeployedVolume, service: string, context: Context): Manifest {
  if (volume.shared) loseShared(volume, context)
  return manifest(
    context.deployment,
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: volume.id, service, annotations: dataAnnotation(volume) },
    { spec: claimSpec(volume, context) },
  )
}

function loseShared(volume: DeployedVolume, context: Context): void {
  const name = storageClassOf(volume, context)
  const lacking =
    name === undefined
      ? 'the default storage class of many clusters does not offer'
      : `the storage class "${name}" may not offer`
  context.lose({
    loss: 'volume.shared',
    at: `volumes/${volume.id}/shared`,
    severity: 'note',
    reason: `Its claim asks for ReadWriteMany, which ${lacking}: its pods would stay Pending.`,
    workaround: `Name a storage class that offers it in site.storageClass.${volume.class}.`,
  })
}

/** A claim inside of a StatefulSet. Kubernetes refuses every change to it, so it says only what never changes. */
export const claimTemplate = (volume: DeployedVolume, labels: Block, context: Context): Block => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: volume.id, labels, annotations: dataAnnotation(volume) },
  spec: { ...claimSpec(volume, context), volumeMode: 'Filesystem' },
  // the API server adds both; without them every `kubectl apply` would tell of a change where there is none
  status: { phase: 'Pending' },
})

const storageClassOf = (volume: DeployedVolume, { deployment: { site } }: Context): string | undefined =>
  site.storageClass?.[volume.class] ?? site.storageClass?.default

function claimSpec(volume: DeployedVolume, context: Context): Block {
  const storageClass = storageClassOf(volume, context)
  return {
    accessModes: [volume.shared ? 'ReadWriteMany' : 'ReadWriteOnce'],
    ...(storageClass !== undefined && { storageClassName: storageClass }),
    resources: { requests: { storage: byteQuantity(volume.size) } },
  }
}

function dataOf(service: DeployedService, pod: Pod, context: Context): Storage[] {
  const templates = new Set(claimTemplatesOf(pod, context).map(({ id }) => id))
  return service.mounts.map(({ path, volume, readOnly }) => ({
    mounts: [{ name: volume, mountPath: path, ...(readOnly && { readOnly }) }],
    volumes: templates.has(volume) ? [] : [{ name: volume, persistentVolumeClaim: { claimName: volume } }],
  }))
}

function configOf(service: DeployedService, pod: Pod, set: FileSet): Storage {
  const name = volumeName(set.volume, service, pod)
  return {
    mounts: set.entries.map(({ path, key }) => ({ name, mountPath: path, subPath: key, readOnly: true })),
    volumes: [{ name, configMap: { name: set.object, defaultMode: 0o444 } }],
  }
}

/** Secret files lie in one volume, readable for the pod's group, under their own paths. */
function secretFilesOf(service: DeployedService, pod: Pod, { secrets }: Context): Storage[] {
  const files = [...(secrets.files.get(service.id) ?? [])]
  if (files.length === 0) return []
  const name = volumeName('secret-files', service, pod)
  const byObject = Map.groupBy(files, ([, { object }]) => object)
  const sources = [...byObject].map(([object, entries]) => ({
    secret: { name: object, items: entries.map(([path, { key }]) => ({ key, path: path.slice(1) })), optional: false },
  }))
  return [
    {
      mounts: files.map(([path]) => ({ name, mountPath: path, subPath: path.slice(1), readOnly: true })),
      volumes: [{ name, projected: { defaultMode: 0o440, sources } }],
    },
  ]
}

function scratchOf(
  service: DeployedService,
  pod: Pod,
  { path, size, memory }: DeployedService['scratch'][number],
): Storage {
  const name = volumeName(`scratch-${pathName(path)}`, service, pod)
  return {
    mounts: [{ name, mountPath: path }],
    volumes: [{ name, emptyDir: { ...(memory && { medium: 'Memory' }), sizeLimit: byteQuantity(size) } }],
  }
}

/** `/host/path:/path/inside`, or one path for both; a container may read what its machine has, and no more. */
function hostPathsOf(service: DeployedService, pod: Pod): Storage[] {
  return service.relax.flatMap(({ what, value }) => {
    if (what !== 'host-path' || value === undefined) return []
    const [path = '', mountPath = path] = value.split(':')
    const name = volumeName(`host-${pathName(mountPath)}`, service, pod)
    return [{ mounts: [{ name, mountPath, readOnly: true }], volumes: [{ name, hostPath: { path } }] }]
  })
}

/** A path as part of a name: readable, and never the same for two paths. */
function pathName(path: string): string {
  const name = path.slice(1).replaceAll('/', '-')
  if (/^[a-z0-9/]+$/.test(path) && name.length <= 40) return name
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replace(/^-+|-+$/g, '')
  return `${readable}-${contentName(path)}`.replace(/^-/, '')
}

/** Volumes belong to the whole pod, so those of guests are told apart by their owner. */
const volumeName = (name: string, owner: DeployedService, pod: Pod): string =>
  owner.id === pod.main.id ? name : `${name}-${contentName([owner.id, name])}`
