import { ownershipLabels } from '../../containers/labels.ts'
import type { Plan } from '../../containers/plan.ts'
import { namedVolumes } from '../../containers/storage.ts'
import { quote } from '../../secrets/shell/quote.ts'
import type { OutputFile } from '../../target.ts'
import { nameWord } from './service-file.ts'

/** What there is beside containers, and the order in which they start. */
export function instanceFile(plan: Plan, waves: readonly (readonly string[])[], tasks: readonly string[]): OutputFile {
  const { deployment, networks, units, volumes } = plan
  const { instance, site } = deployment
  const usual =
    site.secretsFolder === undefined
      ? `\${HOME:+"$HOME"/${quote(`.waybill/${instance.id}/secrets`)}}`
      : quote(site.secretsFolder)
  const labels = { ...ownershipLabels(deployment), 'waybill.dev/target': 'docker' }
  const networkLines = networks.networks.map(({ name, internal }) =>
    statement('network', name, ...(internal ? ['--internal'] : []), ...labelWords(labels)),
  )
  const volumeLines = Object.entries(namedVolumes(deployment, units, volumes)).map(([name, volume]) =>
    'external' in volume
      ? statement('existing_volume', nameWord(volume.name))
      : statement('volume', name, ...labelWords({ ...volume.labels, ...composeLabels(instance.id, name) })),
  )
  const text = [
    '# shellcheck shell=sh disable=SC2034  # the library reads what is set here',
    '# Written by Waybill and written again at each render: changes belong into custom/arguments.sh.',
    `instance=${quote(instance.id)}`,
    `usual_secrets=${usual}`,
    '',
    '# Each name is a file in base/services/. Those on one line do not wait for one another, only for lines above.',
    `start_order='${waves.map((names) => names.join(' ')).join('\n')}'`,
    '',
    '# Started by run.sh only, such as from the crontab of the machine.',
    `tasks='${tasks.join(' ')}'`,
    '',
    ...shellFunction('declare_networks', networkLines),
    '',
    ...shellFunction('declare_volumes', volumeLines),
    '',
  ].join('\n')
  return { path: 'base/instance.sh', content: { text } }
}

/** A call of the library, an option a line. */
const statement = (verb: string, name: string, ...options: readonly string[]): string =>
  [`${verb} ${name}`, ...options.map((word) => `    ${word}`)].join(' \\\n')

const labelWords = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([name, value]) => nameWord(`--label=${name}=${value}`))

/** The marks by which Compose knows a volume as one of its own, so that an admin can go over to it without a question. */
const composeLabels = (instance: string, volume: string) => ({
  'com.docker.compose.project': instance,
  'com.docker.compose.volume': volume,
})

const shellFunction = (name: string, lines: readonly string[]): string[] => [
  `${name}() {`,
  ...(lines.length === 0 ? [':'] : lines).map((line) => `  ${line}`),
  '}',
]
