import { type Path, type Problem, problem } from '../errors/problem.ts'
import type { Catalog } from '../product/catalog.ts'
import type { Setting } from '../product/schema.ts'
import { compilePattern } from '../resolve/pattern.ts'
import { readSettingValue } from '../resolve/setting-values.ts'

const secretWords = /pass(?:word|phrase)?|secret|token|api-?key|private-?key|credential/i

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
  if (preset !== undefined && preset !== '' && type === 'text' && secretWords.test(setting.id) && !setting.public) {
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
  for (const { id: field } of setting.fields ?? []) {
    if (field !== 'id' && field !== 'op') continue
    const rule = 'a name other than "id" and "op", which have a meaning of their own'
    problems.push(problem('WB1102', [...path, 'fields', field], { kind: 'field', id: field, rule }))
  }
  if (preset === undefined) return problems
  if (setting.required)
    problems.push(problem('WB1304', path, { setting: id, why: 'is never used, as the setting is required' }))
  const amount = type === 'bytes' || type === 'cores' || type === 'duration' || type === 'percent'
  if (amount) {
    const fits = typeof preset === 'number' && preset >= (min ?? 0) && preset <= (max ?? Infinity)
    if (!fits) problems.push(problem('WB1304', path, { setting: id, why: 'is outside of its own limits' }))
    return problems
  }
  const read = preset === '' && type === 'text' ? { value: '' } : readSettingValue(setting, preset)
  if (!('value' in read))
    problems.push(problem('WB1304', path, { setting: id, why: `has to be ${read.expected}; found ${read.found}` }))
  return problems
}

function flawOfPattern(pattern: string | undefined): string | undefined {
  if (pattern === undefined) return undefined
  const compiled = compilePattern(pattern)
  return 'flaw' in compiled ? `has a pattern that cannot be read: ${compiled.flaw}` : undefined
}
