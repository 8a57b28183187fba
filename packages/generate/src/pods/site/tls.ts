import { type DeployedSecret, walk } from '@waybill/model'
import { certificateObject } from '../../secrets/plan.ts'
import type { Labels } from '../manifest.ts'
import { frontOf } from './front-kind.ts'
import type { SiteInput } from './input.ts'

/** What an Ingress says about the certificate of its hosts: annotations, and the Secret that holds it. */
export interface IngressTls {
  readonly annotations: Labels
  readonly secretName: string
}

/** The certificate of an Ingress; undefined when the product publishes it without TLS. */
export function ingressTls(certificate: string | undefined, input: SiteInput): IngressTls | undefined {
  if (certificate === undefined) return undefined
  const front = frontOf(input)
  const tls = 'tls' in front ? front.tls : undefined
  if (tls === undefined) {
    const secret = input.deployment.secrets.find(({ id }) => id === certificate)
    return secret && { annotations: {}, secretName: certificateObject(secret) }
  }
  if ('secret' in tls) return { annotations: {}, secretName: tls.secret }
  const key = tls.kind === 'ClusterIssuer' ? 'cert-manager.io/cluster-issuer' : 'cert-manager.io/issuer'
  // never the name of a Secret that secrets.sh made before: that one is immutable
  return { annotations: { [key]: tls.issuer }, secretName: `${certificate}-issued` }
}

/** The base secrets without the certificates that only published ports use and somebody else has. */
export function secretsMadeHere(input: SiteInput): DeployedSecret[] {
  const { deployment } = input
  const front = frontOf(input)
  const ours = front.kind === 'ingress' && !('tls' in front && front.tls !== undefined)
  if (ours) return [...deployment.secrets]
  const read = new Set<string>()
  for (const { env, secretFiles } of deployment.services) {
    for (const { value } of [...env, ...secretFiles]) walk(value, (node) => node.op === 'secret' && read.add(node.id))
  }
  const published = new Set(
    deployment.services.flatMap(({ exposures }) => exposures.flatMap(({ certificate }) => certificate ?? [])),
  )
  return deployment.secrets.filter(({ id }) => read.has(id) || !published.has(id))
}
