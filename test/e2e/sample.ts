/** The seed of this run; the same one chooses the same. */
export const seed = Number(process.env['WAYBILL_SEED'] ?? Date.now() % 1_000_000)

/** All of a series with WAYBILL_FULL=1, else a few neighbours of it: other ones in the next run, so that all come round. */
export function sampleOf<T>(series: readonly T[], count: number): T[] {
  if (process.env['WAYBILL_FULL'] === '1' || count >= series.length) return [...series]
  return Array.from({ length: count }, (_, i) => series[(seed + i) % series.length]!)
}
