import type { Json } from '@waybill/model'

/** A mistake in `product.json`: what is changed in Parcels, and what has to be reported where. */
export interface BadDefinition {
  readonly name: string
  /** Path → new value; items of lists by id, name or path, `+` appends, undefined removes. */
  readonly edit: Readonly<Record<string, Json | undefined>>
  /** Each error: its code and a text of the line that it points to. */
  readonly found: readonly (readonly [code: string, line: string])[]
}

const law = (value: Json, unit = 'bytes'): Json => ({
  law: 'formula',
  unit,
  value,
  confidence: 'tested',
  source: 'test',
})
const demand = (value: Json, unit?: string): Json => ({ request: law(value, unit), limit: law(value, unit) })
const MiB = (value: number): Json => ({ op: 'quantity', unit: 'bytes', value: value * 2 ** 20 })
const variable = (value: Json): Record<string, Json> => ({ 'services/web/env/+': { name: 'BAD', value } })
const photos: Json = { op: 'feature', id: 'photos' }
const secret: Json = { op: 'secret', id: 'session-key' }
const copyOfWeb = {
  kind: 'stateless',
  does: 'x',
  area: 'shop',
  ports: [],
  image: { reference: 'a:1' },
  health: { ready: { probe: 'none', reason: 'a test' } },
  size: { cpu: demand({ op: 'quantity', unit: 'cores', value: 100 }, 'cores'), memory: demand(MiB(64)) },
}

/** Form: what the schema refuses. */
export const forms: readonly BadDefinition[] = [
  { name: 'an unknown key', edit: { 'services/api/helath': {} }, found: [['WB1001', '"helath"']] },
  { name: 'an unknown key at the top', edit: { serivces: [] }, found: [['WB1001', '"serivces"']] },
  {
    name: 'an unknown key inside of a port',
    edit: { 'services/api/ports/http/nunber': 1 },
    found: [['WB1001', '"nunber"']],
  },
  { name: 'a missing key', edit: { 'services/api/size': undefined }, found: [['WB1003', '"id": "api"']] },
  {
    name: 'a text where a number is needed',
    edit: { 'services/api/ports/http/number': '8080' },
    found: [['WB1002', '"number": "8080"']],
  },
  { name: 'a port out of range', edit: { 'services/api/ports/http/number': 70_000 }, found: [['WB1002', '70000']] },
  { name: 'an unknown kind of service', edit: { 'services/api/kind': 'statefull' }, found: [['WB1002', 'statefull']] },
  { name: 'an unknown operation', edit: variable({ op: 'concta', parts: [] }), found: [['WB1002', 'concta']] },
  { name: 'an unknown unit', edit: { 'load/users/unit': 'gigabytes' }, found: [['WB1002', 'gigabytes']] },
  { name: 'a negative duration', edit: { 'services/api/health/ready/every': -1 }, found: [['WB1002', '-1']] },
  { name: 'an unknown probe', edit: { 'services/api/health/ready': { probe: 'ping' } }, found: [['WB1002', '"ping"']] },
  {
    name: 'a reason that gives none',
    edit: { 'services/worker/health/ready/reason': '' },
    found: [['WB1002', '"reason": ""']],
  },
  {
    name: 'a signal that is none',
    edit: { 'services/api/shutdown': { signal: 'TERM' } },
    found: [['WB1002', '"TERM"']],
  },
  { name: 'a newer schema', edit: { schema: 2 }, found: [['WB3001', '"schema": 2']] },
  { name: 'no schema', edit: { schema: undefined }, found: [['WB3002', '{']] },
  { name: 'a version of two lines', edit: { version: '1.0.0\nevil: yes' }, found: [['WB1002', '"version"']] },
  { name: 'a title of two lines', edit: { title: 'a\nb' }, found: [['WB1002', '"title"']] },
]

/** Names: ids, what targets make of them, variables, paths, ports. */
export const names: readonly BadDefinition[] = [
  { name: 'a duplicate service', edit: { 'services/+': { id: 'web', ...copyOfWeb } }, found: [['WB1101', '"web"']] },
  { name: 'a duplicate area', edit: { 'areas/+': { id: 'core', title: 'Core again' } }, found: [['WB1101', '"core"']] },
  {
    name: 'a duplicate setting',
    edit: { 'settings/site/settings/+': { id: 'host', title: 'x', type: 'text' } },
    found: [['WB1101', 'host']],
  },
  {
    name: 'a duplicate variable',
    edit: { 'services/web/env/+': { name: 'API_URL', value: 'x' } },
    found: [['WB1101', 'API_URL']],
  },
  {
    name: 'a duplicate port id',
    edit: { 'services/web/ports/+': { id: 'http', number: 3001, protocol: 'http' } },
    found: [['WB1101', '"http"']],
  },
  {
    name: 'a name with capitals',
    edit: { 'services/+': { id: 'Search', ...copyOfWeb } },
    found: [['WB1102', '"Search"']],
  },
  {
    name: 'a name too long for a target',
    edit: { 'services/+': { id: 's'.repeat(41), ...copyOfWeb } },
    found: [['WB1102', 'sssss']],
  },
  {
    name: 'a name that ends in a hyphen',
    edit: { 'volumes/scans/id': 'scans-', 'services/store/mounts/0/volume': 'scans-' },
    found: [['WB1102', '"scans-"']],
  },
  {
    name: 'a port name too long',
    edit: { 'services/web/ports/+': { id: 'administration-x', number: 3001, protocol: 'http' } },
    found: [['WB1102', 'administration-x']],
  },
  {
    name: 'a service with the name of a dependency',
    edit: { 'services/+': { id: 'db', ...copyOfWeb } },
    found: [['WB1104', '"db"']],
  },
  {
    name: 'a service with the name of a shard',
    edit: { 'services/+': { id: 'store-0', ...copyOfWeb } },
    found: [['WB1104', '"store"']],
  },
  {
    name: 'a service with the name of the edge',
    edit: { 'services/+': { id: 'edge', ...copyOfWeb } },
    found: [['WB1104', '"edge"']],
  },
  {
    name: 'a variable with a blank',
    edit: { 'services/web/env/+': { name: 'MY VAR', value: 'x' } },
    found: [['WB1105', 'MY VAR']],
  },
  {
    name: 'two ports with one number',
    edit: { 'services/web/ports/+': { id: 'other', number: 3000, protocol: 'http' } },
    found: [['WB1106', 'other']],
  },
  {
    name: 'a sidecar with a port of its host',
    edit: { 'services/worker/shape': { pods: { shape: 'sidecar', of: 'api' } } },
    found: [['WB1106', '"pods"']],
  },
  {
    name: 'a relative path',
    edit: { 'services/web/files': [{ path: 'etc/web.conf', content: 'x' }] },
    found: [['WB1107', 'etc/web.conf']],
  },
  {
    name: 'a path with ..',
    edit: { 'services/web/files': [{ path: '/etc/../web.conf', content: 'x' }] },
    found: [['WB1107', '/etc/../web.conf']],
  },
  {
    name: 'a path used twice',
    edit: { 'services/web/files': [{ path: '/tmp', content: 'x' }] },
    found: [['WB1107', '"/tmp"']],
  },
  { name: 'a product name with a blank', edit: { id: 'my parcels' }, found: [['WB1102', 'my parcels']] },
]

/** References and conditions. */
export const references: readonly BadDefinition[] = [
  {
    name: 'a setting that does not exist',
    edit: variable({ op: 'setting', id: 'site.hots' }),
    found: [['WB1201', 'BAD']],
  },
  {
    name: 'a port that does not exist',
    edit: variable({ op: 'address', service: 'api', port: 'htpp', form: 'url' }),
    found: [['WB1201', 'BAD']],
  },
  {
    name: 'a secret that does not exist',
    edit: variable({ op: 'secret', id: 'sesion-key' }),
    found: [['WB1201', 'BAD']],
  },
  {
    name: 'a load factor that does not exist',
    edit: { 'volumes/scans/size/over': { op: 'load', id: 'usres' } },
    found: [['WB1201', '"size"']],
  },
  { name: 'an area that does not exist', edit: { 'services/api/area': 'cor' }, found: [['WB1201', '"area": "cor"']] },
  {
    name: 'a volume that does not exist',
    edit: { 'services/store/mounts/0/volume': 'scan' },
    found: [['WB1201', '"path": "/var/lib/store"']],
  },
  {
    name: 'a probe of a port that does not exist',
    edit: { 'services/api/health/live/port': 'https' },
    found: [['WB1201', '"live"']],
  },
  {
    name: 'waiting for what does not exist',
    edit: { 'services/api/needs/+': { on: 'migrat', state: 'completed' } },
    found: [['WB1201', 'migrat']],
  },
  {
    name: 'a cycle of waiting',
    edit: {
      'services/web/needs': [{ on: 'api', state: 'healthy' }],
      'services/api/needs/+': { on: 'web', state: 'healthy' },
    },
    found: [['WB1202', '"needs"']],
  },
  {
    name: 'waiting for itself',
    edit: { 'services/web/needs': [{ on: 'web', state: 'started' }] },
    found: [['WB1202', '"needs"']],
  },
  {
    name: 'the completion of a service',
    edit: { 'services/web/needs': [{ on: 'api', state: 'completed' }] },
    found: [['WB1209', '"on": "api"']],
  },
  {
    name: 'the health of a job',
    edit: { 'services/web/needs': [{ on: 'migrate', state: 'healthy' }] },
    found: [['WB1209', '"on": "migrate"']],
  },
  {
    name: 'a job that does not say when it is done',
    edit: { 'services/migrate/completed': undefined },
    found: [['WB1210', '"migrate"']],
  },
  {
    name: 'a feature used where it may be off',
    edit: variable({ op: 'output', dependency: 'pictures', name: 'url' }),
    found: [['WB1203', 'BAD']],
  },
  {
    name: 'an input that only an external one has',
    edit: variable({ op: 'input', dependency: 'db', key: 'host' }),
    found: [['WB1203', 'BAD']],
  },
  {
    name: 'a condition that can never hold',
    edit: { 'services/worker/when': { op: 'all', of: [photos, { op: 'not', of: photos }] } },
    found: [['WB1204', '"when"']],
  },
  {
    name: 'a condition on a choice that does not exist',
    edit: { 'services/worker/when': { op: 'equals', left: { op: 'setting', id: 'site.logLevel' }, right: 'trace' } },
    found: [['WB1204', '"when"']],
  },
  {
    name: 'a condition inside of another that excludes it',
    edit: variable({
      op: 'when',
      if: photos,
      then: { op: 'when', if: { op: 'not', of: photos }, then: 'x' },
      else: 'y',
    }),
    found: [['WB1204', 'BAD']],
  },
  {
    name: 'a condition over a number',
    edit: { 'services/worker/when': { op: 'compare', left: { op: 'load', id: 'users' }, is: 'above', right: 5 } },
    found: [['WB1207', '"when"']],
  },
  { name: 'a text as a condition', edit: { 'services/worker/when': 'yes' }, found: [['WB1205', '"when"']] },
  { name: 'bytes as a text', edit: variable({ op: 'load', id: 'photos' }), found: [['WB1205', 'BAD']] },
  {
    name: 'a sum of bytes and users',
    edit: {
      'volumes/scans/size': law({
        op: 'sum',
        of: [
          { op: 'load', id: 'photos' },
          { op: 'load', id: 'users' },
        ],
      }),
    },
    found: [['WB1205', '"size"']],
  },
  {
    name: 'cores as memory',
    edit: { 'services/web/size/memory': demand({ op: 'quantity', unit: 'cores', value: 100 }, 'cores') },
    found: [
      ['WB1205', '"request"'],
      ['WB1205', '"limit"'],
    ],
  },
  {
    name: 'a secret in a file',
    edit: { 'services/web/files': [{ path: '/etc/web.conf', content: secret }] },
    found: [['WB1206', '/etc/web.conf']],
  },
  { name: 'a secret in a command', edit: { 'services/web/args': ['--key', secret] }, found: [['WB1206', '"args"']] },
  {
    name: 'the name of a replica in a file',
    edit: { 'services/web/files': [{ path: '/etc/web.conf', content: { op: 'runtime', fact: 'replicaName' } }] },
    found: [['WB1211', '/etc/web.conf']],
  },
  {
    name: 'the probed address in a variable',
    edit: variable({ op: 'probe', part: 'url' }),
    found: [['WB1212', 'BAD']],
  },
  {
    name: 'shards of a service without',
    edit: variable({
      op: 'join',
      list: { op: 'addresses', service: 'api', port: 'http', form: 'url' },
      separator: ' ',
    }),
    found: [['WB1208', 'BAD']],
  },
  {
    name: 'counts that follow each other',
    edit: { 'services/web/size/replicas': { tiedTo: 'api' }, 'services/api/size/replicas': { tiedTo: 'web' } },
    found: [['WB1214', '"replicas"']],
  },
  {
    name: 'a count made of itself',
    edit: { 'services/web/size/replicas': law({ op: 'sum', of: [{ op: 'replicas', service: 'web' }, 1] }, 'count') },
    found: [['WB1214', '"replicas"']],
  },
  {
    name: 'a secret made of itself',
    edit: { 'secrets/+': { id: 'own', kind: 'template', template: { op: 'secret', id: 'own' } } },
    found: [['WB1214', '"template"']],
  },
  {
    name: 'an output made of outputs',
    edit: { 'dependencies/db/outputs/host/value': { op: 'output', dependency: 'db', name: 'host' } },
    found: [['WB1215', '"host"']],
  },
  { name: 'a NUL in a text', edit: variable('a\0b'), found: [['WB1009', 'BAD']] },
]

/** Meaning: replicas, shapes, volumes, settings, images, sizes, exposure. */
export const meanings: readonly BadDefinition[] = [
  {
    name: 'a volume on two pods without sharing',
    edit: { 'services/worker/mounts': [{ path: '/data', volume: 'scans' }] },
    found: [['WB1301', '"scans"']],
  },
  {
    name: 'replicas of what keeps one set of data',
    edit: { 'services/worker/kind': 'stateful', 'services/worker/size/replicas': 3 },
    found: [['WB1302', '"replicas"']],
  },
  {
    name: 'a singleton with two replicas',
    edit: { 'services/worker/singleton': true, 'services/worker/size/replicas': 2 },
    found: [['WB1302', '"replicas"']],
  },
  { name: 'no replicas', edit: { 'services/worker/size/replicas': 0 }, found: [['WB1302', '"replicas"']] },
  {
    name: 'a secret with a literal default',
    edit: { 'settings/site/settings/+': { id: 'adminPassword', title: 'x', type: 'text', default: 'changeme' } },
    found: [['WB1303', 'adminPassword']],
  },
  {
    name: 'a default outside of the choices',
    edit: { 'settings/site/settings/logLevel/default': 'trace' },
    found: [['WB1304', 'logLevel']],
  },
  {
    name: 'a setting without a value inside of a text',
    edit: {
      'settings/site/settings/+': { id: 'banner', title: 'x', type: 'text' },
      'services/web/env/+': {
        name: 'BANNER',
        value: { op: 'concat', parts: ['a ', { op: 'setting', id: 'site.banner' }] },
      },
    },
    found: [['WB1203', 'BANNER']],
  },
  {
    name: 'a part of a key pair in a variable',
    edit: {
      'secrets/+': { id: 'signing', kind: 'keyPair' },
      'services/web/env/+': { name: 'KEY', value: { op: 'secret', id: 'signing', part: 'private.pem' } },
    },
    found: [['WB1317', 'KEY']],
  },
  {
    name: 'a part of a key pair in a variable, by a template',
    edit: {
      'secrets/+': { id: 'signing', kind: 'keyPair' },
      'secrets/++': {
        id: 'bundle',
        kind: 'template',
        template: { op: 'concat', parts: ['key=', { op: 'secret', id: 'signing', part: 'private.pem' }] },
      },
      'services/web/env/+': { name: 'KEY', value: { op: 'secret', id: 'bundle' } },
    },
    found: [['WB1317', 'KEY']],
  },
  {
    name: 'a default of the wrong type',
    edit: { 'settings/site/settings/+': { id: 'help', title: 'x', type: 'url', default: 'not a url' } },
    found: [['WB1304', 'help']],
  },
  {
    name: 'a pattern that cannot be read',
    edit: { 'settings/site/settings/+': { id: 'code', title: 'x', type: 'text', pattern: '[' } },
    found: [['WB1304', '"pattern"']],
  },
  {
    name: 'a sidecar of nothing',
    edit: { 'services/worker/shape': { pods: { shape: 'sidecar', of: 'apis' } } },
    found: [['WB1306', '"pods"']],
  },
  {
    name: 'a schedule of seven fields',
    edit: {
      'services/+': { id: 'tidy', ...copyOfWeb, kind: 'cron', health: undefined, schedule: '* * * * * * *' } as never,
    },
    found: [['WB1307', '"schedule"']],
  },
  {
    name: 'loads that do not rise',
    edit: {
      'volumes/scans/size/table': [
        [100, 1],
        [50, 2],
      ],
    },
    found: [['WB1308', '"size"']],
  },
  {
    name: 'an image without a tag',
    edit: { 'services/web/image/reference': 'parcels/web' },
    found: [['WB1309', '"image"']],
  },
  {
    name: 'an image that moves',
    edit: { 'services/web/image/reference': 'parcels/web:latest' },
    found: [['WB1309', '"image"']],
  },
  {
    name: 'an image that cannot be read',
    edit: { 'services/web/image/reference': 'https://parcels/web:1' },
    found: [['WB1309', '"image"']],
  },
  {
    name: 'two services at one address',
    edit: { 'services/api/expose/0/path': undefined },
    found: [['WB1310', '"expose"']],
  },
  {
    name: 'a public port without an edge',
    edit: { edge: undefined },
    found: [
      ['WB1311', '"expose"'],
      ['WB1311', '"expose"'],
    ],
  },
  {
    name: 'a rename to nowhere',
    edit: { moved: [{ what: 'service', from: 'gone', to: 'nowhere' }] },
    found: [['WB1314', '"moved"']],
  },
  {
    name: 'a check without a command of the image',
    edit: { 'services/web/prober': undefined },
    found: [['WB1315', '"ready"']],
  },
  {
    name: 'a raw object without a kind',
    edit: { rawObjects: [{ id: 'crd', target: 'kubernetes', object: { apiVersion: 'v1' } }] },
    found: [['WB1316', '"crd"']],
  },
  { name: 'no target', edit: { targets: [] }, found: [['WB1003', '"targets"']] },
  { name: 'no health check', edit: { 'services/web/health': undefined }, found: [['WB1003', '"web"']] },
  {
    name: 'a file above 1 MiB in a ConfigMap',
    edit: { 'services/web/files': [{ path: '/etc/big.txt', content: 'x'.repeat(2 ** 20 + 1) }] },
    found: [['WB5001', '/etc/big.txt']],
  },
]
