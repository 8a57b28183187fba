import { envFileName } from '../secrets/names.ts'
import type { SecretKey, SecretPlan } from '../secrets/plan.ts'
import { Interpolated } from './draft.ts'
import type { Mount, Specification } from './specification.ts'
import { readOnlyFile } from './storage.ts'

export const secretPath = (folder: Interpolated, { object, key }: SecretKey): Interpolated =>
  new Interpolated(`${folder.text}/${object}/${key}`)

/** The file with a service's secret variables, read as it is: no quotes, no interpolation. */
export function envFileOf(service: string, plan: SecretPlan, folder: Interpolated): Specification['env_file'] {
  const path = envFilePath(service, plan, folder)
  if (!path) return undefined
  // a missing one is told by `secretMounts`: so that `docker compose config` works before the secrets are made
  return [{ path, required: false, format: 'raw' }]
}

/**
 * Secrets that a service reads from files, each at the path that the service looks at. The file with the variables is
 * mounted, too, unreadable for the service: a mount whose source is missing stops `up` before anything starts.
 */
export function secretMounts(service: string, plan: SecretPlan, folder: Interpolated): Mount[] {
  const files = [...(plan.files.get(service) ?? [])].map(([path, key]) => readOnlyFile(secretPath(folder, key), path))
  const variables = envFilePath(service, plan, folder)
  return variables ? [...files, readOnlyFile(variables, '/run/waybill.env')] : files
}

function envFilePath(service: string, plan: SecretPlan, folder: Interpolated): Interpolated | undefined {
  const keys = plan.env.get(service)
  return keys && keys.size > 0 ? new Interpolated(`${folder.text}/env/${envFileName(service, keys)}`) : undefined
}
