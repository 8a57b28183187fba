import type { Json } from '@waybill/model'
import { print, printJson } from '../display/print.ts'
import { fail, printProblems } from '../display/problems.ts'
import { readInputs } from '../inputs/inputs.ts'
import { hasErrors, renderAll, type TargetRendering } from '../inputs/rendering.ts'
import { type TargetOptions, chosenTargets } from '../inputs/targets.ts'

export interface ImagesOptions extends TargetOptions {
  readonly instance?: string
  readonly json?: boolean
}

/** Lists the images that the rendered output names: exactly those that have to be there before it runs. */
export async function images(productPath: string, options: ImagesOptions): Promise<number> {
  const { json = false } = options
  const inputs = await readInputs(productPath, options.instance, 'sample')
  if (!inputs.ok) return fail(inputs.problems, json)
  const targets = chosenTargets(inputs.value, options)
  if (!targets) return 2
  const { renderings, problems } = renderAll(inputs.value, targets, false)
  if (hasErrors(problems)) return fail([...inputs.warnings, ...problems], json)
  const found = [...new Set(renderings.flatMap(imagesOf))].sort()
  if (json) {
    printJson({ ok: true, problems: [], images: found })
    return 0
  }
  printProblems(inputs.warnings)
  if (found.length > 0) print(found.join('\n'))
  return 0
}

const imagesOf = ({ rendered }: TargetRendering): string[] =>
  rendered.files.flatMap(({ content }) => ('documents' in content ? content.documents.flatMap(imagesIn) : []))

/** On every engine a container names its image under the key `image`. */
function imagesIn(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(imagesIn)
  return Object.entries(value).flatMap(([key, member]) =>
    key === 'image' && typeof member === 'string' ? [member] : imagesIn(member),
  )
}
