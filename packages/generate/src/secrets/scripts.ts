import type { Deployment } from '@waybill/model'
import { envFileName } from './names.ts'
import type { Piece, SecretKey, SecretPlan } from './plan.ts'
import { commonFunctions } from './shell/common.ts'
import { dockerFunctions } from './shell/docker.ts'
import { kubernetesFunctions } from './shell/kubernetes.ts'
import { quote } from './shell/quote.ts'

/**
 * `secrets.sh` for Kubernetes: makes what is missing as immutable Secrets in the instance's namespace. Needs a POSIX
 * shell, openssl and kubectl.
 */
export function kubernetesSecretsScript(plan: SecretPlan, deployment: Deployment): string {
  const { product, instance } = deployment
  return script(plan, deployment, {
    env: 'text',
    where: `Secrets of the namespace ${instance.namespace}`,
    notes: ['KUBECTL=PROGRAM       runs this instead of kubectl, such as KUBECTL="k3s kubectl"'],
    constants: [
      `product=${quote(product.id)} instance=${quote(instance.id)}`,
      `namespace=${quote(instance.namespace)}`,
    ],
    functions: kubernetesFunctions,
    lines: [],
  })
}

/**
 * `secrets.sh` for a Docker host: makes what is missing as files in a folder outside of the output, and one env file for
 * each service that takes secrets in variables. Needs a POSIX shell and openssl.
 */
export function dockerSecretsScript(plan: SecretPlan, deployment: Deployment): string {
  const { site, instance } = deployment
  const folder =
    site.secretsFolder === undefined ? `"$HOME"/${quote(`.waybill/${instance.id}/secrets`)}` : quote(site.secretsFolder)
  return script(plan, deployment, {
    env: 'line',
    where: 'files of a folder that only its owner can enter',
    notes: ['WAYBILL_SECRETS=FOLDER  keeps them in this folder; set it for the start of the product, too'],
    constants: [`folder=\${WAYBILL_SECRETS:-}`, `[ -n "$folder" ] || folder=${folder}`],
    functions: dockerFunctions,
    lines: envFileLines(plan),
  })
}

/** What tells one store from another. */
interface Store {
  /** What a value has to be for a variable: `line` for an env file. */
  readonly env: Use
  readonly where: string
  readonly notes: readonly string[]
  readonly constants: readonly string[]
  readonly functions: string
  readonly lines: readonly string[]
}

/** What a value has to be for whoever reads it: any bytes, text (UTF-8 without NUL) or one line. */
type Use = 'bytes' | 'text' | 'line'

function script(plan: SecretPlan, deployment: Deployment, store: Store): string {
  const { product, instance } = deployment
  const readers = readersOf(plan, store.env)
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
known=${quote(plan.base.flatMap(({ id, parts }) => parts.map((part) => `${id}/${part}`)).join(' '))}

${usage(store)}
${commonFunctions}${store.functions}
# ---- the secrets

start "$@"
${[...plan.base.map((secret) => baseLine(secret, readers)), ...plan.composed.map((each) => composedLines(each, plan, store.env)), ...store.lines].join('\n')}
finish
`
}

const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')

const usage = ({ where, notes }: Store): string => `usage() {
  cat <<'END'
Makes the secrets that are missing, as ${where}.
What is there stays as it is: a new value is a new version, named in instance.yaml.

  secrets.sh                       make what is missing
  secrets.sh --check               say what is missing; exit code 1 if something is
  secrets.sh --from ID=FILE        bring a value instead of having it made; "-" is standard input; repeatable
  secrets.sh --from ID/PART=FILE   the same for a key pair (private.pem, public.pem) or certificate (tls.crt, tls.key)

A line end at the end of a single line is not part of the value; everything else is kept byte for byte.
${notes.join('\n')}
Exit codes: 0 done, 1 something is missing or was refused, 2 wrong usage.
END
}`

type BaseSecret = SecretPlan['base'][number]
interface Reader {
  readonly use: Use
  readonly name: string
}

function baseLine(secret: BaseSecret, readers: ReadonlyMap<string, Reader>): string {
  const { object, kind, length, hosts, brought, title } = secret
  const { use, name } = readers.get(object) ?? { use: 'bytes', name: '' }
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
  const demands: Use[] = ['bytes', 'text', 'line']
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
