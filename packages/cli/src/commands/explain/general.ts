import { type Code, catalogue, wordingTemplate } from '@waybill/model'
import { targetOf, targets } from '@waybill/generate'
import { onOutput } from '../../display/style.ts'
import { targetReadme } from '../../inputs/readme.ts'

/** An answer for people and for machines. */
export interface Explanation {
  readonly text: string
  readonly data: object
}

export function explainCode(code: Code): Explanation {
  const { title, what, why, fix } = wordingTemplate(code)
  const severity = 'severity' in catalogue[code] ? 'warning' : 'error'
  const text = [
    onOutput('bold', `${code} ${title}`) + (severity === 'warning' ? ' (warning)' : ''),
    `  ${what}`,
    `  Why: ${why}`,
    `  Do:  ${fix}`,
  ]
  return { text: text.join('\n'), data: { code, severity, title, what, why, fix } }
}

export function explainTarget(id: string): Explanation {
  const { title = id, capabilities, commands } = targetOf(id) ?? {}
  const readme = targetReadme(id)
  return { text: readme, data: { target: id, title, capabilities, commands, readme } }
}

/** Names of losses that the pages of the targets mention. */
export const lossNames = (): string[] => [...new Set(targets.flatMap(({ id }) => lossesOf(readmeOf(id))))]

/** A page names a loss as such in its text, or at the start of a row of its table. */
const lossesOf = (text: string): string[] =>
  [...text.matchAll(/\bloss `([a-zA-Z.]+)`|^\| *`([a-z]+[A-Z]?[a-z]*\.[a-zA-Z]+)`/gm)].map(
    ([, inText, inTable]) => (inText ?? inTable)!,
  )

/** What the pages of the targets say about a loss. */
export function explainLossInGeneral(name: string): Explanation | undefined {
  const pages = targets.flatMap(({ id }) => {
    const found = partsOf(readmeOf(id))
      .filter((part) => lossesOf(part).includes(name))
      .map((part) => (part.startsWith('|') ? (part.split('|')[2] ?? '').trim() : part))
    return found.length > 0 ? [{ target: id, says: found.join('\n') }] : []
  })
  if (pages.length === 0) return undefined
  const lines = pages.flatMap(({ target, says }) => [`  ${target}:`, ...says.split('\n').map((line) => `    ${line}`)])
  const text = [onOutput('bold', name), ...lines, '  Where a product has it: name the product with --product.']
  return { text: text.join('\n'), data: { loss: name, targets: pages } }
}

/** The paragraphs, list items and table rows of a page. */
const partsOf = (page: string): string[] => page.split(/\n(?=- |\||#|\n)/).map((part) => part.trim())

function readmeOf(id: string): string {
  try {
    return targetReadme(id)
  } catch {
    return ''
  }
}
