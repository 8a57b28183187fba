import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import type { z } from 'zod'
import { listen, type Service } from './service.ts'
import type { Carrier } from './traceparent.ts'

/** An application with what all of ours share: traces, the request histogram, an access log, error bodies, /ready and /live. */
export function createApp(service: Service): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    const begin = performance.now()
    const parent: Carrier = {}
    for (const name of ['traceparent', 'tracestate'] as const) {
      const value = c.req.header(name)
      if (value) parent[name] = value
    }
    await service.tracing.span(c.req.method, 'server', parent, async (note) => {
      await next()
      const route = routePath(c, -1)
      const seconds = (performance.now() - begin) / 1000
      const facts = { method: c.req.method, route: route === '/*' ? 'none' : route, status: c.res.status }
      service.metrics.requests.observe(facts, seconds)
      note({
        'http.request.method': facts.method,
        'http.route': facts.route,
        'http.response.status_code': facts.status,
      })
      if (facts.route === '/ready' || facts.route === '/live' || facts.route === 'none') return
      service.log.info({ ...facts, path: c.req.path, milliseconds: Math.round(seconds * 1000) }, 'request')
    })
  })
  app.onError((error, c) => {
    if (error instanceof HTTPException) return c.json({ error: error.message }, error.status)
    service.log.error({ err: error }, 'a request failed')
    return c.json({ error: 'Something went wrong here. The log says what.' }, 500)
  })
  app.notFound((c) => c.json({ error: 'There is nothing here.' }, 404))
  app.get('/live', (c) => c.json({ live: true }))
  app.get('/ready', (c) => {
    const missing = service.missing()
    const ready = Object.keys(missing).length === 0
    return c.json({ ready, missing }, ready ? 200 : 503)
  })
  return app
}

export function serve(service: Service, app: Hono, port: number) {
  const answer = getRequestListener(app.fetch)
  return listen(service, port, 'http', (request, response) => void answer(request, response))
}

/** What `schema` makes of `value`; an answer 422 that names every mistake when it does not fit. */
export function accept<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
  throw new HTTPException(422, { message: mistakes.join('; ') })
}

export const readJson = (request: { json(): Promise<unknown> }): Promise<unknown> =>
  request.json().catch(() => {
    throw new HTTPException(400, { message: 'The body is not JSON.' })
  })

/** A request to one of our own services: traced, and given up after `timeout` milliseconds. */
export function call(service: Service, url: string, init: RequestInit & { timeout?: number } = {}): Promise<Response> {
  const { timeout = 5000, ...rest } = init
  const method = rest.method ?? 'GET'
  return service.tracing.span(method, 'client', undefined, async (note) => {
    const headers = new Headers(rest.headers)
    for (const [name, value] of Object.entries(service.tracing.carrier())) headers.set(name, value)
    const response = await fetch(url, { ...rest, headers, signal: AbortSignal.timeout(timeout) })
    note({ 'http.request.method': method, 'url.full': url, 'http.response.status_code': response.status })
    return response
  })
}
