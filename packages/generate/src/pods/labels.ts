import { type Deployment, compact } from '@waybill/model'
import type { Labels, Manifest } from './manifest.ts'
import type { SiteFields } from './site/fields.ts'

/** What the labels of a deployment are made of. */
export interface Owner {
  readonly deployment: Deployment
  readonly site: Pick<SiteFields, 'labels'>
}

/** The labels that selectors use: never more, because selectors cannot change. */
export const selectorOf = ({ product, instance }: Deployment, service: string): Labels => ({
  'waybill.dev/product': product.id,
  'waybill.dev/instance': instance.id,
  'waybill.dev/service': service,
})

/** The labels of a service's pods: without the version, so that an upgrade restarts only what it changes. */
export const podLabels = ({ deployment, site }: Owner, service: string): Labels => ({
  ...site.labels(),
  'app.kubernetes.io/name': service,
  'app.kubernetes.io/instance': deployment.instance.id,
  'app.kubernetes.io/part-of': deployment.product.id,
  'app.kubernetes.io/managed-by': 'waybill',
  ...selectorOf(deployment, service),
})

/** The labels of an object; without a service those of the whole instance. */
export function objectLabels(owner: Owner, service?: string): Labels {
  const { product, instance } = owner.deployment
  const version = { 'app.kubernetes.io/version': labelValue(product.version) }
  if (service !== undefined) return { ...podLabels(owner, service), ...version }
  return {
    ...owner.site.labels(),
    'app.kubernetes.io/instance': instance.id,
    'app.kubernetes.io/part-of': product.id,
    'app.kubernetes.io/managed-by': 'waybill',
    'waybill.dev/product': product.id,
    'waybill.dev/instance': instance.id,
    ...version,
  }
}

/** The nearest text that a label's value may be; `1.2.0+build` becomes `1.2.0_build`. */
const labelValue = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')

export interface Identity {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  /** The service that it belongs to; undefined for the whole instance. */
  readonly service?: string
  readonly annotations?: Labels | undefined
  /** Labels of this object alone, below ours. */
  readonly labels?: Labels | undefined
}

/** An object of this deployment, with its metadata. */
export const manifest = (
  owner: Owner,
  { apiVersion, kind, name, service, annotations, labels }: Identity,
  body: Omit<Manifest, 'apiVersion' | 'kind' | 'metadata'>,
): Manifest => ({
  apiVersion,
  kind,
  metadata: compact({
    name,
    namespace: owner.deployment.instance.namespace,
    labels: { ...labels, ...objectLabels(owner, service) },
    annotations,
  }),
  ...body,
})
