// Compares rendering with what people would use instead. Everybody renders the same objects, which is checked first, from
// sources in the tool's own style. What the comparison leaves out:
//  - names of ConfigMaps follow their content; the peers take them from our output,
//  - fields that cdk8s-plus always writes, see `leftOut` in peers/cdk8s.ts.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Row, benchOptions, median, progress, publishReport, row } from '../report.ts'
import { type BenchData, benchData } from './data.ts'
import { type Measured, knowsMemory, measureCalls, measureProcesses } from './measure.ts'
import { type Objects, differences, objectsIn, objectsInFolder } from './objects.ts'
import { type Sources, program, renderAgain, renderProcess, renderTexts, writeSources } from './ours.ts'
import { cdk8s } from './peers/cdk8s.ts'
import { helm } from './peers/helm.ts'
import { jsonnet } from './peers/jsonnet.ts'
import { kustomize } from './peers/kustomize.ts'
import { type Peer, type PeerData, peerData } from './peers/peer.ts'
import { targetIds } from './product.ts'

const bench = 'render'
const options = benchOptions()
const sizes = options.quick ? [30] : [10, 30, 100, 300, 1000]
const runs = options.quick ? 3 : 9
/** The target whose objects the others render, too. */
const compared = 'kubernetes'
/** Sizes at which every target is timed, not only the one that is compared. */
const sizesOfAll = [30, 100, 1000]
const node = [process.execPath, '-e', '0'] as const

/** What we want to reach: times in milliseconds, memory in MiB. */
const goals = { one: 80, all: 150, memory: 150, perService: 0.3, edit: 20, version: 1.3 }

if (!existsSync(program)) throw new Error(`${program} is not there: run "npm run build" first.`)
// The others print to nowhere, so our files go to memory where that is possible: a busy disk would decide otherwise.
const memory = '/dev/shm'
const folder = mkdtempSync(join(existsSync(memory) ? memory : tmpdir(), 'waybill-bench-render-'))
const cdk8sPeer = await cdk8s(folder)
const all: readonly Peer[] = [kustomize(), helm(), cdk8sPeer, jsonnet()]
const peers = all.filter(({ found }) => 'version' in found)

/** One size of the product, ready to run. */
interface Case {
  readonly count: number
  readonly name: string
  readonly data: PeerData
  readonly sources: Sources
  readonly commands: ReadonlyMap<string, readonly [string, ...string[]]>
}

function prepare(count: number): Case {
  const data = benchData(count)
  const at = (name: string) => join(folder, String(count), name)
  const sources = writeSources(at('waybill'), data)
  const { command, before } = renderProcess('ours', sources, at('check'), ['--target', compared])
  before?.()
  output(command)
  const objects = objectsInFolder(at('check/kubernetes/base'))
  const theirs = peerData(data, (service) => configMapOf(service, objects))
  const commands = new Map(
    peers.map((peer) => {
      mkdirSync(at(peer.id), { recursive: true })
      peer.write(at(peer.id), theirs)
      return [peer.id, peer.command(at(peer.id))]
    }),
  )
  for (const peer of peers) refuseDifferences(peer, count, objects, objectsIn(output(commands.get(peer.id)!)))
  return { count, name: `${count} services`, data: theirs, sources, commands }
}

function output([command, ...args]: readonly [string, ...string[]]): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 30 })
  if (error) throw error
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${status ?? 'a signal'}:\n${stdout}${stderr}`)
  return stdout
}

function configMapOf(service: string, objects: Objects): string {
  const key = [...objects.keys()].find((each) => each.startsWith(`ConfigMap ${service}-`))
  if (key === undefined) throw new Error(`${service} has no ConfigMap`)
  return key.slice('ConfigMap '.length)
}

function refuseDifferences(peer: Peer, count: number, ours: Objects, theirs: Objects): void {
  const found = differences(ours, theirs, peer.leftOut)
  if (found.length > 0) throw new Error(`${peer.id} renders other objects at ${count} services:\n${found.join('\n')}`)
}

/** Milliseconds of whole processes: each target alone, and all of them in one process. */
interface Times {
  readonly each: ReadonlyMap<string, number>
  readonly every: number
}

/** Whole processes, all tools in turn. */
function coldRows({ name, sources, commands, count }: Case): { readonly rows: Row[]; readonly times: Times } {
  const out = (id: string) => join(folder, 'out', id)
  // peers may be called like a target
  const idOf = (target: string) => `target ${target}`
  const timed = sizesOfAll.includes(count) ? targetIds : [compared]
  const measured = measureProcesses(
    [
      { id: 'floor', command: node },
      ...timed.map((target) => renderProcess(idOf(target), sources, out(target), ['--target', target])),
      renderProcess('every', sources, out('every'), ['--all']),
      ...peers.map(({ id }) => ({ id, command: commands.get(id)! })),
    ],
    runs,
  )
  const of = (id: string): Measured => measured.get(id)!
  const ours = of(idOf(compared))
  const [floor, one, every] = [of('floor').milliseconds, ours.milliseconds, of('every').milliseconds]
  const each = new Map(timed.map((target) => [target, of(idOf(target)).milliseconds]))
  const time = { case: name, metric: 'process, one target', unit: 'ms' }
  const memory = { case: name, metric: 'peak memory', unit: 'MiB' }
  const rows = peers.map(({ id }) => row(bench, time, one, id, of(id).milliseconds))
  const { mebibytes } = ours
  if (mebibytes !== undefined) {
    rows.push(...peers.map(({ id }) => row(bench, memory, mebibytes, id, of(id).mebibytes!)))
    if (count === 1000) rows.push(row(bench, memory, mebibytes, 'goal', goals.memory))
  }
  if (count === 30) {
    rows.push(
      ...[...each].map(([target, milliseconds]) =>
        row(bench, { ...time, metric: `process above node -e 0, ${target}` }, milliseconds - floor, 'goal', goals.one),
      ),
      row(
        bench,
        { ...time, metric: `process above node -e 0, all ${targetIds.length} targets` },
        every - floor,
        'goal',
        goals.all,
      ),
    )
  }
  return { rows, times: { each, every } }
}

/** Again and again in one process, from the texts of the sources to the texts of the output. */
function repeatedRows({ name, sources, data, count }: Case): Row[] {
  const [product, instance] = [readFileSync(sources.product, 'utf8'), readFileSync(sources.instance, 'utf8')]
  const times = measureCalls(
    {
      ours: () => void renderTexts(product, instance, compared),
      peer: () => void cdk8sPeer.manifests(data),
    },
    runs,
    count >= 300 ? 3 : 10,
  )
  const what = { case: name, metric: 'again in one process', unit: 'ms' }
  return [row(bench, what, times.get('ours')!, cdk8sPeer.id, times.get('peer')!)]
}

/** One variable of one service changes, on disk, and the output follows. */
async function editRows({ name, sources }: Case, data: BenchData): Promise<Row[]> {
  const out = join(folder, 'out', 'edit')
  const edited = join(folder, 'edited', 'product.json')
  const text = readFileSync(sources.product, 'utf8')
  const greeting = `Hello from ${data.services[5]!.name}`
  mkdirSync(join(folder, 'edited'), { recursive: true })
  const times: number[] = []
  for (let edit = -10; edit < runs; edit++) {
    writeFileSync(edited, text.replace(greeting, `${greeting}, edit ${edit}`))
    const start = performance.now()
    await renderAgain({ ...sources, product: edited }, out, compared)
    if (edit >= 0) times.push(performance.now() - start)
  }
  rmSync(out, { recursive: true, force: true })
  return [
    row(
      bench,
      { case: name, metric: 'edit of one service while watching', unit: 'ms' },
      median(times),
      'goal',
      goals.edit,
    ),
  ]
}

function versionRows(): Row[] {
  const measured = measureProcesses(
    [
      { id: 'floor', command: node },
      { id: 'ours', command: [process.execPath, program, '--version'] },
    ],
    options.quick ? 5 : 21,
  )
  const [ours, floor] = [measured.get('ours')!.milliseconds, measured.get('floor')!.milliseconds]
  const what = { case: 'waybill --version', metric: 'process', unit: 'ms' }
  return [row(bench, what, ours, 'node -e 0', floor), row(bench, what, ours, 'goal', goals.version * floor)]
}

/** What one more service costs in one target. */
function slopeRows(times: ReadonlyMap<number, Times>): Row[] {
  const [from, to] = [times.get(100), times.get(1000)]
  if (!from || !to) return []
  const what = { case: '100 to 1000 services', unit: 'ms' }
  const slope = (of: (times: Times) => number) => (of(to) - of(from)) / 900
  return [
    ...targetIds.map((target) =>
      row(
        bench,
        { ...what, metric: `per service, ${target}` },
        slope(({ each }) => each.get(target)!),
        'goal',
        goals.perService,
      ),
    ),
    row(
      bench,
      { ...what, metric: `per service and target, all ${targetIds.length} targets` },
      slope(({ every }) => every) / targetIds.length,
      'goal',
      goals.perService,
    ),
  ]
}

const rows: Row[] = versionRows()
const times = new Map<number, Times>()
for (const count of sizes) {
  progress(`${count} services: same objects?`)
  const prepared = prepare(count)
  progress(`${count} services: timing`)
  const { rows: cold, times: taken } = coldRows(prepared)
  times.set(count, taken)
  rows.push(...cold, ...repeatedRows(prepared))
  if (count === 30 || count === 1000) rows.push(...(await editRows(prepared, benchData(count))))
}
rows.push(...slopeRows(times))
rmSync(folder, { recursive: true })

await publishReport(
  {
    bench,
    title: 'Rendering',
    command: 'npm run build && npm run bench:render -- --write',
    rows,
    notes: [
      'Every tool renders the same Kubernetes objects (ConfigMap, Service, Deployment, NetworkPolicy and, where replicas ask for it, PodDisruptionBudget), which is checked object by object before anything is timed.',
      `Medians of ${runs} runs in turn; of 3 for a tool that takes longer than 5 s. We write one file per service (into memory), the others print to nowhere.`,
      ...all.map(({ id, found }) =>
        'version' in found ? `${id} ${found.version}.` : `${id} was left out: ${found.missing}.`,
      ),
      ...(knowsMemory ? [] : ['Peak memory was left out: GNU time is not installed.']),
    ],
  },
  options,
)
