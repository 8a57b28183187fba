import { type DeployedService, type Problem, type When, contentName, either, problem } from '@waybill/model'
import { guardItems, guardMembers } from '../late/guards.ts'
import { isLate } from '../late/open.ts'
import type { Context } from './context.ts'
import { base64, holdsControls } from './control-text.ts'
import { manifest } from './labels.ts'
import type { Block, Manifest } from './manifest.ts'

/** Configuration files of a service that share a ConfigMap. */
export interface FileSet {
  /** Name of the ConfigMap: another content is another object, which a kept revision may still use. */
  readonly object: string
  /** Name of the volume inside of a pod. */
  readonly volume: string
  /** Of the ConfigMap: its data. */
  readonly members: Block
  readonly entries: readonly FileEntry[]
  /** What has to hold for it to have an entry. */
  readonly when: When
}
interface FileEntry {
  readonly path: string
  readonly key: string
  readonly text: string
  readonly when: When
}

/** Kubernetes refuses a larger ConfigMap. */
const largestFile = 2 ** 20
/** `kubectl apply` keeps a copy of each object, as JSON, in an annotation; all annotations may take 256 KiB. */
const largestApplied = 200 * 1024

const encoder = new TextEncoder()
const sizeOf = (text: string): number => encoder.encode(text).length
const appliedSize = ({ key, text }: FileEntry): number => sizeOf(JSON.stringify(text)) + key.length + 8

const known = new WeakMap<Context, Map<string, readonly FileSet[]>>()

/** The configuration files of a service, spread over as few ConfigMaps as may be. */
export function fileSetsOf(service: DeployedService, context: Context): readonly FileSet[] {
  const ofContext = known.get(context) ?? new Map<string, readonly FileSet[]>()
  known.set(context, ofContext)
  const sets = ofContext.get(service.id) ?? makeFileSets(service, context)
  ofContext.set(service.id, sets)
  return sets
}

function makeFileSets(service: DeployedService, { addresses, stage }: Context): FileSet[] {
  const groups: FileEntry[][] = []
  let room = 0
  for (const entry of entriesOf(service, (content) => stage.text(content, { address: addresses.spell }, []))) {
    const size = appliedSize(entry)
    if (size > room) {
      groups.push([])
      room = largestApplied
    }
    groups.at(-1)!.push(entry)
    room -= size
  }
  return groups.map((entries) => {
    const part = groups.length === 1 ? '' : `-${groups.indexOf(entries) + 1}`
    const members = stage.shared(`${service.id}.files${part}`, dataOf(entries))
    const name = stage.name(members)
    return {
      object: `${service.id}-files-${name}`,
      volume: groups.length === 1 ? 'config-files' : `config-files-${name}`,
      entries,
      members,
      when: either(...entries.map(({ when }) => when)),
    }
  })
}

function entriesOf(
  { files }: DeployedService,
  spelled: (content: DeployedService['files'][number]['content']) => string,
): FileEntry[] {
  const taken = new Map<string, string>()
  return files.map(({ path, content, when }) => {
    const readable = path
      .slice(1)
      .replace(/[^A-Za-z0-9._-]/g, '_')
      .slice(-200)
    const own = taken.get(readable)
    const key = own !== undefined && own !== path ? `${readable}-${contentName(path)}` : readable
    taken.set(key, path)
    return { path, key, text: spelled(content), when }
  })
}

/** The ConfigMaps of a service, with what is wrong about the sizes of their files. */
export function configMapsOf(service: DeployedService, context: Context): readonly Manifest[] {
  for (const { entries } of fileSetsOf(service, context)) {
    for (const entry of entries) checkSize(service, entry, context)
  }
  return fileSetsOf(service, context).flatMap(({ object, members, when }) =>
    guardItems(when, [
      manifest(
        context,
        { apiVersion: 'v1', kind: 'ConfigMap', name: object, service: service.id },
        { immutable: true, ...members },
      ),
    ]),
  )
}

function dataOf(entries: readonly FileEntry[]): Block {
  const binary = entries.filter(({ text }) => holdsControls(text))
  const plain = entries.filter(({ text }) => !holdsControls(text))
  return {
    ...mapMember('data', plain, (text) => text),
    ...mapMember('binaryData', binary, base64),
  }
}

function mapMember(name: string, entries: readonly FileEntry[], write: (text: string) => string): Block {
  if (entries.length === 0) return {}
  const guarded = entries.map(({ key, text, when }) => guardMembers(when, { [key]: write(text) }))
  const when = either(...entries.map((entry) => entry.when))
  return guardMembers(when, { [name]: Object.assign({}, ...guarded) as Block })
}

function checkSize(service: DeployedService, entry: FileEntry, context: Context): void {
  if (isLate(entry.text)) return
  const at = ['services', service.id, 'files', entry.path]
  const size = sizeOf(entry.text)
  if (size > largestFile) context.problems.push(tooLarge(at, entry.path, size))
  else if (appliedSize(entry) > largestApplied) {
    context.lose({
      loss: 'files.apply',
      at: at.join('/'),
      severity: 'degraded',
      reason: `The file takes ${size} bytes; "kubectl apply" without "--server-side" refuses objects above 256 KiB.`,
      workaround: 'Apply with "kubectl apply --server-side -k", or put the file into the image or into a volume.',
    })
  }
}

const tooLarge = (path: readonly string[], what: string, size: number): Problem =>
  problem('WB5001', path, { what, size: `${size} bytes`, limit: '1 MiB' })
