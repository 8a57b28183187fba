/** A mistake in `instance.yaml`: the lines that replace others of the good one, and what has to be reported where. */
export interface BadInstance {
  readonly name: string
  readonly edit: readonly (readonly [from: string, to: string])[]
  /** Each error: its code and a text of the line that it points to. */
  readonly found: readonly (readonly [code: string, line: string])[]
}

export const goodInstance = `# a good one
schema: 1
id: acme
product: parcels
version: 1.0.0
profile: small
load: { users: 100 }
settings:
  site:
    host: parcels.example
    logLevel: info
features:
  photos: true
dependencies:
  db: { mode: bundled }
  cache: { mode: bundled }
secrets: { versions: { session-key: 1 } }
sizes: {}
site:
  publish: { http: 8080, https: 8443 }
overlays: []
`

const one = (from: string, to: string): BadInstance['edit'] => [[from, to]]
const overlay = (...lines: readonly string[]) => one('overlays: []', `overlays:\n  - ${lines.join('\n    ')}`)

/** What YAML itself, or its older version, would take in another way. */
export const yaml: readonly BadInstance[] = [
  { name: 'a truth of YAML 1.1', edit: one('photos: true', 'photos: yes'), found: [['WB2005', 'photos: yes']] },
  { name: 'Norway', edit: one('logLevel: info', 'logLevel: no'), found: [['WB2005', 'logLevel: no']] },
  { name: 'a number to the base of 60', edit: one('http: 8080', 'http: 22:22'), found: [['WB2005', '22:22']] },
  { name: 'an octal number of YAML 1.1', edit: one('http: 8080', 'http: 0808'), found: [['WB2005', '0808']] },
  { name: 'an octal number', edit: one('http: 8080', 'http: 0777'), found: [['WB2005', '0777']] },
  { name: 'digits in groups', edit: one('users: 100', 'users: 1_000'), found: [['WB2005', '1_000']] },
  {
    name: 'a duplicate key',
    edit: one('profile: small', 'profile: small\nprofile: large'),
    found: [['WB2002', 'profile: large']],
  },
  {
    name: 'a duplicate key deep inside',
    edit: one('    logLevel: info', '    logLevel: info\n    host: b.example'),
    found: [['WB2002', 'b.example']],
  },
  {
    name: 'an alias',
    edit: [
      ['host: parcels.example', 'host: &host parcels.example'],
      ['logLevel: info', 'logLevel: *host'],
    ],
    found: [['WB2004', '*host']],
  },
  { name: 'a merge key', edit: one('load: { users: 100 }', 'load: { <<: { users: 100 } }'), found: [['WB2004', '<<']] },
  { name: 'a tag', edit: one('logLevel: info', 'logLevel: !!str info'), found: [['WB2004', '!!str']] },
  {
    name: 'a tag that runs code elsewhere',
    edit: one('logLevel: info', 'logLevel: !!python/object/apply:os.system ["true"]'),
    found: [['WB2004', 'python']],
  },
  { name: 'a tab', edit: one('  photos: true', '\tphotos: true'), found: [['WB2001', 'photos']] },
  { name: 'a bracket that is never closed', edit: one('overlays: []', 'overlays: ['), found: [['WB2001', '']] },
  { name: 'two documents', edit: one('overlays: []', '---\nschema: 1'), found: [['WB2001', '']] },
  {
    name: 'a billion laughs',
    edit: one(
      'sizes: {}',
      `sizes:\n  a: &a [x, x]\n${'bcdefghij'
        .split('')
        .map((name, i) => `  ${name}: &${name} [${`*${'abcdefghi'.charAt(i)}, `.repeat(2)}]`)
        .join('\n')}`,
    ),
    found: 'abcdefghi'.split('').flatMap(
      (name) =>
        [
          ['WB2004', `*${name}`],
          ['WB2004', `*${name}`],
        ] as const,
    ),
  },
  {
    name: '10,000 levels',
    edit: one('sizes: {}', `sizes: ${'['.repeat(10_000)}${']'.repeat(10_000)}`),
    found: [['WB4008', 'sizes']],
  },
  { name: 'a newer schema', edit: one('schema: 1', 'schema: 9'), found: [['WB3001', 'schema: 9']] },
  { name: 'a schema in quotes', edit: one('schema: 1', 'schema: "1"'), found: [['WB3002', 'schema']] },
]

/** What does not fit the format or the product. */
export const choices: readonly BadInstance[] = [
  { name: 'an unknown key', edit: one('profile: small', 'profil: small'), found: [['WB1001', 'profil: small']] },
  {
    name: 'an unknown key of the site',
    edit: one('  publish:', '  registri: r.example\n  publish:'),
    found: [['WB1001', 'registri']],
  },
  { name: 'no id', edit: one('id: acme\n', ''), found: [['WB1003', 'schema']] },
  { name: 'an id that cannot be a name', edit: one('id: acme', 'id: Acme Inc'), found: [['WB1102', 'Acme Inc']] },
  { name: 'another product', edit: one('product: parcels', 'product: letters'), found: [['WB2006', 'letters']] },
  { name: 'an unknown setting', edit: one('logLevel: info', 'loglevel: info'), found: [['WB2007', 'loglevel']] },
  {
    name: 'an unknown group of settings',
    edit: one('  site:\n    host', '  sites:\n    host'),
    found: [
      ['WB2007', 'host: '],
      ['WB2007', 'logLevel: '],
      ['WB2009', 'settings:'],
    ],
  },
  {
    name: 'a setting of the wrong type',
    edit: one('logLevel: info', 'logLevel: 3'),
    found: [['WB2008', 'logLevel: 3']],
  },
  {
    name: 'a value outside of the choices',
    edit: one('logLevel: info', 'logLevel: verbose'),
    found: [['WB2008', 'verbose']],
  },
  {
    name: 'a host name with a scheme',
    edit: one('host: parcels.example', 'host: https://parcels.example'),
    found: [['WB2008', 'https']],
  },
  {
    name: 'a setting as a list',
    edit: one('host: parcels.example', 'host: [parcels.example]'),
    found: [['WB2008', 'host']],
  },
  {
    name: 'a required setting without a value',
    edit: one('    host: parcels.example\n', ''),
    found: [['WB2009', 'site:']],
  },
  { name: 'a feature in quotes', edit: one('photos: true', 'photos: "true"'), found: [['WB1002', 'photos']] },
  { name: 'an unknown feature', edit: one('photos: true', 'photo: true'), found: [['WB2017', 'photo: true']] },
  { name: 'an unknown dependency', edit: one('  db: {', '  database: {'), found: [['WB2017', 'database']] },
  { name: 'an unknown mode', edit: one('mode: bundled', 'mode: extern'), found: [['WB1002', 'extern']] },
  {
    name: 'a mode that is not offered',
    edit: one('cache: { mode: bundled', 'cache: { mode: operator'),
    found: [['WB2016', 'operator']],
  },
  {
    name: 'an external dependency without its host',
    edit: one('mode: bundled', 'mode: external'),
    found: [['WB2009', 'db:']],
  },
  {
    name: 'an unknown input of a dependency',
    edit: one('mode: bundled', 'mode: external, host: db.example, prot: 5432'),
    found: [['WB1001', 'prot']],
  },
  {
    name: 'an input of the wrong type',
    edit: one('mode: bundled', 'mode: external, host: db.example, port: "5432"'),
    found: [['WB2008', 'port']],
  },
  { name: 'an unknown profile', edit: one('profile: small', 'profile: smal'), found: [['WB2017', 'smal']] },
  { name: 'an unknown load factor', edit: one('users: 100', 'user: 100'), found: [['WB2015', 'user: 100']] },
  { name: 'a load without its unit', edit: one('users: 100', 'photos: 20'), found: [['WB1005', 'photos: 20']] },
  { name: 'a load in g', edit: one('users: 100', 'photos: 20g'), found: [['WB1005', '20g']] },
  { name: 'a load in Gi', edit: one('users: 100', 'photos: 20Gi'), found: [['WB1005', '20Gi']] },
  { name: 'users in bytes', edit: one('users: 100', 'users: 5 GiB'), found: [['WB1005', '5 GiB']] },
  { name: 'half a user', edit: one('users: 100', 'users: 0.5'), found: [['WB1005', '0.5']] },
  { name: 'a negative load', edit: one('users: 100', 'users: -5'), found: [['WB1005', '-5']] },
  {
    name: 'a load that nothing could run',
    edit: one('users: 100', 'users: 900000000000000'),
    found: Array.from({ length: 6 }, () => ['WB2023', 'load'] as const),
  },
  {
    name: 'an unknown target',
    edit: one('profile: small', 'profile: small\ntarget: helmet'),
    found: [['WB2020', 'helmet']],
  },
  {
    name: 'an unknown delivery',
    edit: one('profile: small', 'profile: small\ndelivery: pigeon'),
    found: [['WB1002', 'pigeon']],
  },
  {
    name: 'a secret that does not exist',
    edit: one('session-key: 1', 'sesion-key: 1'),
    found: [['WB2017', 'sesion-key']],
  },
  {
    name: 'a secret version of zero',
    edit: one('session-key: 1', 'session-key: 0'),
    found: [['WB1002', 'session-key']],
  },
  {
    name: 'sizes of a service that does not exist',
    edit: one('sizes: {}', 'sizes: { wed: { replicas: 2 } }'),
    found: [['WB2017', 'wed']],
  },
  {
    name: 'sizes without units',
    edit: one('sizes: {}', 'sizes: { web: { cpu: { limit: 500 } } }'),
    found: [['WB1005', '500']],
  },
  {
    name: 'sizes in m',
    edit: one('sizes: {}', 'sizes: { web: { cpu: { limit: 500m } } }'),
    found: [['WB1005', '500m']],
  },
  {
    name: 'a request above the limit',
    edit: one('sizes: {}', 'sizes: { web: { memory: { request: 2 GiB, limit: 1 GiB } } }'),
    found: [['WB1313', 'sizes']],
  },
  {
    name: 'replicas of a database',
    edit: one('sizes: {}', 'sizes: { db: { replicas: 3 } }'),
    found: [['WB2023', 'sizes']],
  },
  {
    name: 'replicas of a job',
    edit: one('sizes: {}', 'sizes: { migrate: { replicas: 2 } }'),
    found: [['WB2023', 'sizes']],
  },
  {
    name: 'a million replicas',
    edit: one('sizes: {}', 'sizes: { web: { replicas: 1000000 } }'),
    found: [['WB2023', 'sizes']],
  },
  {
    name: 'an overlay that hits nothing',
    edit: overlay('at: services/api/imagee', 'set: a:1'),
    found: [['WB2013', 'imagee']],
  },
  {
    name: 'an overlay on a variable that does not exist',
    edit: overlay('at: services/api/env/LOG_LVL', 'set: debug'),
    found: [['WB2013', 'LOG_LVL']],
  },
  {
    name: 'an overlay made for another value',
    edit: overlay('at: services/api/image', 'base: parcels/api:0.9.0', 'set: a:1'),
    found: [['WB2014', 'base']],
  },
  {
    name: 'an overlay without a unit',
    edit: overlay('at: services/api/memory/limit', 'set: 512'),
    found: [['WB2008', 'set: 512']],
  },
  { name: 'a port of the site out of range', edit: one('http: 8080', 'http: 80800'), found: [['WB1002', '80800']] },
  {
    name: 'an ingress of an unknown kind',
    edit: one('  publish:', '  ingress: { kind: nginx }\n  publish:'),
    found: [['WB1002', 'nginx']],
  },
  {
    name: 'a namespace that cannot be a name',
    edit: one('  publish:', '  namespace: my_space\n  publish:'),
    found: [['WB1102', 'my_space']],
  },
  {
    name: 'many mistakes, in one go',
    edit: [
      ['product: parcels', 'product: letters'],
      ['users: 100', 'user: 100'],
      ['host: parcels.example', 'host: 5'],
      ['photos: true', 'photo: true'],
      ['cache: { mode: bundled', 'cache: { mode: operator'],
      ['sizes: {}', 'sizes: { wed: { replicas: 2 } }'],
    ],
    found: [
      ['WB2006', 'letters'],
      ['WB2015', 'user'],
      ['WB2008', 'host'],
      ['WB2017', 'photo'],
      ['WB2016', 'operator'],
      ['WB2017', 'wed'],
    ],
  },
]

/** Values of settings that are made of others. */
export const dataSettings: readonly BadInstance[] = [
  { name: 'a list for a map', edit: one('logLevel: info', 'labels: [a]'), found: [['WB2008', 'labels']] },
  {
    name: 'a value of a map',
    edit: one('logLevel: info', 'labels:\n      a: fine\n      b: Not this'),
    found: [['WB2008', 'b: Not this']],
  },
  { name: 'a map for a list', edit: one('logLevel: info', 'routes: { a: b }'), found: [['WB2008', 'routes']] },
  {
    name: 'an entry without an id',
    edit: one('logLevel: info', 'routes:\n      - to: a.example'),
    found: [['WB2008', 'to: a.example']],
  },
  {
    name: 'two entries of one id',
    edit: one('logLevel: info', 'routes:\n      - { id: a, to: a.example }\n      - { to: b.example, id: a }'),
    found: [['WB2008', 'b.example']],
  },
  {
    name: 'an entry without a required field',
    edit: one('logLevel: info', 'routes:\n      - id: a\n        port: 25'),
    found: [['WB2008', 'id: a']],
  },
  {
    name: 'several wrong fields',
    edit: one('logLevel: info', 'routes:\n      - id: a\n        to: a b\n        port: 0\n        prot: 1'),
    found: [
      ['WB2008', 'to: a b'],
      ['WB2008', 'port: 0'],
      ['WB2008', 'prot: 1'],
    ],
  },
  {
    name: 'an entry dropped that the product does not have',
    edit: one('logLevel: info', 'routes:\n      - id: a\n        drop: true'),
    found: [['WB2008', 'drop: true']],
  },
  {
    name: 'a setting under its old and its new name',
    edit: one('logLevel: info', 'hostname: b.example'),
    found: [['WB2024', 'hostname']],
  },
]

const site = (line: string, found: string): Pick<BadInstance, 'edit' | 'found'> => ({
  edit: one('  publish: { http: 8080, https: 8443 }', `  ${line}`),
  found: [['WB1002', found]],
})

/** What no engine would take of a site. */
export const sites: readonly BadInstance[] = [
  { name: 'a registry with a scheme', ...site('registry: https://r.example/', 'registry') },
  { name: 'a registry with a space', ...site("registry: 'r.example/x y'", 'registry') },
  { name: 'a label key with a space', ...site("labels: { 'a b': c }", 'a b') },
  { name: 'a label value with a slash', ...site("labels: { a: 'c/d' }", 'labels') },
  { name: 'one port for http and https', ...site('publish: { http: 443, https: 443 }', 'publish') },
  { name: 'an address that is none', ...site('publish: { address: banana }', 'address') },
  { name: 'a pull secret with capitals', ...site('pullSecrets: [X_y]', 'pullSecrets') },
  { name: 'a class with a space', ...site("ingress: { kind: ingress, class: 'x y' }", 'class') },
  { name: 'a folder for secrets that is not absolute', ...site('secretsFolder: relative/x', 'secretsFolder') },
  { name: 'a label of ours', ...site('labels: { waybill.dev/service: x }', 'labels') },
  { name: 'a proxy with a password', ...site("proxy: { http: 'http://me:secret@proxy.example:3128' }", 'http') },
  { name: 'a proxy that speaks something else', ...site("proxy: { https: 'socks5://proxy.example' }", 'https') },
  { name: 'a proxy without address', ...site('proxy: { except: [corp.example] }', 'proxy') },
  { name: 'several names in one exception', ...site("proxy: { http: 'http://p', except: ['a, b'] }", 'a, b') },
  { name: 'authorities in two places', ...site('certificateAuthority: { secret: a, configMap: b }', 'certificate') },
  { name: 'authorities in no place', ...site('certificateAuthority: { key: ca.crt }', 'certificateAuthority') },
  { name: 'a scraper without labels', ...site('monitoring: { from: {} }', 'from') },
  { name: 'a way of monitoring that there is not', ...site('monitoring: { mode: magic }', 'mode') },
  { name: 'a range that is none', ...site('ranges: { db: [10.0.0.0/64] }', '10.0.0.0/64') },
  { name: 'no range at all', ...site('ranges: { db: [] }', 'db') },
  { name: 'a kind of Service that publishes nothing', ...site('ingress: { kind: service, type: ClusterIP }', 'type') },
  { name: 'a claim with a space', ...site("claims: { db-data: 'x y' }", 'claims') },
  { name: 'users of nobody', ...site('users: random', 'users') },
]

const unknown = (line: string, found: string): Pick<BadInstance, 'edit' | 'found'> => ({
  edit: one('  publish: { http: 8080, https: 8443 }', `  ${line}`),
  found: [['WB2017', found]],
})

/** What a site says about parts that the product or the engine does not have. */
export const strangers: readonly BadInstance[] = [
  {
    name: 'an affinity that Kubernetes does not know',
    edit: one('  publish: { http: 8080, https: 8443 }', '  placement: { affinity: { nodes: {} } }'),
    found: [['WB1001', 'nodes']],
  },
  { name: 'a claim for an unknown volume', ...unknown('claims: { db-dat: x }', 'db-dat') },
  { name: 'a storage class for an unknown volume', ...unknown('storageClass: { volumes: { scan: x } }', 'scan') },
  { name: 'a place for an unknown service', ...unknown('placement: { services: { apo: {} } }', 'apo') },
  { name: 'addresses of something that is not outside', ...unknown('ranges: { dbb: [10.0.0.0/8] }', 'dbb') },
  {
    name: 'addresses of a proxy of another name',
    edit: one(
      '  publish: { http: 8080, https: 8443 }',
      "  proxy: { http: 'http://proxy.example:3128' }\n  ranges: { proxi.example: [10.0.0.0/8] }",
    ),
    found: [['WB2017', 'proxi.example']],
  },
]
