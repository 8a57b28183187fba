import {
  type InstanceDefinition,
  type Problem,
  type ProductDefinition,
  type SettingDefinition,
  type Unit,
  instanceSchemaVersion,
} from '@waybill/model'
import type { InstanceFile } from './instance.ts'

type Chosen = NonNullable<InstanceDefinition['settings']>[string]

/**
 * An instance that makes no choice but gives what has no default, so that a product can be looked at before there is an
 * installation of it.
 */
export function sampleInstance(product: ProductDefinition): InstanceFile {
  const settings = product.settings.map(({ id, settings: members }) => [id, sampleOf(members)] as const)
  const external = product.dependencies.filter(({ modes }) => modes[0] === 'external')
  const load = product.load.filter((factor) => factor.default === undefined)
  const instance: InstanceDefinition = {
    schema: instanceSchemaVersion,
    id: product.id,
    product: product.id,
    settings: Object.fromEntries(settings.filter(([, members]) => Object.keys(members).length > 0)),
    dependencies: Object.fromEntries(external.map(({ id, inputs }) => [id, sampleOf(inputs)])),
    load: Object.fromEntries(load.map(({ id, unit }) => [id, amounts[unit]])),
  }
  return { instance, locate: (problems) => problems.filter(isOfProduct) }
}

/** A value that was made up and has no effect is nobody's mistake. */
const isOfProduct = ({ code }: Problem): boolean => code !== 'WB2011'

const sampleOf = (settings: readonly SettingDefinition[]): Chosen =>
  Object.fromEntries(
    settings
      .filter(({ type, required, default: preset }) => isData(type) || (required && preset === undefined))
      .map((setting) => [setting.id, valueOf(setting)]),
  )

const amounts: Readonly<Record<Unit, string | number>> = {
  count: 1,
  bytes: '1 GiB',
  cores: '1 cores',
  duration: '1 h',
  percent: '50 %',
}

const isData = (type: SettingDefinition['type']): boolean => type === 'map' || type === 'keyedList'

function valueOf({ type, of, fields, choices, min }: SettingDefinition): Chosen[string] {
  switch (type) {
    case 'text':
      return 'sample'
    case 'hostname':
      return 'sample.example'
    case 'url':
      return 'https://sample.example'
    case 'email':
      return 'admin@sample.example'
    case 'boolean':
      return true
    case 'choice':
      return choices?.[0]?.id ?? ''
    case 'count':
      return min ?? 1
    case 'bytes':
    case 'cores':
    case 'duration':
    case 'percent':
      return amounts[type]
    case 'map':
      return { sample: valueOf({ id: 'sample', title: 'sample', type: of ?? 'text' }) }
    case 'keyedList': {
      const sample = (fields ?? []).map((field) => [field.id, valueOf({ ...field, title: field.id })] as const)
      return [{ id: 'sample', ...Object.fromEntries(sample) }]
    }
  }
}
