import { problem } from '@waybill/model'
import { authoritiesFolder, authorityVariables } from '../../site/authorities.ts'
import type { SiteVariable } from '../../site/proxy.ts'
import type { Block, Storage } from '../manifest.ts'
import type { SiteInput } from './input.ts'

const volume = 'site-authorities'
const usualKey = 'ca.crt'
const fileName = 'ca.crt'

/** The volume that holds the site's certificates; undefined where it names none that a cluster has. */
function sourceOf({ wishes: { certificateAuthority } }: SiteInput): Block | undefined {
  if (!certificateAuthority) return undefined
  const { configMap, secret, key = usualKey } = certificateAuthority
  const items = [{ key, path: fileName }]
  if (configMap !== undefined) return { configMap: { name: configMap, items, optional: false } }
  return secret === undefined ? undefined : { secret: { secretName: secret, items, optional: false } }
}

export function checkAuthorities({ wishes: { certificateAuthority }, problems }: SiteInput): void {
  const { configMap, secret, file } = certificateAuthority ?? {}
  if (file === undefined || configMap !== undefined || secret !== undefined) return
  problems.push(problem('WB5007', ['site', 'certificateAuthority'], { file }))
}

/** Mounted as a folder, so that a new bundle reaches the containers that run. */
export function trustOf(input: SiteInput): Storage {
  const source = sourceOf(input)
  if (!source) return { mounts: [], volumes: [] }
  return {
    mounts: [{ name: volume, mountPath: authoritiesFolder, readOnly: true }],
    volumes: [{ name: volume, ...source }],
  }
}

export const authorityVariablesOf = (input: SiteInput): readonly SiteVariable[] =>
  sourceOf(input) ? authorityVariables : []
