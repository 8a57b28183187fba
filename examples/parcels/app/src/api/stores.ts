import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { call } from '../service/http.ts'
import type { Service } from '../service/service.ts'
import { type Scan, scan } from '../store/scan.ts'

const scans = z.object({ scans: z.array(scan) })

/** The store shards; both answer 503 when the shard that is asked for is missing or does not answer. */
export function createStores(service: Service, addresses: readonly string[]) {
  const ask = async (shard: number, path: string, init: RequestInit = {}): Promise<unknown> => {
    const base = addresses[shard]
    if (!base)
      throw new HTTPException(503, { message: `Shard ${shard} is not among the ${addresses.length} in STORES.` })
    try {
      const response = await call(service, base + path, init)
      if (!response.ok) throw new Error(`answers ${response.status}`)
      return await response.json()
    } catch (error) {
      service.log.warn({ err: error, shard }, 'a store does not answer')
      throw new HTTPException(503, { message: `The scans in shard ${shard} cannot be reached now.` })
    }
  }
  return {
    count: addresses.length,
    add: (shard: number, one: Scan) =>
      ask(shard, '/scans', {
        method: 'POST',
        body: JSON.stringify(one),
        headers: { 'content-type': 'application/json' },
      }),
    of: async (shard: number, parcel: string): Promise<Scan[]> =>
      scans.parse(await ask(shard, `/scans?parcel=${parcel}`)).scans,
  }
}
export type Stores = ReturnType<typeof createStores>
