import { expect, it } from 'vitest'
import * as model from './index.ts'

const { GiB, area, constant, cores, estimated, get, http, postgres, product, secret, stateless } = model
const guess = estimated('test')

it('the origin of each part is the line that declares it', () => {
  const first = Number(/index\.test\.ts:(\d+)/.exec(new Error().stack!)![1])
  const area1 = area('one', 'One')
  const surface = stateless('svc', { does: 'x', area: area1, ports: { http: http(1) } })
  const password = secret.password('pw')
  const database = postgres('pg', { holds: 'x', version: '1', area: area1 })
  const service = surface.runs({
    image: 'a:1',
    health: get(surface.ports.http, '/'),
    size: { cpu: constant(cores(1), guess), memory: constant(GiB(1), guess) },
    env: { A: password, B: database.url() },
  })
  const made = product('p', {
    version: '1',
    title: 'P',
    dependencies: [database],
    services: [service],
    targets: [{ id: 'compose' }],
  })
  const lines = Object.fromEntries(
    Object.entries(model.originsOf(made)).map(([id, { line, file }]) => [
      id,
      file.endsWith('index.test.ts') ? line - first : file,
    ]),
  )
  expect(lines).toMatchObject({ 'areas/one': 1, 'secrets/pw': 3, 'dependencies/pg': 4, 'services/svc': 5, '': 6 })
})
