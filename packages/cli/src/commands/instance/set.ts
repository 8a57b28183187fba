import { type Edit, type Json, type Path, catalogOf, editInstance, presentNames } from '@waybill/model'
import { wrongUsage } from '../../display/print.ts'
import { fail } from '../../display/problems.ts'
import { type Consent, carryOut, checkChange } from './change.ts'
import { type Opened, open } from './files.ts'
import { listOf, parseAssignment, parsePath, refuseSecret, valueAt, withEntry } from './paths.ts'

export interface SetOptions extends Consent {
  readonly unset?: readonly string[]
  readonly beforeInstall?: boolean
}

/** Changes values of an instance file: shows the change, asks, and writes it once all of it is right. */
export async function set(
  productPath: string,
  instancePath: string,
  assignments: readonly string[],
  options: SetOptions,
): Promise<number> {
  const { unset = [], beforeInstall = false, json = false } = options
  const sets = assignments.map((text) => ({ text, parsed: parseAssignment(text) }))
  const unsets = unset.map((text) => ({ text, parsed: parsePath(text) }))
  const wrong = [...sets, ...unsets].find(({ parsed }) => !parsed)
  if (wrong)
    return wrongUsage(
      `'${wrong.text}' is not ${unset.includes(wrong.text) ? 'a path such as settings.site.host' : 'path=value, such as settings.site.host=shop.example'}`,
    )
  if (sets.length + unsets.length === 0) return wrongUsage('name a path=value to set, or --unset path')
  const opened = await open(productPath, instancePath)
  if (!opened.ok) return fail(opened.problems, json)
  const { product, instance, file, text } = opened.value
  const catalog = catalogOf(product.definition)
  const refused = sets.flatMap(({ parsed }) => refuseSecret(catalog, parsed!.path))
  if (refused.length > 0)
    return fail(
      refused.map((each) => ({ ...each, at: { file } })),
      json,
    )
  const edits = [
    ...unsets.map(({ parsed }): Edit => ({ edit: 'unset', path: parsed! })),
    ...setEdits(
      opened.value,
      sets.map(({ parsed }) => parsed!),
    ),
  ]
  const edited = editInstance(text, edits)
  if (!edited.ok)
    return fail(
      edited.problems.map((each) => ({ ...each, at: { file } })),
      json,
    )
  const change = { file, before: text, after: edited.value }
  const checked = checkChange(product, change, beforeInstall ? undefined : instance)
  return checked.ok
    ? carryOut(change, [...opened.warnings, ...checked.warnings], options)
    : fail(checked.problems, json)
}

/** Values go where the file has them, be it under an old name; a list that it does not have is made as a whole. */
function setEdits(
  { product, instance: { instance } }: Opened,
  assignments: readonly { readonly path: Path; readonly value: string }[],
): Edit[] {
  const catalog = catalogOf(product.definition)
  const { instance: present, written } = presentNames(product.definition, instance)
  const lists = new Map<string, Extract<Edit, { edit: 'set' }>>()
  return assignments.map(({ path, value: words }): Edit => {
    const value = valueAt(catalog, path, words)
    const list = listOf(catalog, path)
    if (!list || present.settings?.[list[1]!]?.[list[2]!] !== undefined)
      return { edit: 'set', path: written(path), value }
    const before = lists.get(list.join('/'))?.value
    const entries = withEntry(Array.isArray(before) ? (before as readonly Json[]) : [], path.slice(3), value)
    const edit = { edit: 'set', path: written(list), value: entries } as const
    lists.set(list.join('/'), edit)
    return edit
  })
}
