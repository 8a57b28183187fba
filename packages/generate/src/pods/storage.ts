import { type DeployedService, type DeployedVolume, contentName } from '@waybill/model'
import { anyOf, guardItems } from '../late/guards.ts'
import { type Context, type Pod, membersOf } from './context.ts'
import { type FileSet, fileSetsOf } from './files.ts'
import { manifest } from './labels.ts'
import type { Block, Manifest, Storage } from './manifest.ts'
import { byteQuantity } from './quantities.ts'

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
    context.site.trust(),
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

/** A claim of its own, unless the site has one. */
export const claim = (volume: DeployedVolume, service: string, context: Context): readonly Manifest[] => {
  const annotations = { ...dataAnnotation(volume), ...context.stage.kept }
  const identity = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: volume.id, service, annotations }
  return context.site.ownClaim(volume, manifest(context, identity, { spec: claimSpec(volume, context) }))
}

/** A claim inside of a StatefulSet. Kubernetes refuses every change to it, so it says only what never changes. */
export const claimTemplate = (volume: DeployedVolume, labels: Block, context: Context): readonly Block[] =>
  context.site.ownClaim(volume, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: volume.id, labels, annotations: dataAnnotation(volume) },
    spec: { ...claimSpec(volume, context), volumeMode: 'Filesystem' },
    // the API server adds both; without them every `kubectl apply` would tell of a change where there is none
    status: { phase: 'Pending' },
  })

const claimSpec = (volume: DeployedVolume, { site, stage }: Context): Block => ({
  accessModes: [volume.shared ? 'ReadWriteMany' : 'ReadWriteOnce'],
  ...site.storageClass(volume),
  resources: { requests: { storage: stage.quantity({ of: 'volume', id: volume.id, what: 'size' }, volume.size) } },
})

function dataOf(service: DeployedService, pod: Pod, context: Context): Storage[] {
  const templates = new Set(claimTemplatesOf(pod, context).map(({ id }) => id))
  const claimName = (volume: string) => context.site.claimName(context.volumes.get(volume)!)
  return service.mounts.map(({ path, volume, readOnly }) => ({
    mounts: [{ name: volume, mountPath: path, ...(readOnly && { readOnly }) }],
    volumes: templates.has(volume) ? [] : [{ name: volume, persistentVolumeClaim: { claimName: claimName(volume) } }],
  }))
}

function configOf(service: DeployedService, pod: Pod, set: FileSet): Storage {
  const name = volumeName(set.volume, service, pod)
  return {
    mounts: set.entries.flatMap(({ path, key, when }) =>
      guardItems(when, [{ name, mountPath: path, subPath: key, readOnly: true }]),
    ),
    volumes: [...guardItems(set.when, [{ name, configMap: { name: set.object, defaultMode: 0o444 } }])],
  }
}

/** Secret files lie in one volume, readable for the pod's group, under their own paths. */
function secretFilesOf(service: DeployedService, pod: Pod, context: Context): Storage[] {
  const files = service.secretFiles.map(({ path, value, when }) => ({
    path,
    when,
    at: context.secretKey(service, 'files', path, value)!,
  }))
  if (files.length === 0) return []
  const name = volumeName('secret-files', service, pod)
  const byObject = Map.groupBy(files, ({ at }) => at.group ?? at.object)
  const sources = [...byObject.values()].flatMap((entries) => {
    const items = entries.flatMap(({ path, at, when }) => guardItems(when, [{ key: at.key, path: path.slice(1) }]))
    const when = anyOf(items)
    const plain = entries.map(({ path, at }) => ({ key: at.key, path: path.slice(1) }))
    const guarded = entries.every((entry) => entry.when !== undefined) && entries.length === 1 ? plain : items
    return guardItems(when, [{ secret: { name: entries[0]!.at.object, items: guarded, optional: false } }])
  })
  const mounts = files.flatMap(({ path, when }) =>
    guardItems(when, [{ name, mountPath: path, subPath: path.slice(1), readOnly: true }]),
  )
  return [{ mounts, volumes: [...guardItems(anyOf(mounts), [{ name, projected: { defaultMode: 0o440, sources } }])] }]
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
