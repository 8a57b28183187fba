import { type Json, type ProductDefinition, type SettingDefinition, presetOf } from '@waybill/model'
import { goString, valuePath } from './scope.ts'

/** Templates that give maps and lists as JSON, amounts in base units, entries merged with those of the product. */
export function dataTemplates(product: ProductDefinition): string {
  return product.settings
    .flatMap((group) =>
      group.settings.map((setting) => dataTemplate(setting, ['settings', group.id, setting.id], product.id)),
    )
    .join('')
}

function dataTemplate(setting: SettingDefinition, path: readonly string[], prefix: string): string {
  const name = goString(`${prefix}.data.${path.slice(1).join('.')}`)
  const at = valuePath(path, { root: '.' })
  if (setting.type === 'map') {
    const body = isAmount(setting.of ?? 'text')
      ? `{{- $amounts := dict }}
{{- range $key, $value := ${at} }}{{ $_ := set $amounts $key (${amountOf(setting.of!, '$value', prefix)}) }}{{ end }}
{{- toRawJson $amounts }}`
      : `{{- toRawJson ${at} }}`
    return `\n{{- /* ${comment(setting.title)} */}}\n{{- define ${name} }}\n${body}\n{{- end }}\n`
  }
  if (setting.type !== 'keyedList') return ''
  return `
{{- /* ${comment(setting.title)}: entries of the product and of the values, by id. */}}
{{- define ${name} }}
{{- $byId := dict }}
{{- $order := list }}
{{- range $entry := ${goValue((presetOf(setting) ?? []) as Json)} }}
{{- $_ := set $byId $entry.id $entry }}
{{- $order = append $order $entry.id }}
{{- end }}
{{- range $entry := ${at} }}
{{- if hasKey $entry "drop" }}
{{- $order = without $order $entry.id }}
{{- else }}
{{- $merged := dict "id" $entry.id }}
{{- if has $entry.id $order }}{{ $merged = get $byId $entry.id }}{{ else }}{{ $order = append $order $entry.id }}{{ end }}
${fieldLines(setting, prefix)}{{- $_ := set $byId $entry.id $merged }}
{{- end }}
{{- end }}
{{- $entries := list }}
{{- range $id := $order }}{{ $entries = append $entries (get $byId $id) }}{{ end }}
{{- toRawJson $entries }}
{{- end }}
`
}

function fieldLines({ fields = [] }: SettingDefinition, prefix: string): string {
  return fields
    .map(({ id, type, default: preset }) => {
      const key = goString(id)
      const given = `(get $entry ${key})`
      const value = isAmount(type) ? `(${amountOf(type, given, prefix)})` : given
      const otherwise =
        preset === undefined
          ? ''
          : `{{ else if not (hasKey $merged ${key}) }}{{ $_ := set $merged ${key} ${goValue(preset)} }}`
      return `{{- if hasKey $entry ${key} }}{{ $_ := set $merged ${key} ${value} }}${otherwise}{{ end }}\n`
    })
    .join('')
}

const isAmount = (type: string): boolean => ['bytes', 'cores', 'duration', 'percent'].includes(type)

const amountOf = (unit: string, value: string, prefix: string): string =>
  `include ${goString(`${prefix}.amount`)} (dict "unit" ${goString(unit)} "value" ${value}) | int64`

/** Data as code. */
function goValue(value: Json): string {
  if (typeof value === 'string') return goString(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `(list ${value.map(goValue).join(' ')})`
  return `(dict ${Object.entries(value)
    .map(([key, each]) => `${goString(key)} ${goValue(each)}`)
    .join(' ')})`
}

const comment = (text: string): string => text.replaceAll('*/', '* /')
