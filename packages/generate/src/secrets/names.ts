import { contentName } from '@waybill/model'
import type { SecretKey } from './plan.ts'

/**
 * Name of the env file on a Docker host that holds a service's secret variables, inside of `<secrets folder>/env/`:
 * another set of variables, or another version of a secret, is another file. The order of the variables does not matter.
 *
 * @param keys variable → the key that holds its value: the service's entry in `SecretPlan.env`
 */
export function envFileName(service: string, keys: ReadonlyMap<string, SecretKey>): string {
  return `${service}-${contentName([...keys].map(([name, { object, key }]) => [name, object, key]).toSorted(byName))}.env`
}

const byName = ([a = '']: readonly string[], [b = '']: readonly string[]): number => (a < b ? -1 : a > b ? 1 : 0)
