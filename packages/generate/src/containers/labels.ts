import type { Deployment } from '@waybill/model'

/** What each object of an instance is recognised by. */
export const ownershipLabels = ({ product, instance }: Deployment, more: Readonly<Record<string, string>> = {}) => ({
  'waybill.dev/instance': instance.id,
  'waybill.dev/product': product.id,
  ...more,
})

/** The labels of a container: the site's own and ours. */
export const serviceLabels = (deployment: Deployment, service: string) => ({
  ...deployment.site.labels,
  ...ownershipLabels(deployment, { 'waybill.dev/service': service }),
})
