import { expect, test } from 'vitest'
import { createApp } from '../service/http.ts'
import { testService } from '../service/service-for-test.ts'
import { addPages, type AskApi } from './routes.ts'

const view = {
  id: 'P0123456789AB',
  recipient: 'ada@example.org',
  contents: '<script>alert(1)</script>',
  createdAt: '2026-01-02T03:04:05.678Z',
  notifiedAt: null,
  photo: null,
  scans: [{ place: 'Depot & Harbour', at: '2026-01-03T03:04:05.678Z' }],
}
const pages = (ask: AskApi) => {
  const app = createApp(testService())
  addPages(app, ask)
  return app
}

test('a page shows what the api says, and what people wrote stays text', async () => {
  const app = pages(async () => Response.json(view))
  const answer = await app.request('/parcels/P0123456789AB')
  const page = await answer.text()
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(page).toContain('Depot &amp; Harbour')
  expect(page).not.toContain('<script')
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('the form offers a photo only where the api keeps photos', async () => {
  const home = async (photos: boolean) => {
    const app = pages(async (path) => Response.json(path === '/features' ? { photos } : { visits: 3 }))
    return (await app.request('/')).text()
  }
  expect(await home(true)).toContain('type="file"')
  expect(await home(false)).not.toContain('type="file"')
  expect(await home(false)).toContain('visit number 3')
})

test('sending a parcel ends at its page', async () => {
  let sent: unknown
  const app = pages(async (_path, init) => {
    sent = JSON.parse(init?.body as string)
    return Response.json({ id: view.id }, { status: 201 })
  })
  const body = new FormData()
  body.set('recipient', 'ada@example.org')
  body.set('contents', 'books')
  const answer = await app.request('/parcels', { method: 'POST', body })
  expect(sent).toEqual({ recipient: 'ada@example.org', contents: 'books' })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, `/parcels/${view.id}`])
})

test('a parcel number is tracked as people type it', async () => {
  const answer = await pages(async () => Response.json({})).request('/track?id=%20p0123456789ab')
  expect(answer.headers.get('location')).toBe('/parcels/P0123456789AB')
})

test.each([
  [
    'refuses',
    async () => Response.json({ error: 'No parcel has this number.' }, { status: 404 }),
    404,
    'No parcel has this number.',
  ],
  ['fails', async () => Response.json({ error: 'x' }, { status: 503 }), 502, 'That did not work'],
  ['is away', async () => Promise.reject(new Error('refused')), 502, 'cannot be reached'],
] satisfies [string, AskApi, number, string][])('a page says so when the api %s', async (_what, ask, status, text) => {
  const answer = await pages(ask).request('/parcels/P0123456789AB')
  expect(answer.status).toBe(status)
  expect(await answer.text()).toContain(text)
})
