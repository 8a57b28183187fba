import type { SecretSource } from '@waybill/model'
import type { BaseSecret, ComposedSecret, SecretKey } from '../../secrets/plan.ts'
import { isThere, undelivered } from '../../secrets/scripts.ts'
import type { Context } from '../context.ts'
import { manifest } from '../labels.ts'
import type { Block, Manifest } from '../manifest.ts'
import { goTemplate } from './go-template.ts'

type Store = Extract<SecretSource, { source: 'externalSecrets' }>['store']

/**
 * What the External Secrets Operator has to make: one Secret for each base secret from the customer's store, and one for
 * the composed values of each service. Like those of `secrets.sh` they are immutable; a new version is a new Secret.
 */
export function externalSecrets(store: Store, context: Context): Manifest[] {
  const here = new Set(undelivered(context.secrets))
  const base = context.secrets.base.filter((secret) => !isThere(secret))
  const composed = context.secrets.composed.filter((each) => !here.has(each))
  for (const { service } of here) loseDelivery(service, context)
  const remote = remotes(base, store)
  return [
    ...base.map((secret) => baseObject(secret, remote, store, context)),
    ...composed.map((secret) => composedObject(secret, remote, store, context)),
  ]
}

const loseDelivery = (service: string, { lose }: Context): void =>
  lose({
    loss: 'secrets.composed',
    at: `services/${service}/env`,
    severity: 'degraded',
    reason:
      'A value is composed with a secret that is in the cluster and not in the store, which the operator cannot do.',
    workaround:
      'Run `sh base/secrets.sh` once that secret is there, and again with each new version: it composes the value.',
  })

/** Where the store holds a part, and what a template calls it. */
interface Remote {
  readonly name: string
  readonly ref: Block
}

const placeOf = ({ object, key }: SecretKey): string => `${object}/${key}`

function remotes(base: readonly BaseSecret[], { prefix, property: single }: Store): ReadonlyMap<string, Remote> {
  return new Map(
    base.flatMap(({ id, object, parts }) =>
      parts.map((part): [string, Remote] => {
        const property = parts.length > 1 ? part : single
        const name = parts.length > 1 ? `${id}_${part}` : id
        return [
          placeOf({ object, key: part }),
          {
            // ids never hold "_", so two names stay two
            name: name.replace(/[^A-Za-z0-9]/g, '_'),
            ref: { key: `${prefix}${object}`, ...(property !== undefined && { property }) },
          },
        ]
      }),
    ),
  )
}

const baseObject = (
  { object, parts, kind }: BaseSecret,
  remote: ReadonlyMap<string, Remote>,
  store: Store,
  context: Context,
): Manifest =>
  externalSecret(object, store, context, {
    type: kind === 'certificate' ? 'kubernetes.io/tls' : 'Opaque',
    data: parts.map((part) => ({ secretKey: part, remoteRef: remote.get(placeOf({ object, key: part }))!.ref })),
  })

function composedObject(
  { object, service, entries }: ComposedSecret,
  remote: ReadonlyMap<string, Remote>,
  store: Store,
  context: Context,
): Manifest {
  const used = new Map<string, Remote>()
  const nameOf = (key: SecretKey) => {
    const found = remote.get(placeOf(key))!
    used.set(found.name, found)
    return found.name
  }
  const template = Object.fromEntries(entries.map(({ key, pieces }) => [key, goTemplate(pieces, nameOf)]))
  const data = [...used.values()].map(({ name, ref }) => ({ secretKey: name, remoteRef: ref }))
  return externalSecret(object, store, context, { type: 'Opaque', service, template, data })
}

interface Wanted {
  readonly type: string
  readonly service?: string
  /** Without it, the values themselves are kept. */
  readonly template?: Readonly<Record<string, string>>
  readonly data: readonly Block[]
}

function externalSecret(name: string, { name: of, kind }: Store, context: Context, wanted: Wanted): Manifest {
  const { product, instance } = context.deployment
  const { service, type, template, data } = wanted
  return manifest(
    context,
    { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name, ...(service !== undefined && { service }) },
    {
      spec: {
        // what is there never changes: a new value is a new version
        refreshPolicy: 'CreatedOnce',
        secretStoreRef: { kind, name: of },
        target: {
          name,
          creationPolicy: 'Owner',
          deletionPolicy: 'Retain',
          immutable: true,
          template: {
            engineVersion: 'v2',
            type,
            metadata: {
              labels: {
                'app.kubernetes.io/managed-by': 'waybill',
                'waybill.dev/product': product.id,
                'waybill.dev/instance': instance.id,
              },
            },
            ...(template && { data: template }),
          },
        },
        data,
      },
    },
  )
}
