import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Where a file or folder is prepared until it is complete: beside its place. */
export const stagedPlace = (place: string): string =>
  join(dirname(place), `.${basename(place)}.new-${String(process.pid)}`)

/**
 * Removes what processes that are gone prepared and did not finish.
 *
 * @param isOurs whether a name is one that is to be written
 */
export async function removeLeftovers(folder: string, isOurs: (name: string) => boolean): Promise<void> {
  for (const found of await readdir(folder)) {
    const [, name, id] = /^\.(.+)\.new-(\d+)$/.exec(found) ?? []
    if (name === undefined || !isOurs(name) || isAnother(Number(id))) continue
    await rm(join(folder, found), { recursive: true, force: true })
  }
}

/** Whether an id is that of another process that runs. Our own was that of an earlier one: we have prepared nothing yet. */
function isAnother(id: number): boolean {
  if (id === process.pid) return false
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
