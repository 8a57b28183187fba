// Compares bundles with skopeo, which carries images without a network, too: from a registry into one file, and from the
// file into an empty registry. Both registries are real ones of their own on this machine.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bytesFrom, hasRegistry, pushImage, startRegistry } from '../../registry/registry.ts'
import { type Measured, measureProcesses } from '../render/measure.ts'
import { type Row, benchOptions, progress, publishReport, row } from '../report.ts'

const bench = 'bundle'
const options = benchOptions()
const waybill = join(import.meta.dirname, '../../../packages/cli/dist/waybill.js')
/** What we want to reach. */
const goals = { rate: 150, memory: 150 }

if (!existsSync(waybill)) throw new Error(`${waybill} is not there: run "npm run build" first.`)
if (!hasRegistry) throw new Error('The program docker-registry is not there: install the Debian package.')

const layerSize = (options.quick ? 8 : 100) * 1e6
const layers = Array.from({ length: 10 }, (_, i) => i)
const megabytes = (layerSize * layers.length) / 1e6
const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-bundle-'))
const source = await startRegistry({ folder: join(folder, 'source') })
const target = await startRegistry({ folder: join(folder, 'target') })

try {
  progress(`${megabytes} MB of layers`)
  for (const i of layers) {
    // a peer would compress what is not compressed, which takes its time
    const layer = gzipSync(bytesFrom(`layer ${i}`, layerSize), { level: 0 })
    await pushImage({ host: source.host, name: `bench/image-${i}` }, '1', { layers: [layer] })
  }
  await publishReport(await measure(), options)
} finally {
  await source.stop()
  await target.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure() {
  const [product, file] = [join(folder, 'product.json'), join(folder, 'bundle.tar')]
  writeFileSync(product, JSON.stringify(productOf()))
  const ours = (...args: string[]): readonly [string, ...string[]] => [process.execPath, waybill, 'bundle', ...args]
  const pack = ours('create', product, '--registry', source.host, '--out', file)
  execFileSync(pack[0], pack.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] })
  const theirs = join(folder, 'skopeo')
  const runs = options.quick ? 1 : 3
  const empty = () => {
    for (const part of ['blobs', 'repositories'])
      rmSync(join(target.folder, 'docker/registry/v2', part), { recursive: true, force: true })
  }
  const skopeo = spawnSync('skopeo', ['--version'], { encoding: 'utf8' })
  const hasSkopeo = skopeo.status === 0
  const copy = (from: (i: number) => string, to: (i: number) => string): readonly [string, ...string[]] => [
    'sh',
    '-ec',
    layers
      .map((i) => `skopeo copy --quiet --src-tls-verify=false --dest-tls-verify=false ${from(i)} ${to(i)}`)
      .join('\n'),
  ]
  const remote = (host: string) => (i: number) => `docker://${host}/bench/image-${i}:1`
  const local = (i: number) => `oci:${theirs}:image-${i}`
  const measured = measureProcesses(
    [
      { id: 'create', command: pack },
      { id: 'verify', command: ours('verify', file, '--allow-unsigned') },
      { id: 'load', command: ours('load', file, '--allow-unsigned', '--registry', target.host), before: empty },
      ...(hasSkopeo
        ? [
            {
              id: 'skopeo out',
              command: copy(remote(source.host), local),
              before: () => {
                rmSync(theirs, { recursive: true, force: true })
                mkdirSync(theirs)
              },
            },
            { id: 'skopeo in', command: copy(local, remote(target.host)), before: empty },
          ]
        : []),
    ],
    runs,
  )
  const version = hasSkopeo ? skopeo.stdout.trim() : 'skopeo is not installed, so nobody stands beside us.'
  return {
    bench,
    title: 'Bundles',
    command: 'npm run bench:bundle',
    rows: rowsOf(measured, hasSkopeo),
    notes: [
      `${version}. It writes a folder, we write one file; both read from and write to a real registry (distribution) on this machine.`,
      'skopeo runs once for each image, as it is used in scripts; its memory is that of its largest run.',
    ],
  }
}

function rowsOf(measured: ReadonlyMap<string, Measured>, hasSkopeo: boolean): Row[] {
  const size = `${megabytes} MB in 10 images`
  const rate = (id: string) => megabytes / (measured.get(id)!.milliseconds / 1000)
  const pairs = [
    ['create', 'skopeo out'],
    ['verify', undefined],
    ['load', 'skopeo in'],
  ] as const
  return pairs.flatMap(([id, peer]) => {
    const speed = { case: size, metric: `${id}, speed`, unit: 'MB/s' }
    const memory = { case: size, metric: `${id}, peak memory`, unit: 'MiB' }
    const { mebibytes } = measured.get(id)!
    const theirs = peer !== undefined && hasSkopeo ? measured.get(peer) : undefined
    return [
      row(bench, speed, rate(id), 'goal', goals.rate),
      ...(theirs ? [row(bench, speed, rate(id), 'skopeo', rate(peer!))] : []),
      ...(mebibytes === undefined ? [] : [row(bench, memory, mebibytes, 'goal', goals.memory)]),
      ...(theirs?.mebibytes === undefined || mebibytes === undefined
        ? []
        : [row(bench, memory, mebibytes, 'skopeo', theirs.mebibytes)]),
    ]
  })
}

/** A product of nothing but images. */
function productOf() {
  const constant = (unit: string, value: number) => ({
    law: 'constant',
    unit,
    value: { op: 'quantity', unit, value },
    source: 'none: nothing runs',
    confidence: 'estimated',
  })
  const amounts = (unit: string, value: number) => ({ request: constant(unit, value), limit: constant(unit, value) })
  const service = (i: number) => ({
    id: `image-${i}`,
    kind: 'stateless',
    does: 'Stands for a service.',
    area: 'bench',
    ports: [],
    image: { reference: `bench/image-${i}:1` },
    health: { ready: { probe: 'none', reason: 'nothing listens' } },
    size: { cpu: amounts('cores', 100), memory: amounts('bytes', 1_000_000) },
  })
  return {
    schema: 1,
    id: 'bench',
    title: 'Bench',
    version: '1.0.0',
    areas: [{ id: 'bench', title: 'Bench' }],
    load: [],
    settings: [],
    features: [],
    secrets: [],
    volumes: [],
    dependencies: [],
    services: layers.map(service),
    targets: [{ id: 'compose' }],
  }
}
