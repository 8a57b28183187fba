import fc from 'fast-check'
import type { DeployedService, Expression } from '@waybill/model'
import { describe, expect, it } from 'vitest'
import { deployment, service } from '../../containers/fixtures/parcels.ts'
import { allocatePorts } from './ports.ts'
import { unitsOf } from './units.ts'

type Port = DeployedService['ports'][number]

const tcp = (id: string, number: number): Port => ({ id, number, protocol: 'tcp' })
const toldOf = (id: string, ports: readonly Port[]): DeployedService['env'] =>
  ports.map((port) => ({
    name: `PORT_${port.id.toUpperCase()}`,
    value: { op: 'address', service: id, port: port.id, form: 'port' } satisfies Expression,
  }))

const allocate = (...services: DeployedService[]) => {
  const all = deployment({ services })
  return allocatePorts(all, services.flatMap(unitsOf))
}

describe('port numbers', () => {
  it('stay as they are declared where nobody else has them', () => {
    const ports = allocate(service('a', { ports: [tcp('http', 80)] }), service('b', { ports: [tcp('http', 81)] }))
    expect([ports.number('a', 'http'), ports.number('b', 'http')]).toEqual([80, 81])
    expect({ moved: ports.moved, problems: ports.problems }).toEqual({ moved: [], problems: [] })
  })

  it('move for a service that reads its own from a variable', () => {
    const metrics = [tcp('metrics', 9090)]
    const ports = allocate(
      service('a', { ports: metrics, env: toldOf('a', metrics) }),
      service('b', { ports: metrics }),
    )
    expect([ports.number('a', 'metrics'), ports.number('b', 'metrics')]).toEqual([20_000, 9090])
    expect(ports.moved.map(({ unit, port }) => `${unit.name}.${port}`)).toEqual(['a.metrics'])
    expect(ports.problems).toEqual([])
  })

  it('that two need and neither can change are a problem that names both and what to do', () => {
    const ports = allocate(service('a', { ports: [tcp('http', 80)] }), service('b', { ports: [tcp('web', 80)] }))
    expect(ports.problems).toMatchObject([
      {
        code: 'WB5010',
        path: ['services', 'b', 'ports', 'web'],
        params: { number: 80, first: 'a.http', second: 'b.web', reference: 'b.ports.web.number()' },
      },
    ])
  })

  it('are different for each shard, and each is told its own', () => {
    const rpc = [tcp('rpc', 7000)]
    const store = service('store', { kind: 'sharded', replicas: 3, ports: rpc, env: toldOf('store', rpc) })
    const ports = allocate(store)
    const units = unitsOf(store)
    const own = units.map((unit) => ports.address({ op: 'address', service: 'store', port: 'rpc', form: 'port' }, unit))
    const named = units.map((_, shard) =>
      ports.address({ op: 'address', service: 'store', port: 'rpc', form: 'hostPort', shard }),
    )
    expect(own).toEqual(['7000', '20000', '20001'])
    expect(named).toEqual(['127.0.0.1:7000', '127.0.0.1:20000', '127.0.0.1:20001'])
  })

  it('of TCP and UDP do not meet', () => {
    const udp: Port = { id: 'dns', number: 53, protocol: 'udp' }
    expect(allocate(service('a', { ports: [tcp('dns', 53), udp] })).problems).toEqual([])
  })

  it('of the edge give way', () => {
    const { edge } = allocate(service('a', { ports: [tcp('one', 8080), tcp('two', 2015)] }))
    expect(edge).toEqual({ http: 20_000, https: 8443, health: 20_001 })
  })

  it('belong to one process each, or there is a problem', () => {
    const choice = fc.record({
      number: fc.integer({ min: 1, max: 5 }),
      told: fc.boolean(),
      copies: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(choice, { maxLength: 8 }), (choices) => {
        const services = choices.map(({ number, told, copies }, i) => {
          const ports = [tcp('p', number)]
          const env = told ? toldOf(`s${i}`, ports) : []
          return service(`s${i}`, { kind: 'sharded', replicas: copies, ports, env })
        })
        const found = allocate(...services)
        const numbers = services.flatMap(unitsOf).map(({ name }) => found.number(name, 'p'))
        const given = [...numbers.filter((each) => each !== 0), ...Object.values(found.edge)]
        expect(new Set(given).size).toBe(given.length)
        expect(numbers.filter((each) => each === 0).length).toBe(found.problems.length)
      }),
    )
  })
})
