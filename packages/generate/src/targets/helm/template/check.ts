import {
  type Expression,
  type LateDeployment,
  type Problem,
  type ProductDefinition,
  type SettingDefinition,
  both,
  describe,
  formatQuantity,
  opposite,
  problem,
  wordingOf,
} from '@waybill/model'
import { Uncompilable, conditionOf } from './expressions.ts'
import { type Scope, goString, valuePath } from './scope.ts'

/** Something that must not hold, with the words for it: those of `waybill check`. */
interface Check {
  readonly wrong: string
  readonly say: string
}

/**
 * The template that refuses values which the schema cannot: conditions and rules over several of them, limits of amounts,
 * and characters that no target carries. All mistakes are told at once.
 *
 * @returns its text, and the rules that Helm cannot compute
 */
export function checkTemplate(
  product: ProductDefinition,
  { deployment }: LateDeployment,
  scope: Scope,
): { readonly text: string; readonly lost: readonly string[] } {
  const lost: string[] = []
  const attempt = (name: string, make: () => readonly Check[]): readonly Check[] => {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof Uncompilable)) throw error
      lost.push(name)
      return []
    }
  }
  const checks = [
    ...product.features.flatMap(({ id, when }) =>
      when === undefined
        ? []
        : attempt(`features/${id}`, () => [
            check(
              both({ op: 'feature', id }, opposite(when)),
              problem('WB2018', [], { feature: id, condition: describe(when) }),
              scope,
            ),
          ]),
    ),
    ...product.settings.flatMap((group) =>
      group.settings.flatMap((setting) =>
        attempt(`settings/${group.id}/${setting.id}`, () => settingChecks(`${group.id}.${setting.id}`, setting, scope)),
      ),
    ),
    ...product.dependencies.flatMap((dependency) =>
      attempt(`dependencies/${dependency.id}`, () => inputChecks(dependency, scope)),
    ),
    ...shardedClaims(deployment, scope),
  ]
  const lines = checks.map(
    ({ wrong, say }) => `{{- if ${wrong} }}{{ $problems = append $problems ${goString(say)} }}{{ end }}\n`,
  )
  const text = `{{- /* Refuses what the schema of the values cannot: as "waybill check" does, with the same words. */}}
{{- $problems := list }}
${lines.join('')}{{- range $service, $size := .Values.sizes }}
{{- range $what, $unit := dict "cpu" "cores" "memory" "bytes" }}
{{- $amounts := get $size $what }}
{{- $request := include "${scope.prefix}.amount" (dict "unit" $unit "value" $amounts.request) | int64 }}
{{- if gt $request (include "${scope.prefix}.amount" (dict "unit" $unit "value" $amounts.limit) | int64) }}
{{- $problems = append $problems (printf "WB1313 %s of %s requests more than its limit." $what $service) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $service, $own := .Values.services }}
{{- range $name, $value := dig "env" (dict) $own }}
{{- if regexMatch ${goString(uncarried)} (toString $value) }}
{{- $problems = append $problems (printf "WB2008 services.%s.env.%s must hold none of the characters U+007F to U+009F, U+2028 and U+2029." $service $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $problems }}
{{- fail (printf "\\n  %s" (join "\\n  " $problems)) }}
{{- end }}
`
  return { text, lost }
}

const check = (wrong: Expression | undefined, found: Problem, scope: Scope): Check => ({
  wrong: conditionOf(wrong ?? true, scope),
  say: `${found.code} ${wordingOf(found).what}`,
})

function settingChecks(id: string, setting: SettingDefinition, scope: Scope): readonly Check[] {
  const { when, required, default: preset, rules = [] } = setting
  const what = `The setting ${id}`
  const isSet: Expression = { op: 'isSet', setting: id }
  const missing = problem('WB2009', [], { what })
  return [
    ...(when !== undefined && required && preset === undefined
      ? [check(both(when, opposite(isSet)), missing, scope)]
      : []),
    ...rules.map(({ must, message }) =>
      check(both(isSet, when, opposite(must)), problem('WB2010', [], { what, message }), scope),
    ),
    ...amountChecks(setting, ['settings', ...id.split('.')], what, scope),
    ...textChecks(setting, ['settings', ...id.split('.')], what, scope),
  ]
}

/** Limits of amounts with units: the schema sees only texts. */
function amountChecks(setting: SettingDefinition, path: readonly string[], what: string, scope: Scope): Check[] {
  const { type, min, max } = setting
  if (type !== 'bytes' && type !== 'cores' && type !== 'duration' && type !== 'percent') return []
  if (min === undefined && max === undefined) return []
  const at = valuePath(path, scope)
  const amount = `(include ${goString(`${scope.prefix}.amount`)} (dict "unit" ${goString(type)} "value" ${at}) | int64)`
  const outside = [
    ...(min === undefined ? [] : [`(lt ${amount} ${min})`]),
    ...(max === undefined ? [] : [`(gt ${amount} ${max})`]),
  ]
  const limits = [
    ...(min === undefined ? [] : [`from ${formatQuantity(min, type)}`]),
    ...(max === undefined ? [] : [`up to ${formatQuantity(max, type)}`]),
  ].join(' ')
  return outside.map((wrong) => ({
    // "if" stops at the first that does not hold
    wrong: `and (not (kindIs "invalid" ${at})) (kindIs "string" ${at}) ${wrong}`,
    say: `WB2008 ${what} must be an amount ${limits}.`,
  }))
}

const texts: ReadonlySet<string> = new Set(['text', 'url', 'email'])

/** What neither kubectl nor YAML carries unharmed, see the control characters of the target kubernetes. */
const uncarried = '[\\x{7f}-\\x{9f}\\x{2028}\\x{2029}]'

function textChecks({ type }: SettingDefinition, path: readonly string[], what: string, scope: Scope): Check[] {
  if (!texts.has(type)) return []
  const at = valuePath(path, scope)
  return [
    {
      wrong: `regexMatch ${goString(uncarried)} (toString ${at})`,
      say: `WB2008 ${what} must hold none of the characters U+007F to U+009F, U+2028 and U+2029.`,
    },
  ]
}

function inputChecks(
  { id, when, modes, inputs, operator }: ProductDefinition['dependencies'][number],
  scope: Scope,
): readonly Check[] {
  const outside: Expression = { op: 'not', of: { op: 'mode', dependency: id, is: 'bundled' } }
  const asked = both(modes.includes('bundled') ? outside : undefined, when)
  return inputs.flatMap((input) => {
    const path = ['dependencies', id, input.id]
    const what = `${id}.${input.id}`
    const limits = [...amountChecks(input, path, what, scope), ...textChecks(input, path, what, scope)]
    const said = operator?.inputs[input.id] !== undefined
    if (!input.required || input.default !== undefined) return limits
    const byOperator: Expression = { op: 'mode', dependency: id, is: 'operator' }
    const wanted = both(asked, said ? opposite(byOperator) : undefined)
    const given: Expression = { op: 'isSet', setting: `${id}/${input.id}` }
    return [check(both(wanted, opposite(given)), problem('WB2009', [], { what }), scope), ...limits]
  })
}

/** A StatefulSet names the claims of its shards itself. */
function shardedClaims({ services }: LateDeployment['deployment'], scope: Scope): readonly Check[] {
  return services
    .filter(({ kind }) => kind === 'sharded')
    .flatMap(({ id, mounts }) =>
      mounts.map(({ volume }) =>
        check(
          { op: 'isSet', setting: `site/claims/${volume}` },
          problem('WB5006', [], { volume, service: id, first: `${volume}-${id}-0` }),
          scope,
        ),
      ),
    )
}
