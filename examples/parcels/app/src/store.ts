import { z } from 'zod'
import { accept, call, createApp, readJson, serve } from './service/http.ts'
import { run } from './service/service.ts'
import { address, commonSettings, portSetting, readSettings } from './service/settings.ts'
import { deliver } from './store/notifier.ts'
import { parcelId, scan } from './store/scan.ts'
import { ScanFile } from './store/scan-file.ts'

const settings = () =>
  readSettings({
    ...commonSettings,
    PORT: portSetting(7000),
    DATA_DIR: z.string().default('/var/lib/store'),
    SHARD_NAME: z.string().regex(/^[\w.-]+$/, 'may hold only letters, digits, dots, dashes and underscores'),
    NOTIFY_URL: address.optional(),
  })

await run('store', settings, async (service, { PORT, DATA_DIR, SHARD_NAME, NOTIFY_URL }) => {
  const { log, metrics } = service
  const syncs = metrics.histogram('store_sync_seconds', 'Time to write scans and sync the disk.')
  const notifications = metrics.counter('store_notifications_total', 'Notifications about scans, by outcome.', [
    'outcome',
  ])
  const file = await ScanFile.open(DATA_DIR, SHARD_NAME, (seconds) => syncs.observe(seconds))
  service.onStop(() => file.close())
  service.needs('disk', () => file.broken?.message ?? true)
  metrics.gauge('store_scans', 'Scans kept by this shard.', () => file.count)
  metrics.gauge('store_bytes', 'Size of the scan file in bytes.', () => file.bytes)
  log.info({ shard: SHARD_NAME, scans: file.count }, 'the data folder is open')

  const ending = new AbortController()
  const underWay = new Set<Promise<void>>()
  service.onStop(async () => {
    ending.abort()
    await Promise.allSettled(underWay)
  })
  const notify = async (body: string, url: string) => {
    const send = async () => {
      const response = await call(service, url, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
      if (!response.ok) throw new Error(`answers ${response.status}`)
    }
    const outcome = await deliver({ send, tries: 8, signal: ending.signal })
    notifications.inc({ outcome })
    if (outcome !== 'sent') log.warn({ url }, 'a scan is kept, but the notification about it was given up')
  }

  const app = createApp(service)
  app.post('/scans', async (c) => {
    const one = accept(scan, await readJson(c.req))
    const fresh = await file.add(one)
    if (fresh && NOTIFY_URL) {
      const task = notify(JSON.stringify(one), NOTIFY_URL).finally(() => underWay.delete(task))
      underWay.add(task)
    }
    return c.json(one, fresh ? 201 : 200)
  })
  app.get('/scans', (c) => {
    const parcel = accept(parcelId, c.req.query('parcel'))
    return c.json({ scans: file.of(parcel) })
  })
  await serve(service, app, PORT)
})
