import { expect, test } from 'vitest'
import { newParcelId } from './parcels.ts'
import { parseStores, shardFor } from './shards.ts'

test('the list keeps its order', () => {
  expect(parseStores(' store-0.store:7000  store-1.store:7000\n[::1]:7002 ')).toEqual([
    'http://store-0.store:7000',
    'http://store-1.store:7000',
    'http://[::1]:7002',
  ])
})
test.each(['store-0', 'http://store-0:7000', 'store-0:7000/x'])('"%s" is not host:port', (item) =>
  expect(() => parseStores(item)).toThrow('is not host:port'),
)
test('the shard of a parcel never changes, and every shard gets its part', () => {
  expect(shardFor('P0123456789AB', 3)).toBe(shardFor('P0123456789AB', 3))
  const counts = [0, 0, 0, 0]
  for (let i = 0; i < 4000; i += 1) counts[shardFor(newParcelId(), 4)]! += 1
  expect(Math.min(...counts)).toBeGreaterThan(800)
})
