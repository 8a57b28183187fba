import { type DeployedVolume, problem } from '@waybill/model'
import type { Pod } from '../pod.ts'
import type { Block } from '../manifest.ts'
import type { SiteInput } from './input.ts'

/** The class of a volume's storage: by the volume, by what its data is worth, by the speed that it asks for, for all. */
const className = ({ id, data, class: speed }: DeployedVolume, { wishes }: SiteInput): string | undefined => {
  const { storageClass } = wishes
  return storageClass?.volumes?.[id] ?? storageClass?.[data] ?? storageClass?.[speed] ?? storageClass?.default
}

export function storageClass(volume: DeployedVolume, input: SiteInput): Block {
  const name = className(volume, input)
  if (volume.shared && existing(volume, input) === undefined) loseShared(volume, name, input)
  return name === undefined ? {} : { storageClassName: name }
}

function loseShared({ id }: DeployedVolume, name: string | undefined, { lose }: SiteInput): void {
  const lacking =
    name === undefined
      ? 'the default storage class of many clusters does not offer'
      : `the storage class "${name}" may not offer`
  lose({
    loss: 'volume.shared',
    at: `volumes/${id}/shared`,
    severity: 'note',
    reason: `Its claim asks for ReadWriteMany, which ${lacking}: its pods would stay Pending.`,
    workaround: `Name a storage class that offers it in site.storageClass.volumes.${id}, or a claim in site.claims.${id}.`,
  })
}

const existing = ({ id }: DeployedVolume, { wishes }: SiteInput): string | undefined => wishes.claims?.[id]

export const ownClaim = <T extends Block>(volume: DeployedVolume, made: T, input: SiteInput): readonly T[] =>
  existing(volume, input) === undefined ? [made] : []

export const claimName = (volume: DeployedVolume, input: SiteInput): string => existing(volume, input) ?? volume.id

/** A StatefulSet names the claims of its shards itself, so no other name can be given to them. */
export function existingClaims(templates: readonly DeployedVolume[], { main }: Pod, input: SiteInput): Block[] {
  return templates.flatMap((volume) => {
    const name = existing(volume, input)
    if (name === undefined) return []
    if (main.kind === 'sharded') {
      const names = `${volume.id}-${main.id}-0`
      input.problems.push(
        problem('WB5006', ['site', 'claims', volume.id], { volume: volume.id, service: main.id, first: names }),
      )
      return []
    }
    return [{ name: volume.id, persistentVolumeClaim: { claimName: name } }]
  })
}
