/** A hash of the content as a part of a name: `1a2b3c4d-nginx.conf`, `Caddyfile-1a2b3c4d`. */
const contentSegment = /(?:^|[-.])[0-9a-f]{8}(?:[-.]|$)/

/** Whether a path is a configuration file that containers mount, under a name that follows its content. */
const isContentNamed = (path: string): boolean =>
  /^base\/(?:files|edge)\//.test(path) &&
  path
    .split('/')
    .slice(2)
    .some((segment) => contentSegment.test(segment))

/**
 * The files of earlier renders that go away. Configuration files that running containers may still mount stay for one
 * generation; a render that changes none of them ends no generation.
 *
 * @param before paths of ours by the manifest of the render before
 * @param now paths of ours that are about to be written
 * @param onDisk every path in the folder
 */
export function staleFiles(before: readonly string[], now: readonly string[], onDisk: readonly string[]): string[] {
  const next = new Set(now)
  const ours = new Set(before)
  const generation = before.filter(isContentNamed)
  const isSame = generation.length === now.filter(isContentNamed).length && generation.every((path) => next.has(path))
  return onDisk.filter(
    (path) => !next.has(path) && (isContentNamed(path) ? !isSame && !ours.has(path) : ours.has(path)),
  )
}
