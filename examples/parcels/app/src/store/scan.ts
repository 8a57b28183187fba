import { z } from 'zod'

export const parcelId = z.string().regex(/^P[0-9A-HJKMNP-TV-Z]{12}$/, 'is not the number of a parcel')
export const place = z.string('is missing').trim().min(1, 'is empty').max(200, 'is longer than 200 characters')

/** One parcel was seen at one place. `id` makes writing it twice harmless. */
export const scan = z.object({ id: z.uuid(), parcel: parcelId, place, at: z.iso.datetime() })
export type Scan = z.output<typeof scan>
