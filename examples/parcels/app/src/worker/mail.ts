import type pg from 'pg'

/** An address or a name of which only the first character and the domain are left, for logs. */
export function masked(recipient: string): string {
  const at = recipient.lastIndexOf('@')
  return `${recipient.slice(0, 1)}***${at > 0 ? recipient.slice(at) : ''}`
}

/** Sends the mail about a parcel unless it was sent before; `send` runs inside the transaction that notes it. */
export async function notify(
  pool: pg.Pool,
  parcel: string,
  send: (recipient: string) => void,
): Promise<'sent' | 'sent before' | 'no such parcel'> {
  const client = await pool.connect()
  let broken = true
  try {
    await client.query('BEGIN')
    const found = await client.query<{ recipient: string; notified: boolean }>(
      'SELECT recipient, notified_at IS NOT NULL AS notified FROM parcels WHERE id = $1 FOR UPDATE',
      [parcel],
    )
    const [row] = found.rows
    if (row && !row.notified) {
      send(row.recipient)
      await client.query('UPDATE parcels SET notified_at = now() WHERE id = $1', [parcel])
    }
    await client.query('COMMIT')
    broken = false
    return row ? (row.notified ? 'sent before' : 'sent') : 'no such parcel'
  } finally {
    client.release(broken) // a connection in an unknown state is closed, which also rolls back
  }
}

/** Parcels whose mail should have been sent a minute ago: what a lost queue has forgotten. */
export async function forgotten(pool: pg.Pool): Promise<string[]> {
  const found = await pool.query<{ id: string }>(
    `SELECT id FROM parcels WHERE notified_at IS NULL AND created_at < now() - interval '1 minute' ORDER BY created_at LIMIT 100`,
  )
  return found.rows.map(({ id }) => id)
}
