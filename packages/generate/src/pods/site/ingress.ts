import { compact } from '@waybill/model'
import { manifest } from '../labels.ts'
import type { Block, Manifest } from '../manifest.ts'
import type { Published } from './fields.ts'
import type { Front } from './front-kind.ts'
import type { SiteInput } from './input.ts'
import { ingressTls } from './tls.ts'

type IngressFront = Extract<Front, { kind: 'ingress' }>

/** One Ingress for each certificate, because a certificate and its hosts change together. */
export function ingresses(web: readonly Published[], front: IngressFront, input: SiteInput): Manifest[] {
  const byCertificate = Map.groupBy(web, ({ exposure }) => exposure.certificate)
  return [...byCertificate].map(([certificate, list]) => {
    const hosts = Map.groupBy(list, ({ exposure }) => exposure.host)
    const tls = ingressTls(certificate, input)
    const annotations = { ...front.annotations, ...tls?.annotations }
    return manifest(
      input,
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        name: certificate ?? 'without-certificate',
        annotations: Object.keys(annotations).length > 0 ? annotations : undefined,
      },
      {
        spec: compact({
          ingressClassName: front.class,
          tls: tls && [{ hosts: [...hosts.keys()], secretName: tls.secretName }],
          rules: [...hosts].map(([host, paths]) => ({ host, http: { paths: paths.map(ingressPath) } })),
        }),
      },
    )
  })
}

const ingressPath = ({ service, port, exposure }: Published): Block => ({
  path: exposure.path,
  pathType: 'Prefix',
  backend: { service: { name: service.id, port: { name: port.id } } },
})
