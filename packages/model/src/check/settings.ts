import { type Path, type Problem, problem } from '../errors/problem.ts'
import type { Catalog } from '../product/catalog.ts'
import type { Setting } from '../product/schema.ts'
import { looksSecret } from '../secret-name.ts'
import { compilePattern } from '../resolve/pattern.ts'
import { writtenDefault } from '../resolve/setting-defaults.ts'
import { readSettingValue } from '../resolve/setting-values.ts'

/** Defaults fit their settings, and nothing secret is one. */
export function checkSettings({ product }: Catalog): Problem[] {
  const groups = product.settings.flatMap((group) =>
    group.settings.flatMap((setting) =>
      checkSetting(setting, `${group.id}.${setting.id}`, ['settings', group.id, 'settings', setting.id]),
    ),
  )
  const inputs = product.dependencies.flatMap((dependency) =>
    dependency.inputs.flatMap((input) =>
      checkSetting(input, `${dependency.id}.${input.id}`, ['dependencies', dependency.id, 'inputs', input.id]),
    ),
  )
  return [...groups, ...inputs, ...checkTargets(product.targets.map(({ id }) => id))]
}

function checkTargets(targets: readonly string[]): Problem[] {
  return targets.length === 0 ? [problem('WB1003', ['targets'], { key: 'targets' })] : []
}

function checkSetting(setting: Setting, id: string, path: Path): Problem[] {
  const problems: Problem[] = []
  const { default: preset, type, pattern, min, max } = setting
  if (preset !== undefined && preset !== '' && type === 'text' && looksSecret(setting.id) && !setting.public) {
    problems.push(problem('WB1303', path, { setting: id }))
  }
  const flaw = flawOfPattern(pattern)
  if (flaw !== undefined) return [...problems, problem('WB1304', [...path, 'pattern'], { setting: id, why: flaw })]
  if (type === 'choice' && (setting.choices ?? []).length === 0) {
    problems.push(problem('WB1304', path, { setting: id, why: 'has nothing to choose from' }))
  }
  if (min !== undefined && max !== undefined && min > max) {
    problems.push(problem('WB1304', path, { setting: id, why: 'has a minimum above its maximum' }))
  }
  problems.push(...checkFields(setting, id, path))
  if (preset === undefined) return problems
  if (setting.required)
    problems.push(problem('WB1304', path, { setting: id, why: 'is never used, as the setting is required' }))
  const amount = type === 'bytes' || type === 'cores' || type === 'duration' || type === 'percent'
  if (amount) {
    const fits = typeof preset === 'number' && preset >= (min ?? 0) && preset <= (max ?? Infinity)
    if (!fits) problems.push(problem('WB1304', path, { setting: id, why: 'is outside of its own limits' }))
    return problems
  }
  // an empty text is a default that the customer may leave, whatever the pattern is
  if (preset === '' && type === 'text') return problems
  const { default: _, ...alone } = setting
  const read = readSettingValue(alone, writtenDefault(setting)!)
  if ('misfits' in read) {
    for (const { at, expected, found } of read.misfits) {
      const place = at.length === 0 ? '' : `, at ${at.join('/')},`
      problems.push(problem('WB1304', path, { setting: id, why: `has to be${place} ${expected}; found ${found}` }))
    }
  }
  return problems
}

const reserved = new Set(['id', 'op', 'drop'])

/** Fields have names of their own; what they say of their values fits together. */
function checkFields({ fields = [] }: Setting, id: string, path: Path): Problem[] {
  const seen = new Set<string>()
  return fields.flatMap((field) => {
    const at = [...path, 'fields', field.id]
    const twice = seen.has(field.id) ? [problem('WB1101', at, { kind: 'field', id: field.id })] : []
    seen.add(field.id)
    if (!reserved.has(field.id))
      return [...twice, ...checkSetting({ title: field.id, ...field }, `${id}.${field.id}`, at)]
    const rule = 'a name other than "id", "op" and "drop", which have a meaning of their own'
    return [...twice, problem('WB1102', at, { kind: 'field', id: field.id, rule })]
  })
}

function flawOfPattern(pattern: string | undefined): string | undefined {
  if (pattern === undefined) return undefined
  const compiled = compilePattern(pattern)
  return 'flaw' in compiled ? `has a pattern that cannot be read: ${compiled.flaw}` : undefined
}
