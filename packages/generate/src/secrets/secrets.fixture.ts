import type { DeployedSecret, DeployedService, Deployment, Value } from '@waybill/model'

/** Text that breaks careless quoting: in the shell, `printf`, `awk`, `sed`, YAML, env files, URLs and JSON. */
export const hostileText = `p@ss/:%$'"\\ \`id\` $(id) \${HOME} %s \\n é日本🙂 #!&;|<>*?[]{}~=`

/** Literals of a composed file: line breaks at the end must survive, too. */
export const hostileLiterals = { before: `# '"$HOME"' \\n\t{{ x }}\r\n-n %d\n`, after: `\n\n` } as const

const secret = (id: string, kind: DeployedSecret['kind'], more: Partial<DeployedSecret> = {}): DeployedSecret => ({
  id,
  version: 1,
  kind,
  title: `The ${id}`,
  length: 32,
  hosts: [],
  brought: kind === 'brought',
  parts: { keyPair: ['private.pem', 'public.pem'], certificate: ['tls.crt', 'tls.key'] }[kind as 'keyPair'] ?? [
    'value',
  ],
  ...more,
})

const service = (
  id: string,
  env: Readonly<Record<string, Value>>,
  secretFiles: Readonly<Record<string, Value>> = {},
): DeployedService => ({
  id,
  kind: 'stateless',
  does: id,
  area: 'core',
  ports: [{ id: 'sql', number: 5432, protocol: 'tcp' }],
  image: `example/${id}:1`,
  platforms: [],
  env: Object.entries(env).map(([name, value]) => ({ name, value })),
  files: [],
  secretFiles: Object.entries(secretFiles).map(([path, value]) => ({ path, value })),
  mounts: [],
  scratch: [],
  needs: [],
  shape: { pods: { shape: 'own' }, containers: { shape: 'own' }, processes: { shape: 'own' } },
  update: { strategy: 'recreate' },
  shutdown: { signal: 'TERM', grace: 1000, drain: 0 },
  replicas: 1,
  singleton: false,
  cpu: { request: 100, limit: 100 },
  memory: { request: 1000, limit: 1000 },
  user: { uid: 1000, gid: 1000 },
  relax: [],
  exposures: [],
  egress: [],
})

export const ref = (id: string, part?: string): Value => ({ op: 'secret', id, ...(part === undefined ? {} : { part }) })
export const text = (...parts: readonly Value[]): Value => ({ op: 'concat', parts })
export const percent = (value: Value): Value => ({ op: 'percentEncode', value })

/** A deployment with every kind of secret, read in every way. */
export const sampleDeployment = (versions: Readonly<Record<string, number>> = {}): Deployment => {
  const secrets = [
    secret('db-password', 'password', { length: 24 }),
    secret('session-key', 'hex'),
    secret('signing', 'keyPair'),
    secret('edge-tls', 'certificate', { hosts: ['parcels.example.com', '*.example.com', '10.0.0.7', '::1'] }),
    secret('smtp-password', 'brought'),
    secret('smtp-url', 'template', { template: text('smtp://app:', percent(ref('smtp-password')), '@mail:25') }),
  ]
  return {
    product: { id: 'parcels', version: '1.0.0', title: 'Parcels', digest: 'sha256:00' },
    instance: { id: 'acme', namespace: 'parcels-acme' },
    services: [
      service(
        'api',
        {
          DB_PASSWORD: ref('db-password'),
          DATABASE_URL: text('postgres://app:', percent(ref('db-password')), '@', address('url'), '/app'),
          SMTP_PASSWORD: ref('smtp-password'),
          SMTP_URL: ref('smtp-url'),
          SETTINGS: { op: 'json', value: { smtp: [ref('smtp-password'), null, 1], note: hostileText } },
          CALLBACK: text('https://x/?state=', percent({ op: 'json', value: { p: ref('smtp-password') } })),
          LOG_LEVEL: 'info',
        },
        {
          '/etc/app/key.pem': ref('signing', 'private.pem'),
          '/etc/app/app.conf': text(hostileLiterals.before, ref('smtp-password'), hostileLiterals.after),
        },
      ),
      service('web', { SESSION_KEY: ref('session-key') }),
      service('db', {}, { '/run/password': ref('db-password') }),
    ],
    volumes: [],
    secrets: secrets.map((each) => ({ ...each, version: versions[each.id] ?? 1 })),
    secretSource: { source: 'precreated' },
    edges: [],
    external: [],
    rawObjects: [],
    site: {},
    targets: {},
  }
}

const address = (form: 'url' | 'host'): Value => ({ op: 'address', service: 'db', port: 'sql', form })
