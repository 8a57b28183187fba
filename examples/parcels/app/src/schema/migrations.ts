/** Every migration in the order in which they run, and the version of Parcels that needs it. A released one never changes. */
export const migrations: readonly Migration[] = [{ id: '001-parcels', version: '1.0.0' }]

export type Migration = { id: string; version: string }

const numbers = (version: string) => version.split('.').map(Number)

/** Below zero when version `a` is older than `b`, zero when equal. Versions are `major.minor.patch`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)]
  for (let i = 0; i < 3; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether a schema with `applied` migrations serves version `expect`; if not, why. */
export function judge(applied: readonly Migration[], expect: string, known = migrations): { ok: boolean; why: string } {
  const done = new Set(applied.map(({ id }) => id))
  const needed = known.filter(({ version }) => compareVersions(version, expect) <= 0)
  const missing = needed.filter(({ id }) => !done.has(id)).map(({ id }) => id)
  const at = applied.map(({ version }) => version).reduce((a, b) => (compareVersions(a, b) >= 0 ? a : b), '0.0.0')
  if (missing.length > 0)
    return { ok: false, why: `the schema is at ${at}; version ${expect} also needs ${missing.join(', ')}` }
  const newestKnown = known.at(-1)?.version ?? '0.0.0'
  const servesExpected = compareVersions(at, expect) >= 0 || compareVersions(newestKnown, expect) >= 0
  if (servesExpected) return { ok: true, why: `the schema is at ${at}` }
  return {
    ok: false,
    why: `the schema is at ${at}; this image knows migrations up to ${newestKnown} and cannot tell what ${expect} needs`,
  }
}
