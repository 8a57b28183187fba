import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { SslMode } from '../service/settings.ts'

/** How to reach Postgres: `mode`, when set, replaces whatever the address says about TLS. */
export function connection(url: string, mode: SslMode): pg.ClientConfig {
  const common = { connectionTimeoutMillis: 3000, application_name: 'parcels' }
  if (!mode) return { ...common, connectionString: url }
  const bare = new URL(url)
  for (const name of ['ssl', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey']) bare.searchParams.delete(name)
  const ssl = mode === 'disable' ? false : { rejectUnauthorized: mode === 'verify-full' }
  return { ...common, connectionString: bare.href, ssl }
}

/** Connects within `seconds`, trying again and again; throws what the last try said. */
export async function connectWithin(seconds: number, config: pg.ClientConfig): Promise<pg.Client> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const client = new pg.Client(config)
    client.on('error', () => {}) // a query in flight reports it
    try {
      await client.connect()
      return client
    } catch (error) {
      void client.end().catch(() => {})
      if (Date.now() + 500 >= end) throw error
      await sleep(500)
    }
  }
}
