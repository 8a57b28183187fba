import { chmodSync, existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { PrintedFile } from '@waybill/generate'
import { type FolderPlan, rootOf } from './output-folder.ts'
import { hiddenName } from './recovery.ts'

/**
 * Carries a plan out. Everything is prepared in hidden folders beside its place, then moved into it, so that whoever looks
 * sees the old state or the new one; what a killed process leaves behind is put right by the next one.
 */
export function applyPlan(plan: FolderPlan): void {
  if (plan.isNew) return createFolder(plan)
  for (const file of plan.custom) writeText(plan.folder, file, 'wx')
  if (plan.changed.size === 0 && plan.removed.length === 0) return
  const roots = new Set([...plan.changed, ...plan.removed].map(rootOf))
  const prepared = [...roots].map((root) => prepareRoot(root, plan))
  for (const move of prepared) move()
}

function createFolder({ folder, ours, custom }: FolderPlan): void {
  mkdirSync(dirname(folder), { recursive: true })
  const staged = join(dirname(folder), hiddenName(basename(folder), 'new'))
  mkdirSync(staged)
  for (const file of [...ours, ...custom]) writeText(staged, file, 'wx')
  // an empty folder may stand there; a rename replaces it
  renameSync(staged, folder)
}

/** Prepares a folder or file right below the target's folder; the result moves it into place. */
function prepareRoot(root: string, plan: FolderPlan): () => void {
  const { folder, changed } = plan
  const place = join(folder, root)
  const staged = join(folder, hiddenName(root, 'new'))
  const members = plan.ours.filter(({ path }) => rootOf(path) === root)
  const carried = plan.carried.filter((path) => rootOf(path) === root)
  if (members.length === 0 && carried.length === 0) return () => rmSync(place, { recursive: true, force: true })
  const inside = (path: string): string => join(staged, path.slice(root.length))
  for (const file of members) {
    if (changed.has(file.path)) writeAt(inside(file.path), file, 'wx')
    else keep(join(folder, file.path), inside(file.path))
  }
  for (const path of carried) keep(join(folder, path), inside(path))
  if (members.some(({ path }) => path === root)) return () => renameSync(staged, place)
  return () => {
    const old = join(folder, hiddenName(root, 'old'))
    if (existsSync(place)) renameSync(place, old)
    renameSync(staged, place)
    rmSync(old, { recursive: true, force: true })
  }
}

/** The same file under a second name: a container that mounts it keeps it. */
function keep(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  linkSync(from, to)
}

const writeText = (folder: string, file: PrintedFile, flag: 'wx'): void => writeAt(join(folder, file.path), file, flag)

function writeAt(place: string, { text, executable }: PrintedFile, flag: 'wx'): void {
  mkdirSync(dirname(place), { recursive: true })
  writeFileSync(place, text, { flag })
  chmodSync(place, executable ? 0o755 : 0o644)
}
