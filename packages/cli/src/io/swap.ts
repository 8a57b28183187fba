import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { PrintedFile } from '@waybill/generate'
import { isThere } from './files-in.ts'
import { type FolderPlan, rootOf } from './output-folder.ts'
import { hiddenName } from './recovery.ts'

/**
 * Carries a plan out. Everything is prepared in hidden folders beside its place, then moved into it, so that whoever looks
 * sees the old state or the new one; what a killed process leaves behind is put right by the next one.
 */
export function applyPlan(plan: FolderPlan): void {
  if (plan.isNew) return createFolder(plan)
  for (const file of plan.custom) writeText(plan.folder, file)
  if (plan.changed.size === 0 && plan.removed.length === 0) return
  const roots = [...new Set([...plan.changed, ...plan.removed].map(rootOf))]
  try {
    const prepared = roots.map((root) => prepareRoot(root, plan))
    for (const move of prepared) move()
  } finally {
    for (const root of roots) clearAway(join(plan.folder, hiddenName(root, 'new')))
  }
}

function createFolder({ folder, ours, custom }: FolderPlan): void {
  mkdirSync(dirname(folder), { recursive: true })
  const staged = join(dirname(folder), hiddenName(basename(folder), 'new'))
  try {
    mkdirSync(staged)
    for (const file of [...ours, ...custom]) writeText(staged, file)
    // an empty folder may stand there; a rename replaces it
    renameSync(staged, folder)
  } finally {
    clearAway(staged)
  }
}

/** Prepares a folder or file right below the target's folder; the result moves it into place. */
function prepareRoot(root: string, plan: FolderPlan): () => void {
  const { folder, changed } = plan
  const place = join(folder, root)
  const staged = join(folder, hiddenName(root, 'new'))
  const members = plan.ours.filter(({ path }) => rootOf(path) === root)
  const carried = plan.carried.filter((path) => rootOf(path) === root)
  if (members.length === 0 && carried.length === 0) return () => clearAway(place)
  const inside = (path: string): string => join(staged, path.slice(root.length))
  for (const file of members) {
    if (changed.has(file.path)) writeAt(inside(file.path), file)
    else keep(join(folder, file.path), inside(file.path))
  }
  for (const path of carried) keep(join(folder, path), inside(path))
  if (members.some(({ path }) => path === root)) return () => renameSync(staged, place)
  return () => exchange(staged, place, join(folder, hiddenName(root, 'old')))
}

/** Puts a folder in the place of another one, which stays there when that fails. */
function exchange(staged: string, place: string, old: string): void {
  if (isThere(place)) renameSync(place, old)
  try {
    renameSync(staged, place)
  } catch (error) {
    if (isThere(old)) renameSync(old, place)
    throw error
  }
  clearAway(old)
}

const clearAway = (place: string): void => rmSync(place, { recursive: true, force: true })

/** The same file under a second name: a container that mounts it keeps it. A link leads where it did. */
function keep(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  if (lstatSync(from).isSymbolicLink()) symlinkSync(readlinkSync(from), to)
  else linkSync(from, to)
}

const writeText = (folder: string, file: PrintedFile): void => writeAt(join(folder, file.path), file)

/** Never over something that is there. */
function writeAt(place: string, { text, executable }: PrintedFile): void {
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, text, { flag: 'wx' })
  chmodSync(place, executable ? 0o755 : 0o644)
}
