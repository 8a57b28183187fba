import { type Deployment, compact } from '@waybill/model'
import type { Manifest } from './manifest.ts'

type Labels = Readonly<Record<string, string>>

/** The labels that selectors use: never more, because selectors cannot change. */
export const selectorOf = ({ product, instance }: Deployment, service: string): Labels => ({
  'waybill.dev/product': product.id,
  'waybill.dev/instance': instance.id,
  'waybill.dev/service': service,
})

/** The labels of a service's pods: without the version, so that an upgrade restarts only what it changes. */
export const podLabels = (deployment: Deployment, service: string): Labels => ({
  ...deployment.site.labels,
  'app.kubernetes.io/name': service,
  'app.kubernetes.io/instance': deployment.instance.id,
  'app.kubernetes.io/part-of': deployment.product.id,
  'app.kubernetes.io/managed-by': 'waybill',
  ...selectorOf(deployment, service),
})

/** The labels of an object; without a service those of the whole instance. */
export function objectLabels(deployment: Deployment, service?: string): Labels {
  const { product, instance, site } = deployment
  const version = { 'app.kubernetes.io/version': labelValue(product.version) }
  if (service !== undefined) return { ...podLabels(deployment, service), ...version }
  return {
    ...site.labels,
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
  readonly annotations?: Labels
}

/** An object of this deployment, with its metadata. */
export const manifest = (
  deployment: Deployment,
  { apiVersion, kind, name, service, annotations }: Identity,
  body: Omit<Manifest, 'apiVersion' | 'kind' | 'metadata'>,
): Manifest => ({
  apiVersion,
  kind,
  metadata: compact({
    name,
    namespace: deployment.instance.namespace,
    labels: objectLabels(deployment, service),
    annotations,
  }),
  ...body,
})
