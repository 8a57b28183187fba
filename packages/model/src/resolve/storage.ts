import type { Value } from './deployment.ts'
import { walk } from '../expressions/walk.ts'
import { compact } from '../json.ts'
import { secretParts } from '../product/catalog.ts'
import type { DeployedSecret, DeployedService, DeployedVolume } from './deployment.ts'
import type { Resolver } from './resolver.ts'

/** The volumes that something present mounts. */
export function resolveVolumes(services: readonly DeployedService[], resolver: Resolver): DeployedVolume[] {
  return [...resolver.catalog.volumes.values()].flatMap((volume) => {
    if (!services.some(({ mounts }) => mounts.some((mount) => mount.volume === volume.id))) return []
    return [
      compact({
        id: volume.id,
        holds: volume.holds,
        data: volume.data,
        size: wholeMebibytes(resolver.law(volume.size, `The size of ${volume.id}`)),
        shared: volume.shared ?? false,
        class: volume.class ?? 'standard',
        owner: volume.owner,
      }),
    ]
  })
}

/** Storage systems hand out whole mebibytes at best. */
const wholeMebibytes = (size: number): number => Math.ceil(size / 2 ** 20) * 2 ** 20

/** The base secrets that something present uses, and those that their templates are made of. */
export function resolveSecrets(services: readonly DeployedService[], resolver: Resolver): DeployedSecret[] {
  const used = new Set<string>()
  const note = (value: Value) =>
    walk(value, (node) => {
      if (node.op !== 'secret' || used.has(node.id)) return
      used.add(node.id)
      const template = resolver.catalog.secrets.get(node.id)?.template
      if (template !== undefined) note(resolver.value(template) ?? '')
    })
  for (const service of services) {
    for (const { value } of [...service.env, ...service.secretFiles]) note(value)
    for (const { certificate } of service.exposures) if (certificate !== undefined) used.add(certificate)
  }
  return [...resolver.catalog.secrets.values()]
    .filter(({ id }) => used.has(id))
    .map((secret) =>
      compact({
        id: secret.id,
        version: resolver.instance.secrets?.versions?.[secret.id] ?? 1,
        kind: secret.kind,
        title: secret.title ?? secret.id,
        length: secret.length ?? 32,
        hosts: (secret.hosts ?? []).map((host) => resolver.text(host)),
        template: secret.template === undefined ? undefined : resolver.value(secret.template),
        brought: secret.kind === 'brought' || (secret.broughtWhen !== undefined && resolver.holds(secret.broughtWhen)),
        parts: secretParts[secret.kind],
      }),
    )
}
