import pg from 'pg'
import { connection } from '../schema/postgres.ts'
import type { Service } from '../service/service.ts'
import type { SslMode } from '../service/settings.ts'
import { watch } from '../service/watch.ts'

/** A pool that is part of /ready: Postgres answers, and it has our tables. */
export function openDatabase(service: Service, url: string, mode: SslMode, max: number): pg.Pool {
  const pool = new pg.Pool({ ...connection(url, mode), max, query_timeout: 10_000, idleTimeoutMillis: 60_000 })
  pool.on('error', (err) => service.log.warn({ reason: err.message }, 'an idle connection to Postgres ended'))
  const watching = watch('Postgres', service.log, () => pool.query('SELECT FROM parcels LIMIT 0'))
  service.needs('database', watching.state)
  service.onStop(async () => {
    watching.stop()
    await pool.end()
  })
  service.metrics.gauge('database_connections', 'Open connections to Postgres.', () => pool.totalCount)
  service.metrics.gauge('database_waiting', 'Requests that wait for a connection to Postgres.', () => pool.waitingCount)
  return pool
}
