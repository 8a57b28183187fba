import { expect, test } from 'vitest'
import { createApp } from '../service/http.ts'
import { testService } from '../service/service-for-test.ts'
import type { Scan } from '../store/scan.ts'
import type { Parcel } from './parcels.ts'
import type { Pictures } from './pictures.ts'
import { addApi, type ApiParts } from './routes.ts'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** The api with its neighbours in memory. */
function api(over: Partial<ApiParts> = {}) {
  const rows = new Map<string, Parcel>()
  const scans: Scan[] = []
  const announced: string[] = []
  const app = createApp(testService())
  addApi(app, {
    parcels: {
      insert: async (row) =>
        void rows.set(row.id, { ...row, createdAt: new Date(0), notifiedAt: null, lastPlace: null }),
      find: async (id) => rows.get(id),
      seen: async (id, place) => void rows.set(id, { ...rows.get(id)!, lastPlace: place }),
    },
    stores: {
      count: 2,
      add: async (_shard, one) => scans.push(one),
      of: async (_shard, parcel) => scans.filter((one) => one.parcel === parcel),
    },
    announce: async (parcel) => void announced.push(parcel),
    visit: async () => 1,
    pictures: undefined,
    sessionKey: 'a key for tests only',
    publicUrl: 'https://parcels.example',
    ...over,
  })
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await app.request(path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) })
    return {
      status: response.status,
      headers: response.headers,
      body: await response.json().catch(() => null),
    }
  }
  const parcel = async () =>
    (await send('POST', '/v1/parcels', { recipient: 'ada@example.org', contents: 'books' })).body.id as string
  return { send, parcel, announced, app }
}

test('a parcel is made, announced, scanned and read back', async () => {
  const { send, announced } = api()
  const made = await send('POST', '/v1/parcels', { recipient: ' ada@example.org ', contents: 'books' })
  const id = made.body.id as string
  expect(made.status).toBe(201)
  expect(made.headers.get('location')).toBe(`https://parcels.example/v1/parcels/${id}`)
  expect(announced).toEqual([id])
  const scanned = await send('POST', `/v1/parcels/${id}/scans`, { place: 'Depot' })
  expect(scanned).toMatchObject({ status: 201, body: { place: 'Depot' } })
  expect(await send('GET', `/v1/parcels/${id}`)).toMatchObject({
    status: 200,
    body: {
      id,
      recipient: 'ada@example.org',
      contents: 'books',
      photo: null,
      scans: [{ place: 'Depot', at: scanned.body.at }],
    },
  })
})

test('a store tells where a parcel was seen last', async () => {
  const { send, parcel } = api()
  const id = await parcel()
  const scan = { id: crypto.randomUUID(), parcel: id, place: 'Harbour', at: new Date().toISOString() }
  expect((await send('POST', '/internal/scans', scan)).status).toBe(204)
  expect((await send('GET', `/v1/parcels/${id}`)).body.lastPlace).toBe('Harbour')
})

test.each([
  ['POST', '/v1/parcels', { contents: '' }, 422, 'recipient: is missing; contents: is empty'],
  ['POST', '/v1/parcels', undefined, 400, 'not JSON'],
  ['POST', '/v1/parcels', { recipient: 'a', contents: 'b', photo: png }, 404, 'switched off'],
  ['GET', '/v1/parcels/P0123456789AB', undefined, 404, 'No parcel'],
  ['GET', '/v1/parcels/x', undefined, 422, 'not the number of a parcel'],
  ['POST', '/v1/parcels/P0123456789AB/scans', { place: 'x' }, 404, 'No parcel'],
  ['GET', '/v1/parcels/P0123456789AB/photo', undefined, 404, 'switched off'],
  ['POST', '/internal/scans', { parcel: 'x' }, 422, 'parcel'],
  ['GET', '/elsewhere', undefined, 404, 'nothing here'],
])('%s %s answers a mistake', async (method, path, body, status, error) => {
  const answer = await api().send(method, path, body)
  expect(answer.status).toBe(status)
  expect(answer.body.error).toContain(error)
})

test('a photo goes to the object store and comes back with its type', async () => {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>()
  const pictures: Pictures = {
    put: async (id, bytes) => void kept.set(id, bytes),
    get: async (id) => (kept.has(id) ? new Blob([kept.get(id)!]).stream() : undefined),
  }
  const { send, app } = api({ pictures })
  const made = await send('POST', '/v1/parcels', { recipient: 'a', contents: 'b', photo: png })
  const parcel = `/v1/parcels/${made.body.id as string}`
  const photo = `${parcel}/photo`
  expect((await send('GET', parcel)).body.photo).toBe(photo)
  const answer = await app.request(photo)
  expect(answer.headers.get('content-type')).toBe('image/png')
  expect(Buffer.from(await answer.arrayBuffer()).toString('base64')).toBe(png)
  const text = await send('POST', '/v1/parcels', { recipient: 'a', contents: 'b', photo: btoa('just text') })
  expect(text).toMatchObject({ status: 422, body: { error: expect.stringContaining('photo') } })
})

test('a visitor keeps the session, in a cookie that only TLS carries', async () => {
  const sessions: string[] = []
  const { app } = api({ visit: async (session) => sessions.push(session) })
  const first = await app.request('/v1/session')
  const cookie = first.headers.get('set-cookie')!
  expect(cookie).toMatch(/HttpOnly.*Secure.*SameSite=Lax/)
  const second = await app.request('/v1/session', { headers: { cookie: cookie.split(';')[0]! } })
  expect(second.headers.get('set-cookie')).toBeNull()
  expect(sessions[1]).toBe(sessions[0])
})

test('ready only when nothing is missing', async () => {
  const service = testService()
  const app = createApp(service)
  let state: true | string = 'refused'
  service.needs('database', () => state)
  expect((await app.request('/ready')).status).toBe(503)
  expect(await (await app.request('/ready')).json()).toEqual({ ready: false, missing: { database: 'refused' } })
  state = true
  expect((await app.request('/ready')).status).toBe(200)
})
