import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from './api/database.ts'
import { openRedis } from './api/queue.ts'
import { run, type Service } from './service/service.ts'
import { commonSettings, databaseUrl, queueUrl, readSettings, sslMode } from './service/settings.ts'
import { backoff, reasonOf } from './service/watch.ts'
import { createJobs, type Job, type Jobs } from './worker/jobs.ts'
import { forgotten, masked, notify } from './worker/mail.ts'

const settings = () =>
  readSettings({ ...commonSettings, DATABASE_URL: databaseUrl, QUEUE_URL: queueUrl, SSL_MODE: sslMode }, [
    'DATABASE_URL',
    'QUEUE_URL',
  ])

/** Calls `step` until the process ends, at once after `busy`, half a second after `idle`, with growing pauses while it fails. */
async function repeat(service: Service, idle: number, step: () => Promise<'busy' | 'idle'>): Promise<void> {
  for (let failures = 0; !service.stopping();) {
    let pause = 0
    try {
      if ((await step()) === 'idle') pause = idle
      failures = 0
    } catch (error) {
      const ready = Object.keys(service.missing()).length === 0
      if (ready) service.log.warn({ reason: reasonOf(error) }, 'could not work on jobs')
      pause = backoff(failures)
      failures += 1
    }
    for (const end = Date.now() + pause; Date.now() < end && !service.stopping();)
      await sleep(Math.min(250, end - Date.now()))
  }
}

await run('worker', settings, async (service, values) => {
  const { log, metrics, tracing } = service
  const database = openDatabase(service, values.DATABASE_URL, values.SSL_MODE, 4)
  const jobs: Jobs = createJobs(openRedis(service, values.QUEUE_URL))
  const handled = metrics.counter('jobs_total', 'Jobs, by outcome.', ['outcome'])
  const times = metrics.histogram('job_seconds', 'Time to do one job.')
  metrics.gauge('jobs_waiting', 'Jobs in the queue.', jobs.waiting)
  metrics.gauge('jobs_dead', 'Jobs put aside after their last try.', jobs.dead)
  metrics.gauge('jobs_oldest_age_seconds', 'How long the oldest job has waited.', () => jobs.oldest(Date.now()))

  const handle = (job: Job, lease: string) =>
    tracing.span('mail', 'consumer', job.trace ? { traceparent: job.trace } : {}, async () => {
      const stop = times.startTimer()
      try {
        const outcome = await notify(database, job.parcel, (recipient) =>
          log.info({ parcel: job.parcel, to: masked(recipient) }, 'mail sent'),
        )
        await jobs.done(lease)
        handled.inc({ outcome })
      } catch (err) {
        const outcome = await jobs.failed(job, lease)
        handled.inc({ outcome })
        log.warn({ err, parcel: job.parcel, outcome }, 'a job failed')
      }
      stop()
    })

  const working = repeat(service, 500, async () => {
    if (Object.keys(service.missing()).length > 0) throw new Error('something is missing')
    const next = await jobs.take(Date.now())
    if (!next) return 'idle'
    await handle(next.job, next.lease)
    return 'busy'
  })
  const sweeping = repeat(service, 30_000, async () => {
    for (const parcel of await forgotten(database)) await jobs.add({ parcel, queuedAt: Date.now() })
    return 'idle'
  })
  service.onStop(() => Promise.all([working, sweeping]))
})
