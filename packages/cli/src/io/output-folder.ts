import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Manifest, type PrintedFile, manifestPath, readManifest, staleFiles } from '@waybill/generate'
import { type Problem, problem } from '@waybill/model'
import { recoverFolder } from './recovery.ts'
import { sha256 } from './sha256.ts'
import { isSystemError } from './text-file.ts'

/** What happens to one target's folder, decided before anything is written. */
export interface FolderPlan {
  readonly folder: string
  readonly isNew: boolean
  /** Files of ours as they will be, all of them. */
  readonly ours: readonly PrintedFile[]
  /** The customer's files that do not exist yet. */
  readonly custom: readonly PrintedFile[]
  /** Paths of ours that are not on disk in this form. */
  readonly changed: ReadonlySet<string>
  /** Paths of an earlier render of ours that go away. */
  readonly removed: readonly string[]
  /** What else lies where our files do and stays. */
  readonly carried: readonly string[]
}

/**
 * Compares a folder with what was rendered. A folder that is not ours and a file of ours that somebody edited are
 * problems; `overwrite` drops such edits.
 */
export function planFolder(
  folder: string,
  files: readonly PrintedFile[],
  overwrite: boolean,
): { readonly plan: FolderPlan; readonly problems: readonly Problem[] } {
  recoverFolder(folder)
  const onDisk = listFiles(folder)
  const current = currentTexts(folder, new Set(onDisk))
  const manifest = readManifest(current(manifestPath) ?? '')
  const before = manifest ? Object.keys(manifest.files) : []
  const ours = files.filter(({ custom }) => !custom)
  const now = ours.map(({ path }) => path)
  const removed = staleFiles(before, now, onDisk)
  const roots = new Set([...before, ...now].map(rootOf))
  const left = new Set([...removed, ...now])
  const plan: FolderPlan = {
    folder,
    isNew: onDisk.length === 0,
    ours,
    custom: files.filter(({ custom, path }) => custom && !onDisk.includes(path)),
    changed: new Set(
      ours.filter((file) => current(file.path) !== file.text || !hasMode(folder, file)).map(({ path }) => path),
    ),
    removed,
    carried: onDisk.filter((path) => roots.has(rootOf(path)) && !left.has(path)),
  }
  if (!manifest && onDisk.length > 0) return { plan, problems: [at(folder, problem('WB4005', [], { folder }))] }
  return { plan, problems: overwrite ? [] : editedFiles(plan, manifest, current) }
}

/** The folder or file right below a target's folder. */
export const rootOf = (path: string): string => path.split('/', 1)[0]!

const at = (file: string, found: Problem): Problem => ({ ...found, at: { file } })

/** Files of ours that are not as the manifest says, and files of others that stand where ours would. */
function editedFiles(
  { folder, ours, removed }: FolderPlan,
  manifest: Manifest | undefined,
  current: CurrentText,
): Problem[] {
  const known = new Map(Object.entries(manifest?.files ?? {}))
  const next = new Map(ours.map(({ path, text }) => [path, text]))
  const affected = new Set([...next.keys(), ...removed.filter((path) => known.has(path))])
  return [...affected].flatMap((path) => {
    const text = path === manifestPath ? undefined : current(path)
    if (text === undefined || text === next.get(path) || sha256(text) === known.get(path)) return []
    const file = join(folder, path)
    return [at(file, problem('WB4004', [], { file }))]
  })
}

type CurrentText = (path: string) => string | undefined

/** Texts as they are on disk, each read once. */
function currentTexts(folder: string, onDisk: ReadonlySet<string>): CurrentText {
  const texts = new Map<string, string>()
  return (path) => {
    if (!onDisk.has(path)) return undefined
    const text = texts.get(path) ?? readFileSync(join(folder, path), 'utf8')
    texts.set(path, text)
    return text
  }
}

const hasMode = (folder: string, { path, executable }: PrintedFile): boolean =>
  ((statSync(join(folder, path)).mode & 0o100) !== 0) === executable

/** Every file below a folder, by its path inside of it; our own unfinished folders are not looked at. */
function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => join(parentPath, name).slice(join(folder, '/').length))
      .filter((path) => !/^\.[^/]+\.(?:new|old)-\d+\//.test(path))
      .sort()
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return []
    throw error
  }
}
