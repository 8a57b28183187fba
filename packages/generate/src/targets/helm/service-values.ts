import type { Deployment, Expression, Json } from '@waybill/model'
import { textAt } from '../../pods/observe/read.ts'

/** What values say of single services, in place of what the product says. */
export type ServiceValues = Readonly<Record<string, ServiceValue>>
interface ServiceValue {
  /** Pulled as it stands here. */
  readonly image?: string
  /** Texts of variables; null removes one. */
  readonly env?: Readonly<Record<string, string | null>>
}

/** Whether the values of a chart say something of a variable, if only that it is not there. */
export const isReplaced = (service: string, variable: string): Expression => ({
  op: 'isSet',
  setting: `services/${service}/env/${variable}`,
})

/** The service and the variable of such a question; undefined for others. */
export function replacedVariable(setting: string): { readonly service: string; readonly variable: string } | undefined {
  const [list, service, field, variable] = setting.split('/')
  if (list !== 'services' || field !== 'env' || service === undefined || variable === undefined) return undefined
  return { service, variable }
}

/** The overlays of an instance on images and variables; those on sizes are in the sizes already. */
export function serviceValuesOf({ services, origin }: Deployment): ServiceValues {
  const values: Record<string, ServiceValue> = {}
  for (const { at } of origin?.instance.overlays ?? []) {
    const [list, id = '', field, name = ''] = at.split('/')
    const service = list === 'services' ? services.find((each) => each.id === id) : undefined
    if (!service) continue
    if (field === 'image') values[id] = { ...values[id], image: service.image }
    if (field !== 'env') continue
    const { value = null } = service.env.find((each) => each.name === name) ?? {}
    // one that did not apply leaves what the product says
    if (typeof value === 'string' || value === null)
      values[id] = { ...values[id], env: { ...values[id]?.env, [name]: value } }
  }
  return values
}

/** The variables of a container as values change them, in their order; those that are added stand at the end, by name. */
export function changed(variables: readonly Json[], values: ServiceValue | undefined, text: (value: string) => string) {
  const own = values?.env ?? {}
  const nameOf = (variable: Json) => textAt(variable, 'name')
  const item = (name: string): Json[] => {
    const value = own[name]
    return typeof value === 'string' ? [{ name, value: text(value) }] : []
  }
  const known = new Set(variables.map(nameOf))
  const added = Object.keys(own).filter((name) => !known.has(name))
  return [
    ...variables.flatMap((variable) => (Object.hasOwn(own, nameOf(variable)) ? item(nameOf(variable)) : [variable])),
    ...added.toSorted().flatMap(item),
  ]
}
