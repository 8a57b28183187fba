import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Manifest, type PrintedFile, manifestPath, readManifest, staleFiles } from '@waybill/generate'
import { type Problem, problem } from '@waybill/model'
import { filesIn, foldersAbove } from './files-in.ts'
import { recoverFolder } from './recovery.ts'
import { sha256 } from './sha256.ts'

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
 * Compares a folder with what was rendered. A folder that is not ours or that of another installation and a file of ours
 * that somebody edited are problems. `overwrite` drops such edits, takes the folder of another installation, and takes a
 * folder without a manifest when it holds files of a render.
 */
export function planFolder(
  folder: string,
  files: readonly PrintedFile[],
  overwrite: boolean,
): { readonly plan: FolderPlan; readonly problems: readonly Problem[] } {
  recoverFolder(folder)
  const disk = readDisk(folder)
  const manifest = readManifest(disk.text(manifestPath) ?? '')
  const plan = makePlan(disk, files, manifest ? Object.keys(manifest.files) : [])
  if (plan.isNew) return { plan, problems: [] }
  const links = manifest ? [] : linksOf(disk, plan.ours)
  if (!manifest && links.length === 0 && !(overwrite && isRender(disk, plan.ours)))
    return { plan, problems: [at(folder, problem('WB4005', [], { folder }))] }
  if (overwrite) return { plan, problems: [] }
  if (links.length > 0) return { plan, problems: links.map((path) => edited(folder, path)) }
  const others = otherInstallation(folder, manifest, files)
  return { plan, problems: others ? [others] : editedFiles(plan, manifest, disk) }
}

function makePlan(disk: Disk, files: readonly PrintedFile[], before: readonly string[]): FolderPlan {
  const { folder, paths } = disk
  const ours = files.filter(({ custom }) => !custom)
  const now = ours.map(({ path }) => path)
  const removed = staleFiles(before, now, [...paths])
  const roots = new Set([...before, ...now].map(rootOf))
  const left = new Set([...removed, ...now, ...now.flatMap((path) => inTheWayOf(path, disk))])
  return {
    folder,
    isNew: paths.size === 0,
    ours,
    // below a link or a file of the customer's nothing is ours to make
    custom: files.filter(
      ({ custom, path }) => custom && !paths.has(path) && !foldersAbove(path).some((each) => paths.has(each)),
    ),
    changed: new Set(ours.filter((file) => !isOnDisk(disk, file)).map(({ path }) => path)),
    removed,
    carried: [...paths].filter((path) => roots.has(rootOf(path)) && !left.has(path)),
  }
}

/** The folder or file right below a target's folder. */
export const rootOf = (path: string): string => path.split('/', 1)[0]!

const at = (file: string, found: Problem): Problem => ({ ...found, at: { file } })

/** What keeps a file from standing at its path: a file or link in place of a folder, files in place of the file. */
function inTheWayOf(path: string, { paths, folders }: Disk): string[] {
  const above = foldersAbove(path).filter((each) => paths.has(each))
  return folders.has(path) ? [...above, ...[...paths].filter((each) => each.startsWith(`${path}/`))] : above
}

/** Whether files of a render lie there, although no manifest says so. */
const isRender = (disk: Disk, ours: readonly PrintedFile[]): boolean =>
  ours.some(({ path, text }) => {
    const found = disk.text(path)
    return found !== undefined && (found === text || found.startsWith('# Rendered by waybill '))
  })

/** The manifest of what is there against the one of what was rendered. */
function otherInstallation(
  folder: string,
  there: Manifest | undefined,
  files: readonly PrintedFile[],
): Problem | undefined {
  const rendered = readManifest(files.find(({ path }) => path === manifestPath)?.text ?? '')
  if (!there || !rendered) return undefined
  if (there.product.id === rendered.product.id && there.instance.id === rendered.instance.id) return undefined
  const named = ({ product, instance }: Manifest) => `instance ${instance.id} of ${product.id}`
  return at(folder, problem('WB4009', [], { folder, found: named(there), rendered: named(rendered) }))
}

/** Files of ours that are not as the manifest says, and files or links of others that stand where ours would. */
function editedFiles({ folder, ours, removed }: FolderPlan, manifest: Manifest | undefined, disk: Disk): Problem[] {
  const known = new Map(Object.entries(manifest?.files ?? {}))
  const next = new Map(ours.map(({ path, text }) => [path, text]))
  const affected = new Set([...next.keys(), ...removed.filter((path) => known.has(path))])
  const found = [...affected].flatMap((path) => {
    if (!disk.paths.has(path)) return next.has(path) ? inTheWayOf(path, disk) : []
    const text = disk.text(path)
    if (text === undefined) return [path]
    return path === manifestPath || text === next.get(path) || sha256(text) === known.get(path) ? [] : [path]
  })
  return [...new Set(found)].map((path) => edited(folder, path))
}

function edited(folder: string, path: string): Problem {
  const file = join(folder, path)
  return at(file, problem('WB4004', [], { file }))
}

/** Links where our files or their folders would be. */
function linksOf(disk: Disk, ours: readonly PrintedFile[]): string[] {
  const places = new Set(ours.flatMap(({ path }) => [...foldersAbove(path), path]))
  return [...places].filter((path) => disk.paths.has(path) && disk.text(path) === undefined)
}

/** A target's folder as it is. */
interface Disk {
  readonly folder: string
  readonly paths: ReadonlySet<string>
  /** The folders that files lie in. */
  readonly folders: ReadonlySet<string>
  /** The text of a file, read once; undefined where there is none and for a link. */
  readonly text: (path: string) => string | undefined
}

function readDisk(folder: string): Disk {
  const paths = new Set(filesIn(folder))
  const texts = new Map<string, string | undefined>()
  const read = (path: string) => {
    const place = join(folder, path)
    return lstatSync(place).isFile() ? readFileSync(place, 'utf8') : undefined
  }
  const text = (path: string): string | undefined => {
    if (paths.has(path) && !texts.has(path)) texts.set(path, read(path))
    return texts.get(path)
  }
  return { folder, paths, folders: new Set([...paths].flatMap(foldersAbove)), text }
}

const isOnDisk = (disk: Disk, { path, text, executable }: PrintedFile): boolean =>
  disk.text(path) === text && ((lstatSync(join(disk.folder, path)).mode & 0o100) !== 0) === executable
