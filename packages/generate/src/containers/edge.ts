import { type Deployment, type EdgeProxy, contentName } from '@waybill/model'
import type { OutputFile } from '../target.ts'
import { spell } from '../spelling.ts'
import { caddyfile, certificateFile, certificatesOf, edgePorts } from './caddyfile.ts'
import { proxyRestrictions, resources } from './containers.ts'
import { proxied, publishedPort } from './exposures.ts'
import { addressUnderTest, checkOf } from './health.ts'
import { serviceLabels } from './labels.ts'
import { type Plan, networkKeys } from './plan.ts'
import { secretPath } from './secrets.ts'
import type { PublishedPort, Specification } from './specification.ts'
import { memoryFolder, readOnlyFile } from './storage.ts'

/** The proxy, with the configuration that it reads. */
export function edgeService(
  proxy: EdgeProxy,
  plan: Plan,
): { readonly service: Specification; readonly file: OutputFile } {
  const { deployment, secretsFolder, hosts } = plan
  const text = caddyfile(deployment)
  const place = `edge/${contentName(text)}/Caddyfile`
  const configuration = '/etc/caddy/Caddyfile'
  const service: Specification = {
    image: proxy.image,
    entrypoint: ['caddy', 'run', '--config', configuration, '--adapter', 'caddyfile'],
    command: [],
    hostname: proxy.id,
    environment: { XDG_CONFIG_HOME: '/config', XDG_DATA_HOME: '/data' },
    volumes: [
      readOnlyFile(`./${place}`, configuration),
      ...certificatesOf(deployment).flatMap((object) =>
        ['tls.crt', 'tls.key'].map((key) =>
          readOnlyFile(secretPath(secretsFolder, { object, key }), certificateFile(object, key)),
        ),
      ),
    ],
    tmpfs: ['/config', '/data', '/tmp'].map((path) => memoryFolder(path, 16 * 1024 * 1024, proxy.user)),
    healthcheck: checkOf(proberWords(proxy), timing),
    deploy: { resources: resources(proxy) },
    restart: 'unless-stopped',
    stop_signal: 'SIGTERM',
    stop_grace_period: '30s',
    ...proxyRestrictions(proxy),
    extra_hosts: hosts.get(proxy.id)?.map((host) => `${host}:host-gateway`),
    ports: publishedPorts(deployment),
    ...networkKeys(plan, proxy.id, []),
    labels: serviceLabels(deployment, proxy.id),
  }
  return { service, file: { path: `base/${place}`, content: { text } } }
}

const timing = { every: 5000, timeout: 3000, failures: 3, within: 10_000 }

const proberWords = ({ prober }: EdgeProxy): string[] => {
  const probe = addressUnderTest({ number: edgePorts.health, protocol: 'http' }, '/')
  const address = () => {
    throw new TypeError('the prober of the edge asks the edge only')
  }
  return prober.map((word) => spell(word, { address, probe }))
}

function publishedPorts({ services, site }: Deployment): PublishedPort[] {
  const secure = proxied(services).some(({ exposure }) => exposure.certificate !== undefined)
  const http = site.publish?.http ?? 80
  return [
    ...(http === 0 ? [] : [publishedPort(edgePorts.http, http, site, 'tcp')]),
    ...(secure ? [publishedPort(edgePorts.https, site.publish?.https ?? 443, site, 'tcp')] : []),
  ]
}
