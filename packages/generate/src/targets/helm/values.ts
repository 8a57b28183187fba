import {
  type Deployment,
  type DeployedService,
  type Json,
  type ProductDefinition,
  type SettingDefinition,
  compact,
  formatQuantity,
  writtenDefault,
} from '@waybill/model'
import { printYaml } from '../../print/yaml.ts'
import { existingPlaces } from './existing-secrets.ts'
import { isScalable } from './late-stage.ts'
import { serviceValuesOf } from './service-values.ts'

type Members = { readonly [key: string]: Json }

/** The amounts of one service, as values of a chart say them. */
const sizeOf = (service: DeployedService): Members => ({
  ...(isScalable(service) && { replicas: service.replicas }),
  cpu: {
    request: formatQuantity(service.cpu.request, 'cores'),
    limit: formatQuantity(service.cpu.limit, 'cores'),
  },
  memory: {
    request: formatQuantity(service.memory.request, 'bytes'),
    limit: formatQuantity(service.memory.limit, 'bytes'),
  },
})

/** The computed sizes of a deployment. */
export const sizesOf = ({ services, volumes }: Pick<Deployment, 'services' | 'volumes'>): Members => ({
  sizes: Object.fromEntries(services.map((service) => [service.id, sizeOf(service)])),
  volumes: Object.fromEntries(volumes.map(({ id, size }) => [id, { size: formatQuantity(size, 'bytes') }])),
})

/** What an instance chooses, in the words of its own file. */
export function instanceValues(deployment: Deployment): Members {
  const { instance } = deployment.origin!
  const services = serviceValuesOf(deployment)
  const existing = existingPlaces(deployment)
  const secrets = compact({
    versions: instance.secrets?.versions,
    existing: Object.keys(existing).length === 0 ? undefined : (existing as unknown as Json),
  })
  const modes = Object.fromEntries(
    Object.entries(instance.dependencies ?? {}).map(([id, choice]) => [id, compact({ ...choice }) as Json]),
  )
  return compact({
    settings: instance.settings,
    features: instance.features,
    dependencies: Object.keys(modes).length === 0 ? undefined : (modes as Json),
    secrets: Object.keys(secrets).length === 0 ? undefined : secrets,
    site: siteOf(deployment),
    ...sizesOf(deployment),
    services: Object.keys(services).length === 0 ? undefined : (services as unknown as Json),
  })
}

/** The site without what Helm is told otherwise: the namespace of the release. */
function siteOf({ site }: Deployment): Json | undefined {
  const { namespace: _, publish: _publish, secretsFolder: _folder, ...rest } = site
  return Object.keys(rest).length === 0 ? undefined : rest
}

/** The defaults of a chart, with what each value is. */
export function defaultValues(product: ProductDefinition, late: Deployment): string {
  const sections = [
    heading(`Values of ${product.title} ${product.version}. Everything that customers choose is here.`),
    settingsText(product),
    featuresText(product),
    dependenciesText(product),
    'secrets:\n  # Counted up to replace a value: session-key: 2\n  versions: {}\n' +
      '  # What is there already, by <secret>/<part>, or <service>/<variable or path> of a whole value:\n' +
      '  #   db-password/value: { name: SECRET, key: KEY }\n  existing: {}\n',
    '# Your infrastructure, in the words of site in instance.yaml.\nsite: {}\n',
    '# What each service gets. `waybill render` computes these for your load.\n' + yaml(sizesOf(late)),
    servicesText,
  ]
  return sections.filter((section) => section !== '').join('\n')
}

const servicesText = `# Single fields of services, where no setting does: what stands here wins over what the product says.
#   web:
#     # Pulled exactly as it stands here, not from the registry of the site.
#     image: registry.example.org/web:1.0.1
#     env:
#       # A text replaces the variable, or adds one; a secret in it is not read any more.
#       LOG_LEVEL: debug
#       # Removes it.
#       UNWANTED: null
services: {}
`

const yaml = (members: Members): string => printYaml(members)

const heading = (text: string): string => `# ${text}\n`

const indent = (text: string, pad: string): string => text.replace(/^(?=.)/gm, pad)

const comment = (text: string): string =>
  text
    .split('\n')
    .map((line) => `# ${line}`.trimEnd() + '\n')
    .join('')

function settingsText({ settings }: ProductDefinition): string {
  if (settings.length === 0) return 'settings: {}\n'
  const groups = settings.map(({ id, title, settings: members }) => {
    const body = members.map((setting) => indent(settingText(setting), '    ')).join('')
    const isEmpty = !/^ {4}[^#\s]/m.test(body)
    return `${indent(comment(title), '  ')}  ${id}:${isEmpty ? ' {}' : ''}\n${body}`
  })
  return `settings:\n${groups.join('\n')}`
}

/** One value with its help; without a default it stands there as a comment. */
function settingText(setting: SettingDefinition): string {
  const { title, help, required, type, choices } = setting
  const words = [
    `${title}${required ? ' (required)' : ''}${choices ? `: ${choices.map(({ id }) => id).join(', ')}` : ''}`,
    ...(help === undefined ? [] : [help]),
  ]
  const preset = type === 'map' ? (writtenDefault(setting) ?? {}) : type === 'keyedList' ? [] : writtenDefault(setting)
  const value = preset === undefined ? `# ${setting.id}:\n` : yaml({ [setting.id]: preset })
  return `${comment(words.join('\n'))}${value}`
}

function featuresText({ features }: ProductDefinition): string {
  if (features.length === 0) return 'features: {}\n'
  const list = features.map(({ id, title, help, default: preset = false }) =>
    indent(`${comment(`${title}. ${help}`)}${id}: ${preset}\n`, '  '),
  )
  return `features:\n${list.join('')}`
}

function dependenciesText({ dependencies }: ProductDefinition): string {
  if (dependencies.length === 0) return 'dependencies: {}\n'
  const list = dependencies.map(({ id, kind, holds, modes, inputs, operator }) => {
    const said = operator?.inputs ?? {}
    const body = inputs
      .map((input) => {
        const { default: _, ...open } = input
        return settingText(said[input.id] === undefined ? input : open)
      })
      .join('')
    const own = `${comment(`${kind}: ${holds}`)}${id}:\n`
    const mode = `${comment(`One of ${modes.join(', ')}.`)}mode: ${modes[0]!}\n`
    return indent(`${own}${indent(`${mode}${body}`, '  ')}`, '  ')
  })
  return `dependencies:\n${list.join('\n')}`
}
