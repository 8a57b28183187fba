import { type Edit, editInstance, presentNames } from '@waybill/model'
import { fail } from '../../display/problems.ts'
import { type Consent, carryOut, checkChange } from './change.ts'
import { open } from './files.ts'

/** Brings an instance file to the present names of its product: settings, services, secrets and all else that was renamed. */
export async function migrate(productPath: string, instancePath: string, options: Consent): Promise<number> {
  const { json = false } = options
  const opened = await open(productPath, instancePath)
  if (!opened.ok) return fail(opened.problems, json)
  const { product, instance, file, text } = opened.value
  const present = presentNames(product.definition, instance.instance)
  const conflicts = present.problems.filter(({ severity }) => severity === 'error')
  if (conflicts.length > 0) return fail(instance.locate(conflicts), json)
  const edits = [
    ...present.renames.map(({ path, now }): Edit => ({ edit: 'move', path, to: now })),
    ...(present.instance.overlays ?? []).flatMap(({ at }, i): Edit[] =>
      at === instance.instance.overlays?.[i]?.at
        ? []
        : [{ edit: 'set', path: ['overlays', String(i), 'at'], value: at }],
    ),
  ]
  const edited = editInstance(text, edits)
  if (!edited.ok) return fail(instance.locate(edited.problems), json)
  const change = { file, before: text, after: edited.value }
  const checked = checkChange(product, change, instance)
  return checked.ok
    ? carryOut(change, [...opened.warnings, ...checked.warnings], options)
    : fail(checked.problems, json)
}
