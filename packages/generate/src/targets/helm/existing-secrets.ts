import type { Deployment, Expression, Problem } from '@waybill/model'
import { problem } from '@waybill/model'

/** Where a site has a value already. */
export interface ExistingPlace {
  readonly name: string
  readonly key: string
}

/** What the values call a part of a secret. */
export const existingName = (secret: string, part: string): string => `${secret}/${part}`

/** What the values call a whole value of a service, by its variable. */
export const wholeAt = (service: string, variable: string): string => `${service}/${variable}`

const mapped = 'secrets/existing/'

/** Whether the site has a whole value, so that nothing is composed for it. */
export const isMapped = (service: string, variable: string): Expression => ({
  op: 'isSet',
  setting: `${mapped}${wholeAt(service, variable)}`,
})

/** What such a question is about; undefined for others. */
export const mappedName = (setting: string): string | undefined =>
  setting.startsWith(mapped) ? setting.slice(mapped.length) : undefined

/** What an instance says that the site has. */
export function existingPlaces({ secrets, secretSource }: Deployment): Readonly<Record<string, ExistingPlace>> {
  if (secretSource.source !== 'existing') return {}
  const parts = secrets.flatMap(({ id, existing = {} }) =>
    Object.entries(existing).flatMap(([part, { name, key = part }]) =>
      name === undefined ? [] : [[existingName(id, part), { name, key }] as const],
    ),
  )
  const whole = secretSource.values.map(({ service, place, at }) => [wholeAt(service, place), at] as const)
  return Object.fromEntries([...parts, ...whole])
}

/** The files of one secret come from one Secret in a chart, and files that are composed from the one of their service. */
export function unreadPlaces({ secrets, secretSource }: Deployment): Problem[] {
  if (secretSource.source !== 'existing') return []
  const { source, values } = secretSource
  const scattered = secrets.filter(
    ({ existing = {} }) => new Set(Object.values(existing).map(({ name }) => name)).size > 1,
  )
  const refused = (key: string, instead: string) =>
    problem('WB2053', ['secrets', 'existing', key], { source, target: 'helm', instead })
  return [
    ...scattered.map(({ id }) => refused(id, `Keep all parts of "${id}" in one Secret.`)),
    ...values
      .filter(({ place }) => place.startsWith('/'))
      .map(({ service, place }) => refused(`${service}${place}`, 'Map the secrets that the file is made of.')),
  ]
}
