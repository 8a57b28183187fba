import type { Deployment } from '@waybill/model'
import { envFileName } from './names.ts'
import { type BaseSecret, type Piece, type SecretKey, type SecretPlan, secretObject } from './plan.ts'
import { commonFunctions } from './shell/common.ts'
import { dockerFunctions } from './shell/docker.ts'
import { kubernetesFunctions } from './shell/kubernetes.ts'
import { quote } from './shell/quote.ts'

/**
 * `secrets.sh` for Kubernetes: makes what is missing as immutable Secrets in the instance's namespace, and looks for what
 * the site or its operator has. Needs a POSIX shell, openssl and kubectl.
 */
export function kubernetesSecretsScript(plan: SecretPlan, deployment: Deployment): string {
  const { product, instance, secretSource } = deployment
  const readers = readersOf(plan, 'variable')
  const delivered = secretSource.source === 'externalSecrets'
  return script(deployment, {
    does: delivered
      ? `Asks the External Secrets Operator for the secrets, as Secrets of the namespace ${instance.namespace}, and waits for them.`
      : `Makes the secrets that are missing, as Secrets of the namespace ${instance.namespace}.`,
    notes: [
      'KUBECTL=PROGRAM       runs this instead of kubectl, such as KUBECTL="k3s kubectl"',
      ...(delivered ? ['WAYBILL_WAIT=SECONDS  waits at most so long for each of them; 120 unless it is set'] : []),
    ],
    constants: [
      `product=${quote(product.id)} instance=${quote(instance.id)}`,
      `namespace=${quote(instance.namespace)}`,
    ],
    later: secretSource.source === 'job' ? `the Job ${jobName}` : '',
    known: delivered ? [] : plan.base.filter((secret) => !isThere(secret)),
    functions: kubernetesFunctions,
    lines: delivered
      ? [
          ...operatorLines(plan, deployment),
          ...deliveredLines(plan),
          ...plan.base.filter(isThere).flatMap((secret) => existingLines(secret, readers)),
          ...undelivered(plan).map((each) => composedLines(each, plan, 'variable')),
        ]
      : [
          ...operatorLines(plan, deployment),
          ...plan.base.flatMap((secret) =>
            isThere(secret) ? existingLines(secret, readers) : [baseLine(secret, readers)],
          ),
          ...plan.existing.map(wholeLine),
          ...plan.composed.map((each) => composedLines(each, plan, 'variable')),
        ],
  })
}

/** On what asks an operator for a dependency: `secrets.sh` applies that alone, because the operator makes a Secret for it. */
export const dependencyLabel = 'waybill.dev/dependency'

/** The Job that runs this script where the instance wants one; what follows in its name is its content. */
export const jobName = 'waybill-secrets'

/** The file with that Job. */
export const secretsJobFile = `${jobName}.yaml`

/** The file beside the script with what is asked of the External Secrets Operator. */
export const externalSecretsFile = 'external-secrets.yaml'

/** Whether the site has it, so that we only refer to it. */
export const isThere = (secret: BaseSecret): boolean => secret.object !== secretObject(secret)

/** Composed values that the store of the External Secrets Operator cannot give: one of their secrets is in the cluster only. */
export function undelivered({ base, composed }: SecretPlan): SecretPlan['composed'] {
  const there = new Set(base.filter(isThere).map(({ object }) => object))
  return composed.filter(({ entries }) =>
    entries.some(({ pieces }) => pieces.some((piece) => typeof piece !== 'string' && there.has(piece.object))),
  )
}

/** The Secrets that operators keep for the dependencies that they run. */
function operatorLines({ base }: SecretPlan, { origin, external }: Deployment): string[] {
  const run = new Set(external.filter(({ operator }) => operator).map(({ id }) => id))
  const dependencies = origin?.product.dependencies.filter(({ id }) => run.has(id)) ?? []
  const kept = dependencies.flatMap(({ operator }) => Object.entries(operator?.secrets ?? {}))
  const objects = kept.flatMap(([id, { name }]) =>
    base.some((secret) => secret.id === id && isThere(secret) && secret.object === name) ? [name] : [],
  )
  return objects.length === 0 ? [] : [words('operators', dependencyLabel, ...new Set(objects))]
}

const existingLines = ({ id, parts, keys }: BaseSecret, readers: ReadonlyMap<string, Reader>): string[] =>
  parts.map((part) => {
    const { object, key } = keys[part]!
    const single = parts.length === 1
    const { use, name } = readers.get(object) ?? { use: single ? 'bytes' : 'text', name: '' }
    return words('existing', single ? id : `${id}/${part}`, object, key, use, name)
  })

function wholeLine({ service, name, at }: SecretPlan['existing'][number]): string {
  const isPath = name.startsWith('/')
  const key = isPath ? `${service}${name}` : `${service}/${name}`
  return words('existing', key, at.object, at.key, isPath ? 'bytes' : 'variable', `${name} of ${service}`)
}

function deliveredLines(plan: SecretPlan): string[] {
  const here = new Set(undelivered(plan))
  const composed = plan.composed.filter((each) => !here.has(each))
  const objects = [
    ...plan.base.filter((secret) => !isThere(secret)).map(({ object, parts }) => ({ object, keys: parts })),
    ...composed.map(({ object, entries }) => ({ object, keys: entries.map(({ key }) => key) })),
  ]
  return [
    words('deliver', externalSecretsFile, ...objects.map(({ object }) => object)),
    ...objects.map(({ object, keys }) => words('delivered', object, ...keys)),
  ]
}

/**
 * `secrets.sh` for a Docker host: makes what is missing as files in a folder outside of the output, and one env file for
 * each service that takes secrets in variables. Needs a POSIX shell and openssl.
 */
export function dockerSecretsScript(plan: SecretPlan, deployment: Deployment): string {
  const { site, instance } = deployment
  const readers = readersOf(plan, 'line')
  const folder =
    site.secretsFolder === undefined
      ? `"\${HOME:?is not set: say where the secrets are with WAYBILL_SECRETS=FOLDER}"/${quote(`.waybill/${instance.id}/secrets`)}`
      : quote(site.secretsFolder)
  return script(deployment, {
    does: 'Makes the secrets that are missing, as files of a folder that only its owner can enter.',
    notes: ['WAYBILL_SECRETS=FOLDER  keeps them in this folder; set it for the start of the product, too'],
    constants: [`folder=\${WAYBILL_SECRETS:-}`, `[ -n "$folder" ] || folder=${folder}`],
    later: '',
    known: plan.base,
    functions: dockerFunctions,
    lines: [
      ...plan.base.flatMap((secret) => [...offeredLines(secret), baseLine(secret, readers)]),
      ...plan.composed.map((each) => composedLines(each, plan, 'line')),
      ...envFileLines(plan),
    ],
  })
}

const offeredLines = ({ object, parts, existing = {} }: BaseSecret): string[] =>
  parts.flatMap((part) => {
    const file = existing[part]?.file
    return file === undefined ? [] : [words('offered', object, part, file)]
  })

/** What tells one store, or source, from another. */
interface Store {
  readonly does: string
  readonly notes: readonly string[]
  readonly constants: readonly string[]
  /** Who makes what is missing after the start; empty when nobody does. */
  readonly later: string
  /** The secrets that can be brought. */
  readonly known: readonly BaseSecret[]
  readonly functions: string
  readonly lines: readonly string[]
}

/** What a value has to be for whoever reads it: see `flaw` in the shell. */
type Use = (typeof demands)[number]

/** From the least to the most demanding. */
const demands = ['bytes', 'text', 'variable', 'line'] as const

function script({ product, instance }: Deployment, store: Store): string {
  return `#!/bin/sh
# The secrets of ${oneLine(product.title)} ${oneLine(product.version)}, instance ${instance.id}.
# Run it before the first start, and again whenever it was rendered anew; it only adds what is missing.
#
# shellcheck disable=SC2016  # a "$" in a literal is meant
set -eu
umask 077
LC_ALL=C
export LC_ALL

${store.constants.join('\n')}
later=${quote(store.later)}
known=${quote(store.known.flatMap(({ id, parts }) => parts.map((part) => `${id}/${part}`)).join(' '))}

${usage(store)}
${commonFunctions}${store.functions}
# ---- the secrets

start "$@"
${store.lines.join('\n')}
finish
`
}

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

const usage = ({ does, notes, known }: Store): string => `usage() {
  cat <<'END'
${does}
What is there stays as it is: a new value is a new version, named in instance.yaml.

  secrets.sh                       make what is missing
  secrets.sh --check               say what is missing; exit code 1 if something is
${known.length > 0 ? bringing : ''}
${notes.join('\n')}
Exit codes: 0 done, 1 something is missing or was refused, 2 wrong usage.
END
}`

const bringing = `\
  secrets.sh --from ID=FILE        bring a value instead of having it made; "-" is standard input; repeatable
  secrets.sh --from ID/PART=FILE   the same for a key pair (private.pem, public.pem) or certificate (tls.crt, tls.key)

A line end at the end of a single line is not part of the value; everything else is kept byte for byte.`

interface Reader {
  readonly use: Use
  readonly name: string
}

function baseLine(secret: BaseSecret, readers: ReadonlyMap<string, Reader>): string {
  const { object, kind, length, hosts, brought, title } = secret
  const { use, name } = readers.get(object) ?? { use: 'bytes', name: '' }
  if (Object.values(secret.existing ?? {}).some(({ file }) => file !== undefined))
    return words('copy', kind, object, use, name)
  if (brought) return words('bring', kind, object, use, name, oneLine(title))
  switch (kind) {
    case 'password':
      return words('password', object, String(length), use, name)
    case 'hex':
      return words('hex', object, String(length), use, name)
    case 'keyPair':
      return words('key_pair', object)
    case 'certificate':
      return words('certificate', object, ...hosts)
    default:
      return words('bring', kind, object, use, name, oneLine(title))
  }
}

const words = (command: string, ...rest: readonly string[]): string => [command, ...rest.map(quote)].join(' ')

function composedLines(
  { object, service, entries }: SecretPlan['composed'][number],
  plan: SecretPlan,
  env: Use,
): string {
  const variables = new Map([...(plan.env.get(service) ?? [])].map(([name, at]) => [placeOf(at), name]))
  const lines = entries.map(({ key, pieces }) => {
    const variable = variables.get(placeOf({ object, key }))
    const head = words('entry', key, variable === undefined ? 'bytes' : env, `${variable ?? key} of ${service}`)
    return ['  ' + head, ...pieces.map((piece) => `    ${pieceWords(piece)}`)].join(' \\\n')
  })
  return [words('compose', object), ...lines, 'composed'].join('\n')
}

function pieceWords(piece: Piece): string {
  if (typeof piece === 'string') return words('text', piece)
  return words(piece.encode.join('+') || 'exact', placeOf(piece))
}

const placeOf = ({ object, key }: SecretKey): string => `${object}/${key}`

function envFileLines({ env }: SecretPlan): string[] {
  return [...env]
    .filter(([, keys]) => keys.size > 0)
    .map(([service, keys]) => {
      const pairs = [...keys].map(([name, at]) => `  ${quote(name)} ${quote(placeOf(at))}`)
      return [words('env_file', envFileName(service, keys), service), ...pairs].join(' \\\n')
    })
}

/** The most demanding reader of each base object, so that a value that it could not read is refused when it is brought. */
function readersOf(plan: SecretPlan, env: Use): Map<string, Reader> {
  const readers = new Map<string, Reader>()
  const note = (object: string, use: Use, name: string) => {
    const known = readers.get(object)
    if (demands.indexOf(use) > demands.indexOf(known?.use ?? 'bytes')) readers.set(object, { use, name })
  }
  for (const [service, keys] of plan.env) {
    const bundle = plan.composed.find((each) => each.service === service)
    for (const [variable, { object, key }] of keys) {
      const name = `${variable} of ${service}`
      note(object, env, name)
      const entry = bundle?.object === object ? bundle.entries.find((each) => each.key === key) : undefined
      for (const piece of entry?.pieces ?? []) {
        if (typeof piece !== 'string') note(piece.object, useOf(piece.encode, env), name)
      }
    }
  }
  return readers
}

/** Percent-encoded bytes are harmless text; in JSON, line breaks are. */
function useOf([first]: readonly string[], env: Use): Use {
  if (first === undefined) return env
  return first === 'percent' ? 'bytes' : 'text'
}
