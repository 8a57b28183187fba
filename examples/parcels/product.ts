import {
  GiB,
  MiB,
  area,
  caddy,
  cloudNativePg,
  completed,
  constant,
  cores,
  count,
  estimated,
  feature,
  formula,
  get,
  healthy,
  http,
  job,
  load,
  minutes,
  monitor,
  none,
  objectStore,
  otlp,
  perUnit,
  points,
  postgres,
  probe,
  product,
  promql,
  publish,
  redis,
  runtime,
  scratch,
  seconds,
  secret,
  setting,
  settings,
  sharded,
  size,
  stateless,
  text,
  volume,
  when,
} from '@waybill/model'
import { compose, docker, helm, kubernetes, single } from '@waybill/generate/targets'

// Who answers for what
const shop = area('shop', 'Pages and edge')
const core = area('core', 'Parcels and scans')

// What the customer tells us
const customer = load({
  users: count('People who track parcels', { default: 100 }),
  photos: size('Photos kept', { default: GiB(1) }),
})
const site = settings('site', 'Your site', {
  host: setting.hostname({ title: 'Host name', help: 'Where people open Parcels.', required: true }),
  logLevel: setting.choice(['debug', 'info', 'warn'], { title: 'Log level', default: 'info' }),
})
const photos = feature('photos', { title: 'Photos', help: 'Pictures of parcels, in an object store.' })
const tracing = feature('tracing', { title: 'Traces', help: 'Sends traces to your collector.' })
const certificate = secret.certificate('edge-tls', { hosts: [site.host], rotate: { effect: 'nobody notices' } })
const sessionKey = secret.password('session-key', { rotate: { effect: 'everybody signs in again' } })

// What Parcels stands on, bundled or yours
const db = postgres('db', {
  holds: 'parcels',
  version: '>=15',
  area: core,
  disk: constant(GiB(10), estimated('1 kB for a parcel')),
  operator: cloudNativePg('db', { storage: '10Gi' }),
})
const cache = redis('cache', { holds: 'sessions and the job queue', version: '>=7', area: core })
const pictures = objectStore('pictures', {
  holds: 'photos',
  version: 's3',
  area: core,
  when: photos,
  disk: formula('bytes', customer.photos.times(1.3), estimated('a third for thumbnails')),
})
const collector = otlp('collector', { holds: 'traces', version: 'OTLP 1', area: core, when: tracing })
const scans = volume('scans', {
  holds: 'scan events, split by parcel number',
  data: 'must-back-up',
  size: points(
    customer.users,
    [
      [100, GiB(1)],
      [5_000, GiB(20)],
    ],
    estimated('200 scans a day for 100 users'),
  ),
})

// The parts: what each is, and what others may refer to
const web = stateless('web', { does: 'Serves the pages', area: shop, ports: { http: http(3000), metrics: http(9090) } })
const api = stateless('api', {
  does: 'Answers web and mobile',
  area: core,
  ports: { http: http(8080), metrics: http(9090) },
})
const store = sharded('store', {
  does: 'Keeps scan events',
  area: core,
  ports: { rpc: http(7000), metrics: http(9090) },
})
const worker = stateless('worker', { does: 'Sends mail', area: core, ports: { metrics: http(9090) } })
const migrate = job('migrate', { does: 'Brings the database to this version', area: core })

// How each part runs
const guess = estimated('enough for the end-to-end tests; no load test yet')
const small = {
  cpu: { request: constant(cores(0.1), guess), limit: constant(cores(0.5), guess) },
  memory: { request: constant(MiB(96), guess), limit: constant(MiB(192), guess) },
}
const parcels = (image: string) => ({
  image: `parcels/${image}:1.0.0`,
  scratch: { '/tmp': scratch(MiB(64)) },
  prober: {
    http: ['node', '/app/src/probe.ts', probe.url],
    tcp: ['node', '/app/src/probe.ts', text`tcp://${probe.host}:${probe.port}`],
  },
})
const observed = {
  LOG_LEVEL: site.logLevel,
  LOG_FORMAT: 'json',
  OTEL_EXPORTER_OTLP_ENDPOINT: when(tracing, collector.endpoint()), // not set without the feature
  REPLICA: runtime.replicaName,
}
const database = { DATABASE_URL: db.url(), SSL_MODE: db.sslMode() } // the URL holds the password
const steps = { startup: { within: minutes(2), every: seconds(1) }, often: { every: seconds(5) } }

const services = [
  web.runs({
    ...parcels('web'),
    env: {
      ...observed,
      METRICS_PORT: web.ports.metrics.number(),
      API_URL: api.ports.http.url('/v1'),
      PUBLIC_URL: text`https://${site.host}`,
    },
    health: {
      startup: get(web.ports.http, '/ready', steps.startup),
      ready: get(web.ports.http, '/ready', steps.often),
      live: get(web.ports.http, '/live'),
    },
    expose: [publish(web.ports.http, { host: site.host, tls: certificate })],
    metrics: { port: web.ports.metrics },
    size: { ...small, replicas: perUnit(customer.users, 2_000, guess) },
  }),

  api.runs({
    ...parcels('api'),
    env: {
      ...observed,
      METRICS_PORT: api.ports.metrics.number(),
      ...database,
      QUEUE_URL: cache.url(),
      SESSION_KEY: sessionKey,
      STORES: store.ports.rpc.list(' '), // one address for each shard, as each target spells it
      PUBLIC_URL: text`https://${site.host}`,
      PICTURES_URL: when(photos, pictures.url()), // not set without the feature
      PICTURES_ACCESS_KEY: when(photos, pictures.accessKey()),
      PICTURES_SECRET_KEY_FILE: when(photos, '/run/pictures-secret-key'),
    },
    secretFiles: { '/run/pictures-secret-key': when(photos, pictures.secretKey()) },
    needs: [healthy(db), healthy(cache), completed(migrate)],
    health: {
      startup: get(api.ports.http, '/ready', steps.startup),
      ready: get(api.ports.http, '/ready', steps.often),
      live: get(api.ports.http, '/live'),
    },
    expose: [publish(api.ports.http, { host: site.host, path: '/v1', tls: certificate })],
    metrics: { port: api.ports.metrics },
    size: {
      replicas: perUnit(customer.users, 1_000, guess),
      cpu: { request: constant(cores(0.25), guess), limit: constant(cores(1), guess) },
      memory: points(
        customer.users,
        [
          [100, MiB(256)],
          [5_000, GiB(1)],
        ],
        guess,
      ),
    },
    monitors: [
      monitor('slow-requests', {
        asks: 'Do people wait too long?',
        unit: 'duration',
        query: promql`histogram_quantile(0.95, sum by (le) (rate(http_request_seconds_bucket{${api.series}}[5m])))`,
        pages: { above: seconds(1), for: minutes(10), do: 'Look at the database panel, then add replicas of api.' },
      }),
    ],
  }),

  store.runs({
    ...parcels('store'),
    env: {
      ...observed,
      PORT: store.ports.rpc.number(),
      METRICS_PORT: store.ports.metrics.number(),
      SHARD_NAME: runtime.replicaName,
      NOTIFY_URL: api.ports.http.url('/internal/scans'),
    }, // api ⇄ store: a circle, no trouble
    mounts: { '/var/lib/store': scans }, // sharded: one volume for each
    health: {
      startup: get(store.ports.rpc, '/ready', steps.startup),
      ready: get(store.ports.rpc, '/ready', steps.often),
    },
    metrics: { port: store.ports.metrics },
    size: {
      ...small,
      replicas: points(
        customer.users,
        [
          [100, 2],
          [5_000, 6],
        ],
        guess,
      ),
    },
  }),

  worker.runs({
    ...parcels('worker'),
    env: { ...observed, METRICS_PORT: worker.ports.metrics.number(), ...database, QUEUE_URL: cache.url() },
    needs: [healthy(cache), completed(migrate)],
    health: none('takes jobs from the queue; the age of the queue is watched instead'),
    metrics: { port: worker.ports.metrics },
    size: { ...small, replicas: 1 },
  }),

  migrate.runs({
    ...parcels('api'),
    args: ['node', '/app/src/migrate.ts', 'up'],
    env: database,
    needs: [healthy(db)],
    completed: ['node', '/app/src/migrate.ts', 'status', '--expect', '1.0.0'], // asked by whoever waits
    size: small,
  }),
]

export default product('parcels', {
  version: '1.0.0',
  title: 'Parcels',
  load: customer,
  profiles: {
    small: { title: 'Up to 100 users', load: { users: 100, photos: GiB(1) } },
    large: { title: 'Up to 5,000 users', load: { users: 5_000, photos: GiB(100) } },
  },
  settings: [site],
  features: [photos, tracing],
  dependencies: [db, cache, pictures, collector],
  services,
  edge: caddy({ image: 'parcels/edge:1.0.0', area: shop }),
  targets: [
    kubernetes({ versions: '1.29-1.35' }),
    helm({ versions: '1.29-1.35' }),
    compose(),
    docker(),
    single({ supervisor: 'parcels/supervisor:1.0.0' }),
  ],
})
