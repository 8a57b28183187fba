import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isSystemError } from './text-file.ts'

/** Every file below a folder by its path inside of it, sorted. A link counts as a file, whatever it leads to. */
export function filesIn(folder: string): string[] {
  return entriesOf(folder)
    .filter(({ name }) => !/^\.[^/]+\.(?:new|old)-\d+$/.test(name))
    .flatMap((entry) => filesOf(folder, entry))
    .sort()
}

function filesOf(folder: string, entry: Dirent): string[] {
  if (!entry.isDirectory()) return [entry.name]
  const inside = join(folder, entry.name)
  return entriesOf(inside).flatMap((each) => filesOf(inside, each).map((path) => `${entry.name}/${path}`))
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return []
    throw error
  }
}

/** Whether something stands at a place, be it a link that leads nowhere. */
export const isThere = (place: string): boolean => lstatSync(place, { throwIfNoEntry: false }) !== undefined

/** The folders above a path, the outermost first. */
export function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'))
}
