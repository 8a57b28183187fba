import type { Json } from '@waybill/model'
import type { Context } from './context.ts'
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
export function rawObjects({ deployment }: Context): Json[] {
  return deployment.rawObjects
    .filter(({ target }) => target === 'kubernetes')
    .map(({ object }) => owned(object as RawObject, deployment.instance.namespace, objectLabels(deployment)))
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
