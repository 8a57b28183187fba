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
export const lossNames = (): string[] => [
  ...new Set(
    targets.flatMap(({ id }) => [...readmeOf(id).matchAll(/`([a-z]+\.[a-zA-Z]+)`/g)].map((match) => match[1]!)),
  ),
]

function readmeOf(id: string): string {
  try {
    return targetReadme(id)
  } catch {
    return ''
  }
}
