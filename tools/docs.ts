// Writes the pages of docs/ that are made from the code.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Target, targets } from '@waybill/generate'
import { type Code, catalogue, wordingTemplate } from '@waybill/model'

const root = join(import.meta.dirname, '..')

/** The pages of docs/ that are made from the code: path from the root → text. */
export const pages = (): ReadonlyMap<string, string> =>
  new Map([
    ['docs/errors.md', errorsText()],
    ['docs/targets/README.md', comparisonText()],
    ...targets.map(({ id }): [string, string] => [`docs/targets/${id}.md`, targetText(id)]),
  ])

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
function errorsText(): string {
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

function targetText(id: string): string {
  const source = `packages/generate/src/targets/${id}/readme.md`
  const text = readFileSync(join(root, source), 'utf8')
  return `<!-- Made from ${source} by \`node tools/docs.ts\`. -->\n\n${text}`
}

type Ask = readonly [question: string, answer: (can: Target['capabilities']) => string]

const yes = (can: boolean): string => (can ? 'yes' : 'no')
const questions: readonly Ask[] = [
  ['Several copies of a service, on several machines', ({ manyMachines }) => yes(manyMachines)],
  ['An update without an interruption', ({ rollingUpdate }) => yes(rollingUpdate)],
  ['Who needs another waits until it is healthy', ({ startOrder }) => yes(startOrder.healthy)],
  ['Who needs a one-shot waits until it is done', ({ startOrder }) => yes(startOrder.completed)],
  ['A slow start is told apart from an ill service', ({ startupProbe }) => yes(startupProbe)],
  ['What stops answering is restarted', ({ livenessRestart }) => yes(livenessRestart)],
  ['Services on a schedule', ({ schedules }) => yes(schedules)],
  ['One of a service on each machine', ({ daemons }) => yes(daemons)],
  ['Who may talk to whom', ({ networkPolicy }) => policies[networkPolicy]],
  ['Volumes have a size', ({ volumeSize }) => yes(volumeSize)],
  ['A replica knows its own name', ({ replicaIdentity }) => yes(replicaIdentity)],
  ["The customer's operators run dependencies", ({ operators }) => yes(operators)],
]
const policies: Readonly<Record<Target['capabilities']['networkPolicy'], string>> = {
  connections: 'declared connections only',
  networks: 'who shares a connection shares a network',
  none: 'everybody',
}

function comparisonText(): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rows = questions.map(([question, answer]) =>
    row([question, ...targets.map(({ capabilities }) => answer(capabilities))]),
  )
  const up = targets.map(({ commands }) => `\`${commands.up.replaceAll('|', '\\|')}\``)
  return `# Ways to run a product

Made from what the targets declare by \`node tools/docs.ts\`. The same definition becomes each of them; what a target cannot express
is a *loss*, shown at every render with a way around it. \`waybill explain LOSS\` says more about one.

${row(['', ...targets.map(({ id, title }) => `[${title}](${id}.md)`)])}
${row(['', ...targets.map(() => '')].map(() => '---'))}
${row(['Brought up with', ...up])}
${rows.join('\n')}

What the site may choose on each: [docs/site.md](../site.md).
`
}

if (import.meta.main) {
  for (const [path, text] of pages()) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}
