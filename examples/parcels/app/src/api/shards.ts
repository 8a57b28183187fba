import { createHash } from 'node:crypto'

/** The base addresses in a space separated list of `host:port`, in order: the position is the shard's number. */
export function parseStores(list: string): string[] {
  return list
    .split(/\s+/)
    .filter(Boolean)
    .map((item) => {
      const url = URL.parse(`http://${item}`)
      if (!url || !/^[^/]+:\d+$/.test(item)) throw new Error(`"${item}" is not host:port`)
      return url.origin
    })
}

/** The shard for a new parcel. It is kept with the parcel, so that more shards later only get new parcels. */
export const shardFor = (id: string, shards: number): number =>
  createHash('sha256').update(id).digest().readUInt32BE(0) % shards
