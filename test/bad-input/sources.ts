import type { BadInstance } from './instances.ts'

/** Mistakes in a `product.ts` that a compiler does not see, or that somebody without one makes: edits of Parcels' text. */
export const sources: readonly BadInstance[] = [
  {
    name: 'an unknown key',
    edit: [["args: ['node', '/app/src/migrate.ts', 'up']", "arg: ['node', '/app/src/migrate.ts', 'up']"]],
    found: [['WB1001', "arg: ['node'"]],
  },
  {
    name: 'an unknown key of a surface',
    edit: [["stateless('web', {", "stateless('web', { prots: {},"]],
    found: [['WB1001', 'web.runs({']],
  },
  {
    name: 'a reference in a plain template',
    edit: [['PUBLIC_URL: text`https', 'PUBLIC_URL: `https']],
    found: [['WB1006', 'PUBLIC_URL: `https']],
  },
  {
    name: 'a closure',
    edit: [["NOTIFY_URL: api.ports.http.url('/internal/scans')", "NOTIFY_URL: (() => 'http://api') as never"]],
    found: [['WB1004', 'NOTIFY_URL']],
  },
  {
    name: 'a port instead of its address',
    edit: [["API_URL: api.ports.http.url('/v1')", 'API_URL: api.ports.http as never']],
    found: [['WB1004', 'API_URL']],
  },
  {
    name: 'a probe of the port of another service',
    edit: [["live: get(web.ports.http, '/live'),", "live: get(api.ports.http, '/live'),"]],
    found: [['WB1201', 'web.runs']],
  },
  {
    name: 'a quantity finer than its unit',
    edit: [['constant(cores(0.1), guess)', 'constant(cores(0.0001), guess)']],
    found: [['WB1005', 'cores(0.0001)']],
  },
  {
    name: 'a secret in a command',
    edit: [["args: ['node', '/app/src/migrate.ts'", "args: ['node', sessionKey as never, '/app/src/migrate.ts'"]],
    found: [['WB1206', 'args:']],
  },
  {
    name: 'a cycle of waiting',
    edit: [
      [
        'needs: [healthy(db), healthy(cache), completed(migrate)],',
        'needs: [healthy(db), healthy(cache), completed(migrate), healthy(web)],',
      ],
      ['    expose: [publish(web', '    needs: [healthy(api)],\n    expose: [publish(web'],
    ],
    found: [['WB1202', 'needs: ']],
  },
  {
    name: 'text that is no TypeScript',
    edit: [['const services = [', 'const services = [[']],
    found: [['WB1008', '']],
  },
  {
    name: 'an error of its own',
    edit: [['// How each part runs', "throw new Error('not today')"]],
    found: [['WB1008', 'not today']],
  },
  {
    name: 'no default export',
    edit: [['export default product(', 'export const it = product(']],
    found: [['WB1008', '']],
  },
  {
    name: 'a default export that is no product',
    edit: [["export default product('parcels', {", "export default Object.assign({}, product)\nproduct('parcels', {"]],
    found: [['WB1008', '']],
  },
  { name: 'an import that does not exist', edit: [['MiB,', 'MiBB,']], found: [['WB1008', '']] },
  {
    name: 'a package that does not exist',
    edit: [["'@waybill/model'", "'@waybill/modell'"]],
    found: [['WB1008', '@waybill/modell']],
  },
  { name: 'a clock', edit: [["version: '1.0.0',", 'version: `1.0.${Date.now()}`,']], found: [['WB1007', 'version:']] },
  {
    name: 'chance',
    edit: [["title: 'Parcels',", 'title: `Parcels ${Math.random()}`,']],
    found: [['WB1007', 'title:']],
  },
]
