import { type Deployment, contentName } from '@waybill/model'
import { caddyfile } from '../../containers/caddyfile.ts'
import { spell } from '../../spelling.ts'
import type { OutputFile } from '../../target.ts'
import type { Plan } from './plan.ts'
import { type Ports, loopback } from './ports.ts'
import { demoPage, demoPath } from './page.ts'
import { addressUnderTest } from './texts.ts'

/** Where the proxy reads its configuration in its image. */
export const edgeConfiguration = '/etc/caddy/Caddyfile'

/** Configuration and the page about the demo, each with the place that it gets. */
export function edgeFiles({ deployment, ports }: Plan): { readonly path: string; readonly output: OutputFile }[] {
  if (!deployment.edgeProxy) return []
  return [
    { path: edgeConfiguration, name: 'Caddyfile', text: configuration(deployment, ports) },
    { path: `/etc/caddy${demoPath}.html`, name: 'demo.html', text: demoPage(deployment) },
  ].map(({ path, name, text }) => ({
    path,
    output: { path: `base/edge/${contentName(text)}/${name}`, content: { text } },
  }))
}

function configuration(deployment: Deployment, ports: Ports): string {
  return caddyfile(deployment, {
    ports: ports.edge,
    upstream: ({ service, port }) => {
      const address = { op: 'address', service: service.id, port: port.id, form: 'hostPort' } as const
      return [`to ${ports.address(address)}`]
    },
    first: [
      'header X-Waybill "demo only"',
      `handle ${demoPath} {`,
      '\troot * /etc/caddy',
      `\trewrite * ${demoPath}.html`,
      '\tfile_server',
      '}',
    ],
  })
}

/** Asks whether the proxy answers. */
export function edgeCheck({ deployment, ports }: Plan): string[] {
  const probe = addressUnderTest({ number: ports.edge.health, protocol: 'http' }, '/')
  const address = () => loopback
  return (deployment.edgeProxy?.prober ?? []).map((word) => spell(word, { address, probe }))
}
