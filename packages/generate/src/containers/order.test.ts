import type { DeployedService } from '@waybill/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { service } from './fixtures/parcels.ts'
import { type StartOrder, planOrder as planOrderOf } from './order.ts'

type Need = DeployedService['needs'][number]
const completed = (on: string): Need => ({ on, state: 'completed' })
const healthy = (on: string): Need => ({ on, state: 'healthy' })
const started = (on: string): Need => ({ on, state: 'started' })
const runs = (id: string, ...needs: Need[]) => service(id, { needs })
const job = (id: string, ...needs: Need[]) => service(id, { kind: 'job', needs })

/** As Compose has it, which fails when a one-shot ends that nobody waits for. */
const planOrder = (running: Parameters<typeof planOrderOf>[0], checked: ReadonlySet<string>) =>
  planOrderOf(running, checked, { awaitsOneShots: false })

const shown = ({ waits }: StartOrder) =>
  [...waits].flatMap(([id, all]) => all.map(({ on, condition }) => `${id} ${condition.replace('service_', '')} ${on}`))

describe('planOrder', () => {
  test('writes what is needed as conditions', () => {
    const order = planOrder(
      [runs('db'), job('migrate', healthy('db')), runs('api', completed('migrate'), started('db'))],
      new Set(['db']),
    )
    expect(shown(order)).toEqual(['migrate healthy db', 'api completed_successfully migrate', 'api started db'])
    expect(order.losses).toEqual([])
  })

  test('waits for the start of what has no health check, and says so', () => {
    const order = planOrder([runs('db'), runs('api', healthy('db'))], new Set())
    expect(shown(order)).toEqual(['api started db'])
    expect(order.losses).toMatchObject([
      { loss: 'startOrder.healthy', at: 'services/api/needs/db', severity: 'degraded' },
    ])
  })

  test('does not wait for what has no container', () => {
    const order = planOrder([service('db', { replicas: 0 }), runs('api', started('db'), started('gone'))], new Set())
    expect(shown(order)).toEqual([])
  })

  test.each([
    ['the first service that it does not need', [runs('b'), runs('a'), job('seed')], 'a', 'note'],
    ['not one that it needs', [runs('a'), runs('b'), job('seed', started('a'))], 'b', 'note'],
    [
      'not one that it needs by way of another',
      [runs('a'), runs('b', started('a')), runs('c'), job('seed', started('b'))],
      'c',
      'note',
    ],
    ['one that only waits for its start so far', [runs('a', started('seed')), job('seed')], 'a', 'note'],
    ['not a service that runs at times only', [service('a', { kind: 'cron' }), runs('b'), job('seed')], 'b', 'note'],
    ['not a service without containers', [service('a', { replicas: 0 }), runs('b'), job('seed')], 'b', 'note'],
    ['nothing when it needs everything', [runs('a'), job('seed', started('a'))], undefined, 'degraded'],
  ])('a one-shot that nobody needs is awaited by %s', (_, services, dependant, severity) => {
    const order = planOrder(services, new Set())
    expect(order.losses).toMatchObject([{ loss: 'startOrder.oneShot', severity }])
    const waiting = shown(order).filter((wait) => wait.endsWith('completed_successfully seed'))
    expect(waiting).toEqual(dependant === undefined ? [] : [`${dependant} completed_successfully seed`])
  })

  test('makes no circle, whatever needs what, and leaves no one-shot out without saying so', () => {
    const kinds = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 })
    const needs = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 })
    fc.assert(
      fc.property(kinds, needs, (oneShots, pairs) => {
        const services = oneShots.map((oneShot, index) => {
          const on = pairs.filter(([from, to]) => from === index && to < index).map(([, to]) => started(`s${to}`))
          return oneShot ? job(`s${index}`, ...on) : runs(`s${index}`, ...on)
        })
        const { waits, losses } = planOrder(services, new Set())
        const all = [...waits.values()].flat()
        for (const { id } of services.filter(({ kind }) => kind === 'job')) {
          const awaited = all.some(({ on, condition }) => on === id && condition === 'service_completed_successfully')
          expect(
            awaited || losses.some(({ at, severity }) => at === `services/${id}/completion` && severity === 'degraded'),
          ).toBe(true)
        }
        expect(isAcyclic(waits)).toBe(true)
      }),
    )
  })
})

function isAcyclic(waits: StartOrder['waits']): boolean {
  const left = new Map([...waits].map(([id, all]) => [id, new Set(all.map(({ on }) => on))]))
  for (;;) {
    const free = [...left].filter(([, on]) => [...on].every((each) => !left.has(each))).map(([id]) => id)
    if (free.length === 0) return left.size === 0
    for (const id of free) left.delete(id)
  }
}
