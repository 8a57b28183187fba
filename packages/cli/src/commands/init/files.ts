/** The files of a small product: one service with a database, for Kubernetes and Compose. */
export function startFiles(id: string, version: string): readonly { readonly name: string; readonly text: string }[] {
  return [
    { name: 'product.ts', text: productText(id) },
    { name: 'instance.yaml', text: instanceText(id) },
    { name: 'package.json', text: packageText(id, version) },
  ]
}

const titleOf = (id: string): string => id[0]!.toUpperCase() + id.slice(1).replaceAll('-', ' ')

const productText = (
  id: string,
): string => `// What ${titleOf(id)} is made of, and how each part runs. \`npx waybill check product.ts\` says what is wrong.
import {
  GiB, MiB, area, caddy, constant, cores, count, estimated, get, healthy, http, load, perUnit, postgres, probe, product,
  publish, scratch, secret, setting, settings, stateless, text,
} from '@waybill/model'
import { compose, kubernetes } from '@waybill/generate/targets'

// Who answers for what
const core = area('core', 'The product')

// What customers tell you: numbers that size it, and settings
const customer = load({ users: count('People who use it', { default: 100 }) })
const site = settings('site', 'Your site', {
  host: setting.hostname({ title: 'Host name', help: 'Where people open it.', required: true }),
})
const certificate = secret.certificate('edge-tls', { hosts: [site.host], rotate: { effect: 'nobody notices' } })

// What it stands on: bundled, or the customer's own
const guess = estimated('a first guess: measure it')
const db = postgres('db', { holds: 'everything', version: '>=15', area: core, disk: constant(GiB(10), guess) })

// The parts: what each is first, how it runs below, so that parts may refer to one another
const web = stateless('web', { does: 'Serves the pages', area: core, ports: { http: http(8080) } })

const services = [
  web.runs({
    image: '${id}/web:1.0.0',
    env: {
      DATABASE_URL: db.url(), // each target spells the address; the password never stands in a file
      PUBLIC_URL: text\`https://\${site.host}\`,
    },
    scratch: { '/tmp': scratch(MiB(64)) },
    needs: [healthy(db)],
    // the command of the image that asks whether it is well
    prober: { http: ['wget', '-qO', '/dev/null', probe.url] },
    health: { ready: get(web.ports.http, '/ready') },
    expose: [publish(web.ports.http, { host: site.host, tls: certificate })],
    size: {
      replicas: perUnit(customer.users, 1_000, guess),
      cpu: constant(cores(0.5), guess),
      memory: constant(MiB(256), guess),
    },
  }),
]

export default product('${id}', {
  version: '1.0.0',
  title: '${titleOf(id)}',
  load: customer,
  settings: [site],
  dependencies: [db],
  services,
  edge: caddy({ area: core }),
  targets: [kubernetes({ versions: '1.29-1.35' }), compose()],
})
`

const instanceText = (
  id: string,
): string => `# One installation: what this site chose. \`npx waybill explain settings --product product.ts\` lists what can be chosen.
schema: 1
id: ${id}
product: ${id}
version: 1.0.0

load:
  users: 100

settings:
  site:
    host: ${id}.localhost

site:
  # where the edge listens with Docker Compose
  publish:
    http: 8080
    https: 8443
`

const packageText = (id: string, version: string): string =>
  `${JSON.stringify(
    {
      name: id,
      version: '1.0.0',
      private: true,
      type: 'module',
      scripts: {
        check: 'waybill check product.ts --instance instance.yaml',
        render: 'waybill render product.ts --instance instance.yaml --out out',
      },
      devDependencies: { '@waybill/cli': version, '@waybill/generate': version, '@waybill/model': version },
    },
    null,
    2,
  )}\n`
