// Writes the pages of docs/ that are made from the code.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Code, catalogue, wordingTemplate } from '@waybill/model'

export const errorsPage = join(import.meta.dirname, '../docs/errors.md')

const areas: Readonly<Record<string, string>> = {
  10: 'The form of the definition',
  11: 'Names',
  12: 'References and conditions',
  13: 'Meaning',
  20: 'The instance file',
  30: 'Formats and versions',
  40: 'Files',
  50: 'Rendering',
}

/** The page of all codes: what happened, why it matters, what to do. */
export function errorsText(): string {
  const codes = (Object.keys(catalogue) as Code[]).toSorted()
  const sections = [...Map.groupBy(codes, (code) => code.slice(2, 4))].map(
    ([digits, members]) => `## ${areas[digits] ?? digits}\n\n${members.map(entry).join('\n')}`,
  )
  return `# Errors

Made from the catalogue by \`node tools/docs.ts\`. Codes are permanent: wording may change, a code never gets another meaning.
\`waybill explain CODE\` shows an entry; words in \`‹…›\` are filled in where a problem is shown.

${sections.join('\n')}`
}

function entry(code: Code): string {
  const { title, what, why, fix } = wordingTemplate(code)
  const severity = 'severity' in catalogue[code] ? ' (warning)' : ''
  return `### ${code} ${title}${severity}\n\n${blanks(what)} ${why}\n\n**Do:** ${blanks(fix)}\n`
}

const blanks = (text: string): string => text.replace(/<(\w+)>/g, '‹$1›').replaceAll('*', '\\*')

if (import.meta.main) {
  mkdirSync(dirname(errorsPage), { recursive: true })
  writeFileSync(errorsPage, errorsText())
}
