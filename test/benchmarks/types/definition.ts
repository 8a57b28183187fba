/** A product that says nothing: what the compiler and the libraries cost alone. */
export const emptyDefinition = {
  'product.ts': `import { product } from '@waybill/model'\nexport default product('empty', { version: '1', title: 'Empty', services: [], targets: [] })\n`,
}

/** A generated product as authors split a large one: surfaces in one file, bodies by area, and one file that joins them. */
export function definitionFiles(services: number): Readonly<Record<string, string>> {
  const perArea = 5
  const areas = Math.ceil(services / perArea)
  const ids = (area: number) => range(services).slice(area * perArea, (area + 1) * perArea)
  return {
    'surface.ts': surface(services, areas),
    ...Object.fromEntries(range(areas).map((area) => [`areas/area-${area}.ts`, areaFile(area, ids(area), services)])),
    'product.ts': productFile(areas),
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

function surface(services: number, areas: number): string {
  return [
    `import { GiB, area, count, estimated, feature, http, load, postgres, redis, secret, setting, settings, sharded, size, stateless } from '@waybill/model'`,
    `export const customer = load({ users: count('Users', { default: 100 }), data: size('Data', { default: GiB(1) }) })`,
    `export const site = settings('site', 'Site', { host: setting.hostname({ title: 'Host', required: true }), level: setting.choice(['low', 'high'], { title: 'Level', default: 'low' }) })`,
    `export const extra = feature('extra', { title: 'Extra', help: 'More of it.' })`,
    `export const key = secret.password('key')`,
    `export const soak = estimated('a benchmark')`,
    ...range(areas).map((area) => `export const area${area} = area('area-${area}', 'Area ${area}')`),
    `export const db = postgres('db', { holds: 'rows', version: '>=15', area: area0 })`,
    `export const cache = redis('cache', { holds: 'sessions', version: '>=7', area: area0 })`,
    ...range(services).map((i) => {
      const kind = i % 5 === 0 ? 'sharded' : 'stateless'
      return `export const service${i} = ${kind}('service-${i}', { does: 'Does part ${i}', area: area${Math.floor(i / 5)}, ports: { http: http(8080), metrics: http(9090) } })`
    }),
    '',
  ].join('\n')
}

function areaFile(area: number, services: readonly number[], all: number): string {
  const bodies = services.map((i) => {
    const other = (step: number) => `service${(i + step) % all}`
    const sharded = `service${(Math.floor(i / 5) * 5 + 5) % all}`
    return `  s.service${i}.runs({
    image: 'product/service-${i}:1.0.0',
    env: {
      A: s.${other(1)}.ports.http.url(),
      B: s.${other(2)}.ports.http.hostPort(),
      C: s.${sharded}.ports.http.list(' '),
      D: s.db.url(),
      E: when(s.extra, s.${other(3)}.ports.http.url('/x')),
      F: text\`https://\${s.site.host}/\${s.customer.users}\`,
      G: s.key,
      H: json({ peers: s.${sharded}.ports.http.all('url'), level: s.site.level }),
    },
    needs: [healthy(s.db), started(s.${other(1)})],
    health: { ready: get(s.service${i}.ports.http, '/ready', { every: seconds(5) }), live: get(s.service${i}.ports.http, '/live') },
    scratch: { '/tmp': scratch(MiB(64)) },
    metrics: { port: s.service${i}.ports.metrics },
    size: { cpu: constant(cores(0.25), s.soak), memory: points(s.customer.users, [[100, MiB(128)], [5000, MiB(512)]], s.soak), replicas: perUnit(s.customer.users, 1000, s.soak) },
  }),`
  })
  return [
    `import { MiB, constant, cores, get, healthy, json, perUnit, points, scratch, seconds, started, text, when } from '@waybill/model'`,
    `import * as s from '../surface.ts'`,
    `export const area${area} = [`,
    ...bodies,
    ']',
    '',
  ].join('\n')
}

function productFile(areas: number): string {
  return [
    `import { product } from '@waybill/model'`,
    `import { compose, kubernetes } from '@waybill/generate/targets'`,
    `import { cache, customer, db, extra, site } from './surface.ts'`,
    ...range(areas).map((area) => `import { area${area} } from './areas/area-${area}.ts'`),
    `export default product('large', {`,
    `  version: '1.0.0', title: 'Large', load: customer, settings: [site], features: [extra], dependencies: [db, cache],`,
    `  services: [${range(areas)
      .map((area) => `...area${area}`)
      .join(', ')}],`,
    `  targets: [kubernetes({ versions: '1.29-1.35' }), compose()],`,
    '})',
    '',
  ].join('\n')
}
