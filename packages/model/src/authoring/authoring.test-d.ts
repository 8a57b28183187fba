import { describe, expectTypeOf, it } from 'vitest'
import * as model from './index.ts'

const {
  GiB,
  MiB,
  all,
  any,
  area,
  completed,
  constant,
  cores,
  count,
  estimated,
  exits0,
  feature,
  formula,
  get,
  healthy,
  http,
  job,
  json,
  load,
  minutes,
  none,
  not,
  perUnit,
  points,
  postgres,
  publish,
  seconds,
  secret,
  setting,
  settings,
  sharded,
  stateless,
  text,
  volume,
  when,
} = model

// every line under @ts-expect-error has to be a compile error; where it is none, the check of this file fails
const core = area('core', 'Core')
const guess = estimated('test')
const customer = load({ users: count('Users', { default: 5 }), photos: model.size('Photos') })
const site = settings('site', 'Site', {
  host: setting.hostname({ title: 'Host', required: true }),
  level: setting.choice(['low', 'high'], { title: 'Level', default: 'low' }),
  debug: setting.boolean({ title: 'Debug', default: false }),
  labels: setting.map('text', { title: 'Labels' }),
})
const photos = feature('photos', { title: 'Photos', help: 'Pictures' })
const password = secret.password('session-key')
const certificate = secret.certificate('tls', { hosts: [site.host] })
const db = postgres('db', { holds: 'rows', version: '>=15', area: core })
const api = stateless('api', { does: 'Answers', area: core, ports: { http: http(8080) } })
const store = sharded('store', { does: 'Keeps', area: core, ports: { rpc: http(7000) } })
const migrate = job('migrate', { does: 'Migrates', area: core })
const data = volume('data', { holds: 'rows', data: 'must-back-up', size: constant(GiB(1), guess) })
const size = { cpu: constant(cores(0.25), guess), memory: constant(MiB(64), guess) }
const health = get(api.ports.http, '/ready')
const body = { image: 'a:1', health, size }

describe('references', () => {
  it('a good body compiles', () => {
    api.runs({
      ...body,
      env: {
        A: api.ports.http.url(),
        B: store.ports.rpc.list(' '),
        C: password,
        D: when(photos, 'x'),
        E: customer.users,
        F: store.replicas,
      },
      files: { '/etc/a': text`${site.host}` },
      secretFiles: { '/run/a': when(photos, password) },
      needs: [healthy(db), completed(migrate)],
      mounts: { '/data': data },
      expose: [publish(api.ports.http, { host: site.host, tls: certificate })],
    })
    expectTypeOf(text`a ${site.host}`).toEqualTypeOf<model.Text>()
    expectTypeOf(text`a ${password}`).toEqualTypeOf<model.SecretText>()
    expectTypeOf(when(photos, password)).toEqualTypeOf<model.SecretText>()
    expectTypeOf(when(photos, 'a')).toEqualTypeOf<model.Text>()
    expectTypeOf(json({ a: site.host })).toEqualTypeOf<model.Text>()
    expectTypeOf(json({ a: password })).toEqualTypeOf<model.SecretText>()
  })

  it('misspelt names do not', () => {
    // @ts-expect-error a port
    api.ports.htpp.url()
    // @ts-expect-error a setting
    void site.hots
    // @ts-expect-error a load factor
    void customer.usres
    // @ts-expect-error an output of a dependency
    db.urll()
    // @ts-expect-error a choice
    site.level.is('medium')
    // @ts-expect-error a part of a certificate
    void certificate.cert
    // @ts-expect-error a run-time fact
    void model.runtime.replicaNam
  })

  it('misspelt keys of a body do not', () => {
    // @ts-expect-error helath
    api.runs({ image: 'a:1', size, helath: health })
    // @ts-expect-error comand
    api.runs({ image: 'a:1', size, health, comand: ['x'] })
    // @ts-expect-error prots
    stateless('web', { does: 'x', area: core, prots: { http: http(1) } })
    // @ts-expect-error evry
    get(api.ports.http, '/', { evry: seconds(1) })
    // @ts-expect-error colour of data
    volume('v', { holds: 'x', data: 'important', size: constant(GiB(1), guess) })
  })

  it('required parts are missed', () => {
    // @ts-expect-error no health
    api.runs({ image: 'a:1', size })
    // @ts-expect-error no image
    api.runs({ health, size })
    // @ts-expect-error no memory
    api.runs({ image: 'a:1', health, size: { cpu: size.cpu } })
    // @ts-expect-error no reason
    none()
    // @ts-expect-error no evidence
    constant(GiB(1))
    // @ts-expect-error no TLS decision
    publish(api.ports.http, { host: site.host })
    // @ts-expect-error no schedule
    model.cron('c', { does: 'x', area: core }).runs({ image: 'a:1', size })
  })
})

describe('order', () => {
  it('services become healthy, jobs complete', () => {
    // @ts-expect-error the completion of a service
    completed(api)
    // @ts-expect-error the health of a job
    healthy(migrate)
    // @ts-expect-error the completion of a dependency
    completed(db)
    // @ts-expect-error not a state
    api.runs({ ...body, needs: [api] })
  })

  it('only a sharded service has a list of shards', () => {
    // @ts-expect-error of a stateless service
    api.ports.http.list(' ')
    // @ts-expect-error of a stateless service
    api.ports.http.all()
  })

  it('a job has no health, replicas or public port', () => {
    // @ts-expect-error health
    migrate.runs({ image: 'a:1', size, health })
    // @ts-expect-error replicas
    migrate.runs({ image: 'a:1', size: { ...size, replicas: 2 } })
    // @ts-expect-error expose
    migrate.runs({ image: 'a:1', size, expose: [] })
  })
})

describe('secrets', () => {
  it('stay out of files, commands and plain texts', () => {
    // @ts-expect-error a file
    api.runs({ ...body, files: { '/etc/a': password } })
    // @ts-expect-error a file, inside of a text
    api.runs({ ...body, files: { '/etc/a': text`x ${password}` } })
    // @ts-expect-error a file, inside of JSON
    api.runs({ ...body, files: { '/etc/a': json({ password }) } })
    // @ts-expect-error a file, under a condition
    api.runs({ ...body, files: { '/etc/a': when(photos, password) } })
    // @ts-expect-error a file, from a dependency
    api.runs({ ...body, files: { '/etc/a': db.url() } })
    // @ts-expect-error a command
    api.runs({ ...body, command: [password] })
    // @ts-expect-error an argument
    api.runs({ ...body, args: ['--key', password] })
    // @ts-expect-error a health command
    exits0([password])
    // @ts-expect-error the host of a certificate
    secret.certificate('c', { hosts: [password] })
    // @ts-expect-error a public host
    publish(api.ports.http, { host: password, tls: certificate })
    // @ts-expect-error a text without a secret as a secret file
    api.runs({ ...body, secretFiles: { '/run/a': site.host } })
  })
})

describe('conditions', () => {
  it('are predicates, never closures, plain truths or texts', () => {
    // @ts-expect-error a closure
    when(() => true, 'x')
    // @ts-expect-error a plain truth
    when(true, 'x')
    // @ts-expect-error a text
    when(site.host, 'x')
    // @ts-expect-error nothing
    when()
    // @ts-expect-error no value
    when(photos)
    // @ts-expect-error a closure as the condition of a service
    api.runs({ ...body, when: () => true })
    // @ts-expect-error a map as a text
    void text`${site.labels}`
    all(photos, any(not(db.external), site.debug, customer.users.isAtLeast(5)))
  })

  it('cannot be combined with the operators of the language', () => {
    // @ts-expect-error a && b
    when(photos && site.debug, 'x')
    // @ts-expect-error a ? x : y
    void (photos ? 'x' : 'y')
    // @ts-expect-error if (feature)
    if (photos) void 0
    // @ts-expect-error !feature is a plain truth
    when(!photos, 'x')
  })
})

describe('units', () => {
  it('do not mix', () => {
    // @ts-expect-error cores as memory
    api.runs({ ...body, size: { cpu: size.cpu, memory: constant(cores(1), guess) } })
    // @ts-expect-error memory as cores
    api.runs({ ...body, size: { cpu: constant(GiB(1), guess), memory: size.memory } })
    // @ts-expect-error bytes as a count of replicas
    api.runs({ ...body, size: { ...size, replicas: constant(GiB(1), guess) } })
    // @ts-expect-error a number as memory
    api.runs({ ...body, size: { cpu: size.cpu, memory: 512 } })
    // @ts-expect-error a text as a duration
    get(api.ports.http, '/', { every: '5s' })
    // @ts-expect-error bytes as a duration
    get(api.ports.http, '/', { every: GiB(1) })
    // @ts-expect-error bytes and users
    customer.photos.plus(customer.users)
    // @ts-expect-error bytes compared with a number
    customer.photos.isAtLeast(5)
    // @ts-expect-error each so many bytes of users
    perUnit(customer.users, GiB(1), guess)
    // @ts-expect-error points of another load
    points(customer.users, [[GiB(1), MiB(1)]], guess)
    // @ts-expect-error a formula of another unit
    formula('cores', customer.photos, guess)
    // @ts-expect-error bytes as a variable: in which unit?
    api.runs({ ...body, env: { A: customer.photos } })
    // @ts-expect-error an alert for so many bytes
    model.monitor('m', { asks: 'x', unit: 'count', query: text`x`, pages: { above: 1, for: GiB(1), do: 'x' } })
    void minutes
  })

  it('defaults fit their settings', () => {
    // @ts-expect-error outside of the choices
    setting.choice(['low', 'high'], { title: 'x', default: 'medium' })
    // @ts-expect-error a number of bytes
    setting.bytes({ title: 'x', default: 5 })
    // @ts-expect-error cores as bytes
    setting.bytes({ title: 'x', default: cores(1) })
    // @ts-expect-error a text as a truth
    setting.boolean({ title: 'x', default: 'yes' })
    // @ts-expect-error a load in another unit
    count('Users', { default: GiB(1) })
  })
})
