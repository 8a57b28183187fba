import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Specification } from '../../containers/specification.ts'
import { wavesOf } from './waves.ts'

const needing = (...needs: string[]): Specification => ({
  image: 'i',
  restart: 'no',
  user: '1:1',
  labels: {},
  logging: { driver: 'json-file', options: {} },
  depends_on: Object.fromEntries(needs.map((name) => [name, { condition: 'service_started' as const }])),
})

test('puts whoever needs another into a later group', () => {
  expect(wavesOf({ api: needing('db', 'migrate'), db: needing(), migrate: needing('db'), web: needing() })).toEqual([
    ['db', 'web'],
    ['migrate'],
    ['api'],
  ])
})

test('has everybody once, after all that they need', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f']
  // a need always points to a smaller name, so that there is no circle
  const needs = fc.tuple(...names.map((_, i) => fc.subarray(names.slice(0, i))))
  fc.assert(
    fc.property(needs, (all) => {
      const containers = Object.fromEntries(names.map((name, i) => [name, needing(...(all[i] ?? []))]).toReversed())
      const waves = wavesOf(containers)
      expect(waves.flat().toSorted()).toEqual(names)
      const place = (name: string) => waves.findIndex((wave) => wave.includes(name))
      for (const [i, name] of names.entries())
        for (const need of all[i] ?? []) expect(place(need)).toBeLessThan(place(name))
    }),
  )
})
