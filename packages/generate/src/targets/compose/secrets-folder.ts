import type { Deployment } from '@waybill/model'
import { Interpolated } from '../../containers/draft.ts'
import { escapeText } from './escape.ts'

/** Where the secrets of an instance lie on the machine, found as `secrets.sh` finds it: by the same variable first. */
export function secretsFolder({ site, instance }: Deployment): Interpolated {
  const usual =
    site.secretsFolder === undefined ? `\${HOME}/.waybill/${instance.id}/secrets` : escapeText(site.secretsFolder)
  return new Interpolated(`\${WAYBILL_SECRETS:-${usual}}`)
}
