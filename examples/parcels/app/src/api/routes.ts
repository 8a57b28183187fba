import { randomUUID } from 'node:crypto'
import type { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { accept, readJson } from '../service/http.ts'
import { parcelId, place, scan } from '../store/scan.ts'
import { newParcelId, type Parcel, type Parcels } from './parcels.ts'
import { photoType, type Pictures } from './pictures.ts'
import { newSession, sessionOf } from './session.ts'
import { shardFor } from './shards.ts'
import type { Stores } from './stores.ts'

const text = (longest: number) =>
  z.string('is missing').trim().min(1, 'is empty').max(longest, `is longer than ${longest} characters`)
const newParcel = z.object({ recipient: text(200), contents: text(500), photo: z.base64().optional() })
const newScan = z.object({ place })

const photoBytes = 5 * 1024 * 1024
const cookie = 'parcels_session'
const off = () => new HTTPException(404, { message: 'Photos are switched off here.' })

export type ApiParts = {
  parcels: Parcels
  stores: Pick<Stores, 'count' | 'add' | 'of'>
  /** Puts mail to the recipient into the queue. */
  announce: (parcel: string) => Promise<void>
  /** Counts a visit and says how many there were. */
  visit: (session: string) => Promise<number>
  pictures: Pictures | undefined
  sessionKey: string
  publicUrl: string | undefined
}

/** The public part under /v1, and /internal, which no proxy may expose. */
export function addApi(app: Hono, parts: ApiParts): void {
  const { parcels, stores, pictures } = parts
  const secure = parts.publicUrl?.startsWith('https:') ?? false

  const find = async (id: string): Promise<Parcel> => {
    const parcel = await parcels.find(accept(parcelId, id))
    if (!parcel) throw new HTTPException(404, { message: 'No parcel has this number.' })
    return parcel
  }

  app.use('/v1/*', bodyLimit({ maxSize: photoBytes * 1.4 + 8192 }))

  app.get('/v1/features', (c) => c.json({ photos: pictures !== undefined }))

  app.get('/v1/session', async (c) => {
    let session = sessionOf(getCookie(c, cookie), parts.sessionKey)
    if (!session) {
      const fresh = newSession(parts.sessionKey)
      session = fresh.id
      setCookie(c, cookie, fresh.cookie, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 30 * 86_400, secure })
    }
    return c.json({ visits: await parts.visit(session) })
  })

  app.post('/v1/parcels', async (c) => {
    const { recipient, contents, photo } = accept(newParcel, await readJson(c.req))
    const id = newParcelId()
    let type: string | null = null
    if (photo) {
      if (!pictures) throw off()
      const bytes = Uint8Array.from(Buffer.from(photo, 'base64'))
      if (bytes.length > photoBytes) throw new HTTPException(413, { message: 'A photo may have 5 MiB.' })
      type = photoType(bytes) ?? null
      if (!type) throw new HTTPException(422, { message: 'photo: is not a JPEG, PNG, GIF or WebP picture' })
      await pictures.put(id, bytes, type)
    }
    await parcels.insert({ id, recipient, contents, photoType: type, shard: shardFor(id, stores.count) })
    await parts.announce(id)
    const location = `${parts.publicUrl ?? ''}/v1/parcels/${id}`
    return c.json({ id }, 201, { location })
  })

  app.get('/v1/parcels/:id', async (c) => {
    const { shard, photoType: photo, ...parcel } = await find(c.req.param('id'))
    const scans = (await stores.of(shard, parcel.id)).map((one) => ({ place: one.place, at: one.at }))
    return c.json({ ...parcel, photo: photo && pictures ? `/v1/parcels/${parcel.id}/photo` : null, scans })
  })

  app.get('/v1/parcels/:id/photo', async (c) => {
    if (!pictures) throw off()
    const parcel = await find(c.req.param('id'))
    const body = parcel.photoType ? await pictures.get(parcel.id) : undefined
    if (!body || !parcel.photoType) throw new HTTPException(404, { message: 'This parcel has no photo.' })
    return c.body(body, 200, {
      'content-type': parcel.photoType,
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600',
    })
  })

  app.post('/v1/parcels/:id/scans', async (c) => {
    const parcel = await find(c.req.param('id'))
    const seen = accept(newScan, await readJson(c.req))
    const one = { id: randomUUID(), parcel: parcel.id, place: seen.place, at: new Date().toISOString() }
    await stores.add(parcel.shard, one)
    return c.json({ place: one.place, at: one.at }, 201)
  })

  app.post('/internal/scans', async (c) => {
    const one = accept(scan, await readJson(c.req))
    await parcels.seen(one.parcel, one.place, one.at)
    return c.body(null, 204)
  })
}
