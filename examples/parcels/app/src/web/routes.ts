import { readFileSync } from 'node:fs'
import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import { homePage, parcelPage, parcelView, problemPage } from './pages.ts'

/** Asks the api: `path` begins after its /v1. */
export type AskApi = (path: string, init?: RequestInit) => Promise<Response>

const style = readFileSync(new URL('style.css', import.meta.url), 'utf8')
const features = z.object({ photos: z.boolean() })
const session = z.object({ visits: z.number() })
const created = z.object({ id: z.string() })
const refusal = z.object({ error: z.string() })

const json = (body: object): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})
const field = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The pages: they work without scripts, and the browser talks only to this service. */
export function addPages(app: Hono, ask: AskApi): void {
  const refused = async (c: Context, answer: Response) => {
    const told = refusal.safeParse(await answer.json().catch(() => undefined))
    const status = answer.status >= 500 ? 502 : (answer.status as ContentfulStatusCode)
    return c.html(
      problemPage(
        answer.status === 404 ? 'Not found' : 'That did not work',
        told.data?.error ?? 'Please try again later.',
      ),
      status,
    )
  }
  const unreachable = (c: Context) =>
    c.html(problemPage('Not available now', 'Parcels cannot be reached. Please try again in a minute.'), 502)
  const guarded = (handler: (c: Context) => Promise<Response>) => (c: Context) => handler(c).catch(() => unreachable(c))

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
      strictTransportSecurity: false, // whoever ends TLS decides that
    }),
  )
  app.get('/style.css', (c) =>
    c.body(style, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=300' }),
  )

  app.get(
    '/',
    guarded(async (c) => {
      const cookie = c.req.header('cookie')
      const [offered, visit] = await Promise.all([
        ask('/features'),
        ask('/session', cookie ? { headers: { cookie } } : {}).catch(() => undefined),
      ])
      for (const set of visit?.headers.getSetCookie() ?? []) c.header('set-cookie', set, { append: true })
      const { photos } = features.parse(await offered.json())
      const visits = visit?.ok ? session.parse(await visit.json()).visits : undefined
      return c.html(homePage({ photos, visits }))
    }),
  )

  app.post(
    '/parcels',
    bodyLimit({ maxSize: 6 * 1024 * 1024 }),
    guarded(async (c) => {
      const form = await c.req.parseBody()
      const photo =
        form['photo'] instanceof File && form['photo'].size > 0
          ? Buffer.from(await form['photo'].arrayBuffer()).toString('base64')
          : undefined
      const answer = await ask(
        '/parcels',
        json({ recipient: field(form['recipient']), contents: field(form['contents']), photo }),
      )
      if (!answer.ok) return refused(c, answer)
      return c.redirect(`/parcels/${created.parse(await answer.json()).id}`, 303)
    }),
  )

  app.get('/track', (c) =>
    c.redirect(`/parcels/${encodeURIComponent((c.req.query('id') ?? '').trim().toUpperCase())}`, 303),
  )

  app.get(
    '/parcels/:id',
    guarded(async (c) => {
      const answer = await ask(`/parcels/${encodeURIComponent(c.req.param('id') ?? '')}`)
      if (!answer.ok) return refused(c, answer)
      return c.html(parcelPage(parcelView.parse(await answer.json())))
    }),
  )

  app.post(
    '/parcels/:id/scans',
    bodyLimit({ maxSize: 64 * 1024 }),
    guarded(async (c) => {
      const id = encodeURIComponent(c.req.param('id') ?? '')
      const answer = await ask(`/parcels/${id}/scans`, json({ place: field((await c.req.parseBody())['place']) }))
      return answer.ok ? c.redirect(`/parcels/${id}`, 303) : refused(c, answer)
    }),
  )

  app.get(
    '/parcels/:id/photo',
    guarded(async (c) => {
      const answer = await ask(`/parcels/${encodeURIComponent(c.req.param('id') ?? '')}/photo`)
      if (!answer.ok || !answer.body) return refused(c, answer)
      return c.body(answer.body, 200, {
        'content-type': answer.headers.get('content-type') ?? 'application/octet-stream',
      })
    }),
  )
}
