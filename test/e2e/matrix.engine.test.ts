import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExternalPostgres, startExternalPostgres } from './external-postgres.ts'
import { installers } from './installations/index.ts'
import { type Installation, type SiteKind, mirrorPath } from './installations/installation.ts'
import { mirrorImage } from './mirror.ts'
import { type Parcel, ask, askJson, photo } from './parcels.ts'
import { mustRun, until } from './program.ts'
import { registry, temporaryFolder } from './rendering.ts'
import { sampleOf, seed } from './sample.ts'

type Target = keyof typeof installers

/** Every target, with the database of the product and with one that the customer brings, on both kinds of site. */
const combinations = (Object.keys(installers) as Target[]).flatMap((target) =>
  (['bundled', 'external'] as const).flatMap((mode) =>
    (['plain', 'strict'] satisfies SiteKind[]).map((site) => ({ target, mode, site })),
  ),
)

/** Some of the targets, with one combination each. */
const sampled =
  process.env['WAYBILL_FULL'] === '1'
    ? combinations
    : sampleOf([...Map.groupBy(combinations, ({ target }) => target).values()], 3).flatMap((each) => sampleOf(each, 1))

describe.each(sampled)(
  `Parcels from $target with $mode Postgres on a $site site (WAYBILL_SEED=${seed})`,
  ({ target, mode, site }) => {
    const port =
      18500 + combinations.findIndex((each) => each.target === target && each.mode === mode && each.site === site)
    let folder: string
    let database: ExternalPostgres | undefined
    let installation: Installation
    let parcel: Parcel

    beforeAll(async () => {
      folder = await temporaryFolder()
      if (mode === 'external') database = await startExternalPostgres(folder, port + 100)
      const id = `matrix-${target}-${mode}-${site}`
      const wish = { id, port, folder, site, photos: true, ...(database && { database }) }
      if (site === 'strict') await fillMirror()
      installation = await installers[target](wish)
    })

    afterAll(async () => {
      await installation?.destroy()
      await database?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    it('comes up and takes a parcel through the edge', async () => {
      await installation.up()
      const order = { recipient: 'Ada', contents: 'books', photo }
      parcel = await until(60, () => askJson<Parcel>(installation.shop, 201, '/v1/parcels', order))
      expect((await ask(installation.shop, `/v1/parcels/${parcel.id}/photo`)).status).toBe(200)
    })

    it('keeps its data when everything is made anew', async () => {
      const before = await installation.things()
      await installation.restart()
      expect(await installation.things()).not.toEqual(before)
      const read = await until(60, () => askJson<Parcel>(installation.shop, 200, `/v1/parcels/${parcel.id}`))
      expect(read.recipient).toBe('Ada')
      expect((await until(60, () => ask(installation.shop, `/v1/parcels/${parcel.id}/photo`))).status).toBe(200)
    })

    it('leaves nothing but its data, and then nothing', async () => {
      await installation.down()
      await until(120, async () => {
        const left = await installation.things()
        if (left.length > 0) throw new Error(`left: ${left.join(', ')}`)
      })
      expect((await installation.data()).length).toBeGreaterThan(0)
      await installation.destroy()
      expect(await installation.data()).toEqual([])
    })
  },
)

/** The strict site pulls from a mirror, which holds every image of the registry under another path. */
async function fillMirror(): Promise<void> {
  const { repositories } = JSON.parse(await mustRun('curl', ['-fsS', `http://${registry}/v2/_catalog`])) as {
    repositories: string[]
  }
  for (const repository of repositories.filter((name) => /^(parcels|library|minio)\//.test(name))) {
    const { tags } = JSON.parse(await mustRun('curl', ['-fsS', `http://${registry}/v2/${repository}/tags/list`])) as {
      tags: string[]
    }
    for (const tag of tags.filter((each) => !each.startsWith('in-'))) {
      await mirrorImage(registry, mirrorPath, `${repository}:${tag}`)
    }
  }
}
