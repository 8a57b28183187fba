import { type Deployment, type Family, type Problem, problem } from '@waybill/model'
import type { BaseSecret, Piece, SecretPlan } from './plan.ts'

/** A target, as far as it matters for where secrets come from. */
interface Place {
  /** Id of the target, for people. */
  readonly target: string
  readonly family: Family
}

/** What keeps a target from taking the secrets from where the instance says they are. Paths are those of the instance file. */
export function sourceProblems(deployment: Deployment, plan: SecretPlan, place: Place): Problem[] {
  const { source } = deployment.secretSource
  const inCluster = place.family === 'pods'
  if (!inCluster && (source === 'externalSecrets' || source === 'job')) {
    return [problem('WB2053', ['secrets', 'source'], { source, target: place.target, instead: insteads[source] })]
  }
  if (source !== 'existing') return []
  return [
    ...plan.base.flatMap((secret) => unmappedParts(secret, plan, place)),
    ...(inCluster ? certificateProblems(deployment, plan) : []),
  ]
}

const insteads = {
  externalSecrets:
    'Use "existing" with files that an agent of your store writes, or "precreated" and bring the values with `secrets.sh --from`.',
  job: 'Use "precreated", and run `sh base/secrets.sh` before the first start.',
} as const

function unmappedParts(secret: BaseSecret, plan: SecretPlan, { target, family }: Place): Problem[] {
  const { id, parts, existing = {} } = secret
  const inCluster = family === 'pods'
  const lacking = parts.filter((part) => (inCluster ? existing[part]?.name : existing[part]?.file) === undefined)
  if (lacking.length === 0) return []
  if (lacking.every((part) => existing[part] !== undefined)) {
    const needs = inCluster ? '"name" of a Secret' : '"file"'
    return lacking.map((part) => {
      const key = parts.length === 1 ? id : `${id}/${part}`
      return problem('WB2054', ['secrets', 'existing', key], { secret: key, target, needs })
    })
  }
  const example = inCluster
    ? `${id}: { name: SECRET${parts.length === 1 ? ', key: KEY' : ''} }`
    : lacking.map((part) => `${parts.length === 1 ? id : `${id}/${part}`}: { file: /FOLDER/FILE }`).join(', ')
  return [problem('WB2051', ['secrets', 'existing', id], { secret: id, example, users: usersOf(secret, plan) })]
}

/** Who reads a secret, in words. */
function usersOf({ keys }: BaseSecret, { env, files, composed }: SecretPlan): string {
  const objects = new Set(Object.values(keys).map(({ object }) => object))
  const reads = (piece: Piece) => typeof piece !== 'string' && objects.has(piece.object)
  const made = new Set(
    composed.flatMap(({ object, entries }) =>
      entries.filter(({ pieces }) => pieces.some(reads)).map(({ key }) => `${object}/${key}`),
    ),
  )
  const users = [...env, ...files].flatMap(([service, read]) =>
    [...read]
      .filter(([, { object, key }]) => objects.has(object) || made.has(`${object}/${key}`))
      .map(([name]) => `${name} of "${service}"`),
  )
  if (users.length === 0) return 'a published port'
  return users.length <= 3 ? users.join(', ') : `${users.slice(0, 3).join(', ')} and ${users.length - 3} more`
}

/** An Ingress takes a certificate and its key from one Secret, under fixed keys. */
function certificateProblems({ services }: Deployment, { base }: SecretPlan): Problem[] {
  const published = new Set(
    services.flatMap(({ exposures }) => exposures.flatMap(({ certificate }) => certificate ?? [])),
  )
  return base
    .filter(({ id }) => published.has(id))
    .filter(({ parts, object, keys }) => parts.some((part) => keys[part]?.object !== object || keys[part].key !== part))
    .map(({ id }) =>
      problem('WB2052', ['secrets', 'existing', id], {
        key: id,
        why: 'is of the certificate of a published port, but not of one Secret with the keys tls.crt and tls.key',
        fix: `Name a Secret of the type kubernetes.io/tls: \`${id}: { name: SECRET }\`.`,
      }),
    )
}
