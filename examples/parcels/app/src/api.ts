import { z } from 'zod'
import { openDatabase } from './api/database.ts'
import { createParcels } from './api/parcels.ts'
import { createPictures } from './api/pictures.ts'
import { openRedis } from './api/queue.ts'
import { addApi } from './api/routes.ts'
import { parseStores } from './api/shards.ts'
import { createStores } from './api/stores.ts'
import { createApp, serve } from './service/http.ts'
import { run } from './service/service.ts'
import {
  address,
  commonSettings,
  databaseUrl,
  portSetting,
  queueUrl,
  readSettings,
  SettingsError,
  sslMode,
} from './service/settings.ts'
import { createJobs } from './worker/jobs.ts'

const stores = z.string().transform((list, context) => {
  try {
    const found = parseStores(list)
    if (found.length > 0) return found
    context.addIssue('names no shard')
  } catch (error) {
    context.addIssue((error as Error).message)
  }
  return z.NEVER
})

const settings = () => {
  const values = readSettings(
    {
      ...commonSettings,
      PORT: portSetting(8080),
      DATABASE_URL: databaseUrl,
      QUEUE_URL: queueUrl,
      STORES: stores,
      SESSION_KEY: z.string().min(16, 'is shorter than 16 characters'),
      PUBLIC_URL: address.optional(),
      SSL_MODE: sslMode,
      PICTURES_URL: address.optional(),
      PICTURES_ACCESS_KEY: z.string().optional(),
      PICTURES_SECRET_KEY: z.string().optional(),
      PICTURES_REGION: z.string().default('us-east-1'),
    },
    ['DATABASE_URL', 'QUEUE_URL', 'SESSION_KEY', 'PICTURES_ACCESS_KEY', 'PICTURES_SECRET_KEY'],
  )
  const {
    PICTURES_URL: url,
    PICTURES_ACCESS_KEY: access,
    PICTURES_SECRET_KEY: secret,
    PICTURES_REGION: region,
  } = values
  if (url && !(access && secret))
    throw new SettingsError('PICTURES_URL: needs PICTURES_ACCESS_KEY and PICTURES_SECRET_KEY')
  return { ...values, pictures: url && access && secret ? createPictures(url, access, secret, region) : undefined }
}

await run('api', settings, async (service, values) => {
  const database = openDatabase(service, values.DATABASE_URL, values.SSL_MODE, 10)
  const redis = openRedis(service, values.QUEUE_URL)
  const jobs = createJobs(redis)
  const app = createApp(service)
  addApi(app, {
    parcels: createParcels(database),
    stores: createStores(service, values.STORES),
    announce: async (parcel) => {
      const trace = service.tracing.carrier().traceparent
      try {
        await jobs.add({ parcel, queuedAt: Date.now(), ...(trace && { trace }) })
      } catch (err) {
        service.log.warn({ err, parcel }, 'not in the queue; a worker finds it in the database later')
      }
    },
    visit: async (session) => {
      const key = `parcels:visits:${session}`
      const [visits] = await redis
        .multi()
        .incr(key)
        .expire(key, 30 * 86_400)
        .execTyped()
      return visits
    },
    pictures: values.pictures,
    sessionKey: values.SESSION_KEY,
    publicUrl: values.PUBLIC_URL?.replace(/\/$/, ''),
  })
  await serve(service, app, values.PORT)
})
