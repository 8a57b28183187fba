import { spawn, spawnSync } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestRegistry, hasRegistry, startRegistry } from '../registry/registry.ts'
import { type AirGappedSite, startAirGappedSite } from './air-gapped-site.ts'
import { type Parcel, type Shop, askJson, photo } from './parcels.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, parcelsInstance, registry, temporaryFolder } from './rendering.ts'

const waybill = fileURLToPath(new URL('../../packages/cli/bin/waybill.js', import.meta.url))
const id = 'airgap-parcels'
const isRoot = process.getuid?.() === 0
const hasDocker = spawnSync('dockerd', ['--version']).status === 0

/** Lines of `--json`. */
interface Line {
  readonly ok?: boolean
  readonly event?: string
  readonly state?: string
  readonly pushed?: number
  readonly present?: number
  readonly problems?: readonly { readonly code: string }[]
  readonly images?: readonly { readonly image: string; readonly as: string; readonly digest: string }[]
}
const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line)

// reason: needs root for a network namespace, the program dockerd for an engine in it, and a registry of its own
describe.skipIf(!isRoot || !hasDocker || !hasRegistry)('Parcels at a site without internet', () => {
  let folder: string
  let mirror: TestRegistry
  let site: AirGappedSite
  let bundle: string
  let output: string
  let shop: Shop
  const at = (name: string) => join(folder, name)
  const env: NodeJS.ProcessEnv = { ...process.env }
  const siteRegistry = () => `${site.gateway}:${mirror.port}/mirror`
  const onSite = (...args: readonly string[]) => site.inside(process.execPath, [waybill, ...args])
  const load = async () => {
    const [command, args] = onSite('bundle', 'load', bundle, '--registry', siteRegistry(), ...trusted(), '--json')
    const { code, out } = await run(command, args)
    return { code, result: linesOf(out).at(-1)! }
  }
  const trusted = () => [
    '--key',
    at('vendor.pub'),
    '--product',
    'parcels',
    '--insecure',
    `${site.gateway}:${mirror.port}`,
  ]
  const tagsInMirror = async (repository: string) => {
    const answer = await fetch(`http://${mirror.host}/v2/mirror/${repository}/manifests/1.0.0`, { method: 'HEAD' })
    return answer.status
  }

  beforeAll(async () => {
    folder = await temporaryFolder()
    env['WAYBILL_SECRETS'] = at('secrets')
    mirror = await startRegistry({ everywhere: true })
    site = await startAirGappedSite(folder, mirror.port)
    env['DOCKER_HOST'] = site.dockerHost
    shop = { address: site.address, port: 18445 }
    await writeKeys(folder)
  })

  afterAll(async () => {
    if (output) await run('docker', ['compose', 'down', '--volumes', '--timeout', '5'], { cwd: output, env })
    await site?.stop()
    await mirror?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('leaves the vendor in parts', async () => {
    const product = at('product.json')
    await mustRun(process.execPath, [waybill, 'build', parcelsDefinition, '--out', product])
    await mkdir(at('usb'))
    const args = ['--registry', registry, '--sign', at('vendor.key'), '--platform', 'linux/amd64', '--split', '40 MB']
    await mustRun(process.execPath, [
      waybill,
      'bundle',
      'create',
      product,
      ...args,
      '--out',
      join(at('usb'), 'parcels.tar'),
    ])
    bundle = at('usb')
    expect((await readdir(bundle)).length).toBeGreaterThan(3)
  })

  it('has no way out on the other side, and no image', async () => {
    const reach = (host: string, port: number) =>
      run(...(site.inside('bash', ['-c', `exec 3<>/dev/tcp/${host}/${port}`]) as [string, string[]]))
    const [lab, port] = registry.split(':')
    expect((await reach(lab!, Number(port))).code).not.toBe(0)
    expect((await reach('192.0.2.1', 443)).err).toContain('unreachable')
    expect((await reach(site.gateway, mirror.port)).code).toBe(0)
    expect(await mustRun('docker', ['images', '--quiet'], { env })).toBe('')
  })

  it('is verified there', async () => {
    const [command, args] = onSite('bundle', 'verify', bundle, ...trusted().slice(0, 4))
    expect(await mustRun(command, args)).toContain('Signed with key')
  })

  it('a load that is killed leaves no tag, and the next one goes on', async () => {
    const [command, args] = onSite('bundle', 'load', bundle, '--registry', siteRegistry(), ...trusted(), '--json')
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'close')
    child.stdout.setEncoding('utf8').on('data', (text: string) => text.includes('"pushed"') && child.kill('SIGKILL'))
    await ended
    expect(child.signalCode).toBe('SIGKILL')
    expect([await tagsInMirror('parcels/api'), await tagsInMirror('parcels/web')]).toEqual([404, 404])
    const { code, result } = await load()
    expect(code).toBe(0)
    expect(result.present).toBeGreaterThan(0)
    expect(result.pushed).toBeGreaterThan(0)
    expect(await tagsInMirror('parcels/api')).toBe(200)
  })

  it('two loads at once, later, have nothing to do', async () => {
    const results = await Promise.all([load(), load()])
    expect(results.map(({ code, result }) => [code, result.pushed])).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it('is rendered there from what the bundle holds, pinned', async () => {
    const extract = onSite('bundle', 'extract', bundle, '--out', at('parcels'), ...trusted().slice(0, 4))
    await mustRun(...extract)
    const text = parcelsInstance({ id, site: [`publish: { address: ${site.address}, http: 0, https: ${shop.port} }`] })
    const instance = at('instance.yaml')
    await writeFile(instance, text.replace(`registry: ${registry}`, `registry: ${siteRegistry()}`))
    const product = join(at('parcels'), 'product.json')
    const rendering = onSite('render', product, '--instance', instance, '--target', 'compose', '--out', at('out'))
    await mustRun(...rendering)
    output = join(at('out'), 'compose')
    const images = [...(await readFile(join(output, 'base/compose.yaml'), 'utf8')).matchAll(/image: (.*)/g)]
    expect(images.length).toBeGreaterThan(5)
    for (const [, image] of images) {
      expect(image!.startsWith(`${siteRegistry()}/`)).toBe(true)
      expect(image).toMatch(/:[\w.-]+@sha256:[0-9a-f]{64}$/)
    }
  })

  it('runs there, from the registry of the site alone', async () => {
    await mustRun('sh', ['base/secrets.sh'], { cwd: output, env })
    await mustRun('docker', ['compose', 'up', '--detach', '--wait', '--quiet-pull'], { cwd: output, env })
    const sent = await askJson<Parcel>(shop, 201, '/v1/parcels', { recipient: 'Ada', contents: 'books', photo })
    const read = await until(30, () => askJson<Parcel>(shop, 200, `/v1/parcels/${sent.id}`))
    expect(read.recipient).toBe('Ada')
    const repositories = await mustRun('docker', ['images', '--format', '{{.Repository}}'], { env })
    for (const each of repositories.trim().split('\n')) expect(each.startsWith(`${siteRegistry()}/`)).toBe(true)
  })

  it('a bundle with one changed byte is refused', async () => {
    const part = join(bundle, 'parcels.tar.002')
    const bytes = await readFile(part)
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(part, bytes)
    const [command, args] = onSite('bundle', 'verify', bundle, ...trusted().slice(0, 4), '--json')
    const { code, out } = await run(command, args)
    expect(code).toBe(1)
    expect(linesOf(out).at(-1)!.problems).toMatchObject([{ code: 'WB6103' }])
  })
})

/** A pair of keys in the format of minisign, as `minisign -G -W` makes it. */
async function writeKeys(folder: string): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const number = randomBytes(8)
  const secret = Buffer.concat([Buffer.from('Ed\0\0B2'), Buffer.alloc(48), number, seed, raw, Buffer.alloc(32)])
  const open = Buffer.concat([Buffer.from('Ed'), number, raw])
  await writeFile(join(folder, 'vendor.key'), `untrusted comment: key\n${secret.toString('base64')}\n`)
  await writeFile(join(folder, 'vendor.pub'), `untrusted comment: key\n${open.toString('base64')}\n`)
}
