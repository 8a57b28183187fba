import {
  GiB,
  MiB,
  type InstanceDefinition,
  all,
  any,
  area,
  caddy,
  completed,
  connects,
  constant,
  cores,
  count,
  cron,
  daemon,
  estimated,
  exits0,
  feature,
  get,
  grpc,
  grpcHealth,
  healthy,
  initOf,
  http,
  job,
  json,
  load,
  minutes,
  none,
  not,
  objectStore,
  perUnit,
  postgres,
  probe,
  product,
  publish,
  redis,
  runtime,
  scratch,
  scratchInMemory,
  seconds,
  secret,
  setting,
  settings,
  sharded,
  sidecarOf,
  started,
  smtp,
  stateful,
  stateless,
  tcp,
  text,
  volume,
  when,
} from '@waybill/model'
import { compose, docker, kubernetes, single } from './authoring.ts'

// A product that uses every word of the model, for the conformance suite: it runs nowhere.

const core = area('core', 'Core')
const customer = load({ users: count('Users', { default: 100 }) })
const site = settings('site', 'Site', {
  host: setting.hostname({ title: 'Host', required: true }),
  tier: setting.choice(['basic', 'plus'], { title: 'Tier', default: 'basic' }),
  strict: setting.boolean({ title: 'Strict', default: false }),
  banner: setting.text({ title: 'Banner' }),
  cacheSize: setting.bytes({ title: 'Cache', default: MiB(64), min: MiB(1) }),
  extra: setting.map('text', { title: 'Extra' }),
})
const search = feature('search', { title: 'Search', help: 'Full text.' })
const mailing = feature('mailing', { title: 'Mail', help: 'Sends mail.' })
const known = estimated('a fixture')
const small = { cpu: constant(cores(0.1), known), memory: constant(MiB(64), known) }
const prober = {
  http: ['probe', probe.url],
  tcp: ['probe', text`tcp://${probe.host}:${probe.port}`],
  grpc: ['probe', '--grpc', probe.host, probe.port],
}
const often = { every: seconds(2), within: minutes(2) }

const db = postgres('db', { holds: 'rows', version: '>=15', area: core })
const cache = redis('cache', { holds: 'sessions', version: '>=7', area: core })
const blobs = objectStore('blobs', { holds: 'files', version: 's3', area: core, when: search })
const mail = smtp('mail', { holds: 'mail', version: 'any', area: core, when: mailing })
const tls = secret.certificate('tls', { hosts: [site.host, 'localhost'] })
const signing = secret.keyPair('signing')
const token = secret.password('token', { length: 40 })
const license = secret.brought('license', { title: 'License key' })
const basic = secret.template('basic', text`user:${token}`)

const shards = volume('shards', { holds: 'shards', data: 'must-back-up', size: constant(GiB(2), known), class: 'fast' })
const index = volume('index', { holds: 'index', data: 'slow-to-rebuild', size: constant(GiB(1), known) })
const media = volume('media', { holds: 'media', data: 'must-back-up', size: constant(GiB(3), known), shared: true })

const web = stateless('web', { does: 'Serves pages', area: core, ports: { http: http(3000), admin: http(3001) } })
const api = stateless('api', { does: 'Answers', area: core, ports: { http: http(8080), rpc: grpc(8081) } })
const store = sharded('store', { does: 'Stores', area: core, ports: { rpc: tcp(7000) } })
const exporter = stateless('exporter', {
  does: 'Exports metrics of the database',
  area: core,
  ports: { metrics: http(9187) },
})
const indexer = stateful('indexer', { does: 'Indexes', area: core, ports: { http: http(8090) } })
const agent = daemon('agent', { does: 'Watches each machine', area: core })
const migrate = job('migrate', { does: 'Migrates', area: core })
const prepare = job('prepare', { does: 'Prepares pages', area: core })
const nightly = cron('nightly', { does: 'Cleans up', area: core })
const awkward = `$HOME $(X) $$ {{ x }} %s "q" 'q' \\ yes\nsecond line\té 👍 = #`

export const everything = product('everything', {
  version: '2.3.4',
  title: 'Everything',
  load: customer,
  settings: [site],
  features: [search, mailing],
  dependencies: [db, cache, blobs, mail],
  services: [
    web.runs({
      image: 'fixture/web:1.0.0',
      env: {
        API: api.ports.http.url('/v1'),
        AWKWARD: awkward,
        BANNER: site.banner,
        TIER: when(site.tier.is('plus'), 'P', 'B'),
      },
      mounts: { '/media': { volume: media, readOnly: true } },
      health: { ready: get(web.ports.http, '/ready', often), live: get(web.ports.http, '/live') },
      prober,
      expose: [
        publish(web.ports.http, { host: site.host, tls }),
        publish(web.ports.admin, { host: text`admin.${site.host}`, tls: none('only reached inside') }),
      ],
      size: { ...small, replicas: perUnit(customer.users, 50, known) },
    }),
    api.runs({
      image: {
        reference: 'registry.example.org:5000/fixture/api:2@sha256:' + 'a'.repeat(64),
        platforms: ['linux/amd64', 'linux/arm64'],
      },
      command: ['/bin/api'],
      args: ['--stores', store.ports.rpc.list(','), '--awkward', awkward, '--me', runtime.replicaName],
      workingDir: '/srv',
      env: {
        DATABASE_URL: db.url(),
        CACHE_URL: cache.url(),
        BASIC: basic,
        LICENSE: license,
        PEERS: json({ web: web.ports.http.url(), stores: store.ports.rpc.all('url'), shards: store.replicas, awkward }),
        EXTRA: json({ tier: site.tier, extra: site.extra, strict: site.strict }),
        MAPPED: json({ extra: site.extra, web: web.ports.http.url() }),
        CACHE_MB: site.cacheSize.in('MiB'),
        BLOBS: when(search, blobs.url()),
        MAIL_HOST: when(all(mailing, not(site.strict)), mail.host()),
        SELF: text`${runtime.replicaName}@${runtime.nodeAddress}`,
        CPUS: runtime.cpuLimit,
        MEMORY: runtime.memoryLimit,
        TARGET: runtime.target,
        EITHER: when(any(search, mailing), 'some', 'none'),
      },
      files: {
        '/etc/api/config.json': json({ db: db.host(), port: db.port(), awkward }),
        '/etc/api/plain.txt': awkward,
      },
      secretFiles: { '/run/keys/private.pem': signing.privateKey, '/run/keys/blobs': when(search, blobs.secretKey()) },
      scratch: { '/tmp': scratch(MiB(32)), '/dev/shm': scratchInMemory(MiB(16)) },
      needs: [healthy(db), healthy(cache), completed(migrate), healthy(store)],
      health: { startup: grpcHealth(api.ports.rpc, often), ready: grpcHealth(api.ports.rpc, { every: seconds(3) }) },
      prober,
      expose: [publish(api.ports.http, { host: site.host, path: '/api', tls })],
      shutdown: { signal: 'SIGQUIT', grace: seconds(45), drain: seconds(5) },
      egress: [{ to: 'updates.example.org', port: 443, reason: 'asks for new rules' }],
      size: { ...small, replicas: 2 },
    }),
    store.runs({
      image: 'fixture/store:1.0.0',
      env: {
        PORT: store.ports.rpc.number(),
        SELF: runtime.replicaName,
        NUMBER: runtime.replicaIndex,
        NOTIFY: api.ports.http.url('/notify'),
      },
      mounts: { '/data': shards },
      user: { uid: 70, gid: 70 },
      health: connects(store.ports.rpc, often),
      prober,
      size: { ...small, replicas: 3 },
    }),
    exporter.runs({
      image: 'fixture/exporter:1.0.0',
      needs: [healthy(db)],
      shape: { pods: sidecarOf(db) },
      when: db.bundled,
      env: { HOST: db.host() },
      health: get(exporter.ports.metrics, '/metrics'),
      prober,
      size: small,
    }),
    indexer.runs({
      image: 'fixture/indexer:1.0.0',
      needs: [started(web)],
      when: search,
      env: { API: api.ports.http.url(), BLOBS: blobs.endpoint(), KEY: blobs.secretKey() },
      mounts: { '/index': index, '/media': media },
      health: exits0(['check', '--url', probe.url], { port: indexer.ports.http }),
      update: { strategy: 'recreate' },
      size: small,
    }),
    agent.runs({
      image: 'fixture/agent:1.0.0',
      health: none('has no port'),
      relax: [{ what: 'host-path', value: '/proc:/host/proc', reason: 'reads figures of the machine' }],
      size: small,
    }),
    migrate.runs({
      image: 'fixture/migrate:1.0.0',
      env: { DATABASE_URL: db.url() },
      needs: [healthy(db)],
      completed: ['migrate', 'status'],
      size: small,
    }),
    prepare.runs({ image: 'fixture/web:1.0.0', shape: { pods: initOf(web) }, needs: [healthy(cache)], size: small }),
    nightly.runs({
      image: 'fixture/nightly:1.0.0',
      schedule: '15 3 * * *',
      env: { DATABASE_URL: db.url() },
      size: small,
    }),
  ],
  edge: caddy({ area: core }),
  targets: [
    kubernetes({ versions: '1.29-1.35' }),
    compose(),
    docker(),
    single({ supervisor: 'fixture/supervisor:1.0.0' }),
  ],
})

const base: InstanceDefinition = {
  schema: 1,
  id: 'fixture',
  product: 'everything',
  settings: { site: { host: 'everything.example.org', extra: { a: 'b' } } },
}

/** Instances that together switch each thing on and off. */
export const instances: Readonly<Record<string, InstanceDefinition>> = {
  plain: base,
  full: {
    ...base,
    features: { search: true, mailing: true },
    dependencies: { mail: { mode: 'external', host: 'mail.example.org', from: 'a@example.org' } },
  },
  external: {
    ...base,
    id: 'fixture-external',
    dependencies: {
      db: { mode: 'external', host: '192.0.2.7', user: 'someone' },
      cache: { mode: 'external', host: 'cache.example.org' },
    },
  },
  site: {
    ...base,
    site: {
      registry: 'mirror.example.org/team',
      pullSecrets: ['pull'],
      namespace: 'elsewhere',
      storageClass: { default: 'slow', fast: 'nvme' },
      ingress: { kind: 'ingress', class: 'nginx', annotations: { 'example.org/timeout': '300' } },
      publish: { address: '127.0.0.1', http: 8080, https: 8443 },
      secretsFolder: '/srv/secrets',
      labels: { team: 'one' },
    },
  },
  infrastructure: {
    ...base,
    dependencies: { cache: { mode: 'external', host: 'cache.example.org' } },
    site: {
      ingress: { kind: 'ingress', tls: { secret: 'wildcard' }, from: { namespace: { name: 'ingress' } } },
      placement: { nodeSelector: { pool: 'apps' }, services: { web: { priorityClass: 'high' } } },
      serviceAccount: { annotations: { 'example.org/role': 'r' } },
      users: 'platform',
      proxy: {
        http: 'http://proxy.example.org:3128',
        https: 'http://proxy.example.org:3128',
        except: ['.example.org'],
      },
      certificateAuthority: { configMap: 'authorities', file: '/etc/ssl/authorities.pem' },
      monitoring: { mode: 'operator', labels: { release: 'x' }, from: { namespace: { name: 'monitoring' } } },
      ranges: { cache: ['192.0.2.0/28'], 'updates.example.org': ['198.51.100.0/24'] },
    },
  },
}
