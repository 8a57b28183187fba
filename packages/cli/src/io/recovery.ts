import { readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isThere } from './files-in.ts'
import { isRunning } from './process.ts'
import { isSystemError } from './text-file.ts'

/** Where a folder or file is prepared, or waits to be cleared away, beside its place. */
export const hiddenName = (name: string, state: 'new' | 'old'): string => `.${name}.${state}-${process.pid}`

/** Puts back or clears away what a process that is gone left in and beside a target's folder. */
export function recoverFolder(folder: string): void {
  for (const { name, root, state } of leftIn(dirname(folder))) {
    if (root === basename(folder) && state === 'new')
      rmSync(join(dirname(folder), name), { recursive: true, force: true })
  }
  for (const { name, root, state } of leftIn(folder)) {
    const place = join(folder, root)
    if (state === 'old' && !isThere(place)) renameSync(join(folder, name), place)
    else rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function leftIn(folder: string): { readonly name: string; readonly root: string; readonly state: string }[] {
  return namesIn(folder).flatMap((name) => {
    const [, root, state, id] = /^\.(.+)\.(new|old)-(\d+)$/.exec(name) ?? []
    // our own id was that of an earlier process: we have left nothing yet
    const isTheirs = Number(id) !== process.pid && isRunning(Number(id))
    return root === undefined || state === undefined || isTheirs ? [] : [{ name, root, state }]
  })
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}
