import { randomBytes } from 'node:crypto'
import type pg from 'pg'

export type Parcel = {
  id: string
  recipient: string
  contents: string
  photoType: string | null
  shard: number
  createdAt: Date
  notifiedAt: Date | null
  lastPlace: string | null
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ' // Crockford's: nothing that people confuse

/** A new parcel number: `P` and twelve random characters, 60 bits. */
export const newParcelId = (): string => `P${Array.from(randomBytes(12), (byte) => alphabet[byte % 32]).join('')}`

const columns = `id, recipient, contents, photo_type AS "photoType", shard, created_at AS "createdAt", notified_at AS "notifiedAt", last_place AS "lastPlace"`

export function createParcels(pool: pg.Pool) {
  return {
    insert: async (parcel: Pick<Parcel, 'id' | 'recipient' | 'contents' | 'photoType' | 'shard'>): Promise<void> => {
      const { id, recipient, contents, photoType, shard } = parcel
      await pool.query('INSERT INTO parcels (id, recipient, contents, photo_type, shard) VALUES ($1, $2, $3, $4, $5)', [
        id,
        recipient,
        contents,
        photoType,
        shard,
      ])
    },
    find: async (id: string): Promise<Parcel | undefined> =>
      (await pool.query<Parcel>(`SELECT ${columns} FROM parcels WHERE id = $1`, [id])).rows[0],
    /** Notes where the parcel was seen last; an older scan changes nothing. */
    seen: async (id: string, place: string, at: string): Promise<void> => {
      await pool.query(
        'UPDATE parcels SET last_place = $2, last_scan_at = $3 WHERE id = $1 AND (last_scan_at IS NULL OR last_scan_at < $3)',
        [id, place, at],
      )
    },
  }
}
export type Parcels = ReturnType<typeof createParcels>
