import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import { type Migration, migrations } from './migrations.ts'

const lock = 7_265_143 // any number that nothing else in this database uses

/** The migrations that this database has had; none when it was never touched. */
export async function applied(client: pg.Client): Promise<Migration[]> {
  const table = await client.query<{ name: string | null }>(`SELECT to_regclass('parcels_migrations') AS name`)
  if (!table.rows[0]?.name) return []
  return (await client.query<Migration>('SELECT id, version FROM parcels_migrations ORDER BY id')).rows
}

/** Applies what is missing, one transaction each, and returns the ids. Two of these at once wait for each other; a second run does nothing. */
export async function migrateUp(client: pg.Client): Promise<string[]> {
  await client.query('SELECT pg_advisory_lock($1)', [lock])
  try {
    await client.query(
      'CREATE TABLE IF NOT EXISTS parcels_migrations (id text PRIMARY KEY, version text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    )
    const done = new Set((await applied(client)).map(({ id }) => id))
    const missing = migrations.filter(({ id }) => !done.has(id))
    for (const { id, version } of missing) {
      const sql = await readFile(new URL(`../../migrations/${id}.sql`, import.meta.url), 'utf8')
      try {
        await client.query('BEGIN')
        await client.query(sql)
        await client.query('INSERT INTO parcels_migrations (id, version) VALUES ($1, $2)', [id, version])
        await client.query('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK')
        throw new Error(`migration ${id} failed and was undone: ${(error as Error).message}`, { cause: error })
      }
    }
    return missing.map(({ id }) => id)
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [lock])
  }
}
