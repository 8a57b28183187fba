import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installers } from './installations/index.ts'
import type { Installation } from './installations/installation.ts'
import { type Parcel, ask, askJson } from './parcels.ts'
import { until } from './program.ts'
import { temporaryFolder } from './rendering.ts'
import { sampleOf, seed } from './sample.ts'

const engines = [
  { target: 'compose', port: 18461 },
  { target: 'docker', port: 18471 },
  { target: 'kubernetes', port: 19461 },
] as const

describe.each(sampleOf(engines, 1))(
  `two instances beside each other, rendered for $target (WAYBILL_SEED=${seed})`,
  ({ target, port }) => {
    let folder: string
    let [first, second]: Installation[] = []
    let parcel: Parcel

    beforeAll(async () => {
      folder = await temporaryFolder()
      const wish = { folder, site: 'plain', photos: false } as const
      first = await installers[target]({ ...wish, id: `beside-${target}-a`, port })
      second = await installers[target]({ ...wish, id: `beside-${target}-b`, port: port + 1 })
    })

    afterAll(async () => {
      for (const each of [first, second]) await each?.destroy()
      await rm(folder, { recursive: true, force: true })
    })

    it('come up, each with data of its own', async () => {
      await first!.up()
      await second!.up()
      const order = { recipient: 'Ada', contents: 'books' }
      parcel = await until(60, () => askJson<Parcel>(second!.shop, 201, '/v1/parcels', order))
      expect((await ask(second!.shop, `/v1/parcels/${parcel.id}`)).status).toBe(200)
      expect((await ask(first!.shop, `/v1/parcels/${parcel.id}`)).status).toBe(404)
    })

    it('stay untouched when the other one is destroyed', async () => {
      const everything = async () => [...(await second!.things()), ...(await second!.data())]
      const before = await everything()
      expect(before.length).toBeGreaterThan(5)
      await first!.destroy()
      expect([...(await first!.things()), ...(await first!.data())]).toEqual([])
      expect(await everything()).toEqual(before)
      expect((await ask(second!.shop, `/v1/parcels/${parcel.id}`)).status).toBe(200)
    })
  },
)
