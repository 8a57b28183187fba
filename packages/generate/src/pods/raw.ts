import type { Json } from '@waybill/model'
import { guardItems } from '../late/guards.ts'
import type { Context } from './context.ts'
import { dependencyLabel } from '../secrets/scripts.ts'
import { objectLabels } from './labels.ts'

/** Kinds that live outside of namespaces; those of custom resources are not known here and say their namespace themselves. */
const clusterKinds = new Set([
  'APIService',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'PersistentVolume',
  'PriorityClass',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
])

type RawObject = Readonly<Record<string, Json>>
type Members = { readonly [key: string]: Json }

/** The objects that the product gives for Kubernetes itself, with our labels of ownership and the namespace. */
export function rawObjects(context: Context): Json[] {
  const { deployment } = context
  const asked = new Set(deployment.external.filter(({ operator }) => operator).map(({ id }) => id))
  return deployment.rawObjects
    .filter(({ target }) => target === 'kubernetes')
    .flatMap(({ id, object, when }) =>
      guardItems(when, [
        owned(
          context.stage.json(object, { address: context.addresses.spell }) as RawObject,
          deployment.instance.namespace,
          { ...objectLabels(context), ...(asked.has(id) && { [dependencyLabel]: id }) },
        ),
      ]),
    )
}

function owned(object: RawObject, namespace: string, labels: Members): Json {
  const { apiVersion, kind, metadata, ...rest } = object
  const given = membersOf(metadata)
  const scope = typeof kind === 'string' && clusterKinds.has(kind) ? {} : { namespace }
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    metadata: { ...scope, ...given, labels: { ...membersOf(given['labels']), ...labels } },
    ...rest,
  }
}

const membersOf = (value: Json | undefined): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}
