import { expect, it } from 'vitest'
import * as model from './index.ts'

const { GiB, area, constant, cores, estimated, get, http, postgres, product, secret, stateless } = model
const guess = estimated('test')
const size = { cpu: constant(cores(1), guess), memory: constant(GiB(1), guess) }

// The file stands outside of the folder of the builders, as the files of authors do.
it('the origin of each part is the line that declares it', () => {
  const first = Number(/index\.test\.ts:(\d+)/.exec(new Error().stack!)![1])
  const core = area('one', 'One')
  const surface = stateless('svc', { does: 'x', area: core, ports: { http: http(1) } })
  const password = secret.password('pw')
  const database = postgres('pg', { holds: 'x', version: '1', area: core })
  const env = { A: password, B: database.url() }
  const service = surface.runs({ image: 'a:1', env, health: get(surface.ports.http, '/'), size })
  const made = product('p', { version: '1', title: 'P', services: [service], targets: [{ id: 'compose' }] })
  const lines = Object.entries(model.originsOf(made)).map(([id, { file, line }]) => {
    expect(file).toMatch(/index\.test\.ts$/)
    return [id, line - first]
  })
  expect(Object.fromEntries(lines)).toEqual({
    'areas/one': 1,
    'secrets/pw': 3,
    'secrets/pg-password': 4,
    'volumes/pg-data': 4,
    'dependencies/pg': 4,
    'services/svc': 6,
    '': 7,
  })
})
