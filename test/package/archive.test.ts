import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { targets } from '@waybill/generate'
import { canonicalJson } from '@waybill/model'
import { Registries, createBundle, secretKey, textFile } from '@waybill/operate'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import parcels from '../../examples/parcels/product.ts'
import manifest from '../../packages/cli/package.json' with { type: 'json' }
import { platforms } from '../../tools/package/platforms.ts'
import { fileOfRuntime } from '../../tools/package/runtime.ts'
import {
  type Ran,
  canRunAlone,
  openFolder,
  packageInto,
  remove,
  root,
  runAlone,
  runFromSource,
  unpackTar,
} from './packaged.ts'

const minutes = 60_000
const folder = openFolder('package')
const out = join(folder, 'out')
const work = join(folder, 'work')
const unpacked = join(folder, 'unpacked')
const nameOf = (id: string) => `waybill-${manifest.version}-${id}`
const here = nameOf(`${process.platform}-${process.arch}`)
const launcher = join(unpacked, here, 'bin/waybill')

const secret = join(folder, 'secret.key')
const canSign = spawnSync('minisign', ['-v']).status === 0

beforeAll(() => {
  if (canSign) execFileSync('minisign', ['-G', '-W', '-p', join(folder, 'public.key'), '-s', secret])
  packageInto(out, canSign ? ['--sign', secret] : [])
  mkdirSync(unpacked)
  for (const { id, archive } of platforms) {
    const file = join(out, `${nameOf(id)}.${archive}`)
    if (archive === 'zip') execFileSync('unzip', ['-q', file, '-d', unpacked])
    else unpackTar(file, unpacked)
  }
}, 5 * minutes)
afterAll(() => remove(folder))

describe('alone on a machine, as nobody', () => {
  beforeEach((context) =>
    context.skip(!canRunAlone, 'needs root on Linux, to run a program as another user without network'),
  )

  const renderings = ['out/kubernetes', 'out/compose']
  const trusted = canSign ? ['--key', '../public.key'] : ['--allow-unsigned']
  const commands: readonly (readonly string[])[] = [
    ['--version'],
    ['--help'],
    ['render', '--help'],
    ['check', 'product.json'],
    ['check', 'product.json', '--instance', 'instance.yaml'],
    ['render', 'product.json', '--instance', 'instance.yaml', '--all', '--out', 'out'],
    ['explain', 'WB1203'],
    ...targets.map(({ id }) => ['explain', id]),
    ['explain', 'settings', '--product', 'product.json'],
    ['images', 'product.json', '--instance', 'instance.yaml'],
    ['diff', 'product.json', 'changed.json'],
    ['diff', 'product.json', 'changed.json', '--instance', 'instance.yaml', '--target', 'compose', '--json'],
    ['images', 'product.json', '--instance', 'instance.yaml', '--mirror', 'registry.example/mirror', '--json'],
    ['settings', 'product.json', '--instance', 'instance.yaml'],
    ['settings', 'product.json', '--markdown'],
    [
      'instance',
      'new',
      'product.json',
      '--yes',
      '--id',
      'made',
      '--set',
      'site.host=made.example',
      '--out',
      'new.yaml',
    ],
    ['instance', 'set', 'product.json', 'new.yaml', 'settings.site.host=set.example', '--yes'],
    ['instance', 'get', 'product.json', 'new.yaml', 'settings.site.host'],
    ['instance', 'migrate', 'product.json', 'new.yaml', '--yes'],
    ['overlays', 'product.json', '--instance', 'instance.yaml'],
    ['overlays', 'product.json', '--instance', 'overlaid.yaml', '--export', 'out/compose', '--target', 'compose'],
    ['bundle', 'verify', 'bundle.tar', ...trusted, '--json'],
    ['bundle', 'extract', 'bundle.tar', ...trusted, '--out', 'extracted'],
    ['bundle', 'verify', 'product.json', '--allow-unsigned'],
    ['bundle', 'load', 'bundle.tar', ...trusted, '--product', 'other', '--registry', 'registry.example'],
    ['bundle', 'create', 'product.json', '--sign', 'product.json', '--out', 'made.tar'],
    ['completion', 'bash'],
    ['completion', 'zsh'],
    ['completion', 'fish'],
    ['schema', 'product'],
    ['schema', 'instance'],
    ['schema', 'instance', '--product', 'product.json'],
    ['check', 'broken.json'],
    ['no-such-command'],
  ]
  const failing = [
    'diff product.json changed.json',
    'diff product.json changed.json --instance instance.yaml --target compose --json',
    'bundle verify product.json --allow-unsigned',
    `bundle load bundle.tar ${trusted.join(' ')} --product other --registry registry.example`,
    'bundle create product.json --sign product.json --out made.tar',
    'check broken.json',
    'no-such-command',
  ]
  const path = enginePrograms()
  const bundle = join(folder, 'bundle.tar')
  beforeAll(() => writeBundle(bundle))

  /** What all commands do in a folder with the same inputs, and what they write. */
  function runAll(run: (args: readonly string[]) => Ran) {
    remove(work)
    mkdirSync(work)
    chmodSync(work, 0o777)
    writeFileSync(join(work, 'product.json'), canonicalJson(parcels))
    writeFileSync(join(work, 'changed.json'), canonicalJson({ ...parcels, title: 'Changed' }))
    writeFileSync(join(work, 'broken.json'), '{ "schema": 1, "id": 3 }')
    cpSync(join(root, 'examples/parcels/instance.yaml'), join(work, 'instance.yaml'))
    const overlay = '\noverlays:\n  - { at: services/api/memory/limit, set: 512 MiB }\n'
    writeFileSync(join(work, 'overlaid.yaml'), readFileSync(join(work, 'instance.yaml'), 'utf8') + overlay)
    cpSync(bundle, join(work, 'bundle.tar'))
    const results = Object.fromEntries(commands.map((args) => [args.join(' '), run(args)]))
    return { results, files: filesIn(work) }
  }

  test('nobody has no name, no network and no sources', () => {
    const shown = (...command: [string, ...string[]]) => runAlone(command, folder, '/nonexistent').stdout.trim()
    expect(shown('/usr/bin/id', '-u')).toBe('65534')
    expect(shown('/bin/sed', '1,2d', '/proc/net/dev')).toMatch(/^lo:[^:]*$/)
    expect(shown('/bin/ls', root)).toBe('')
  })

  test('every command gives what the sources give, byte for byte', { timeout: 3 * minutes }, () => {
    const source = runAll((args) => runFromSource(args, work))
    const alone = runAll((args) => runAlone([launcher, ...args], work, path))
    expect(alone.results).toEqual(source.results)
    expect(alone.files).toEqual(source.files)
    expect(alone.results['--version']).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' })
    const worked = Object.entries(alone.results).filter(([, { status }]) => status === 0)
    expect(commands.map((args) => args.join(' ')).filter((each) => !worked.some(([name]) => name === each))).toEqual(
      failing,
    )
    for (const rendering of renderings)
      expect(Object.keys(alone.files).filter((file) => file.startsWith(`${rendering}/base/`)).length).toBeGreaterThan(1)
  })

  test('links to the launcher lead to the program', () => {
    const [link, second] = [join(folder, 'waybill'), join(folder, 'second')]
    symlinkSync(launcher, link)
    symlinkSync('waybill', second)
    for (const each of [link, second])
      expect(runAlone([each, '--version'], '/', '/nonexistent')).toMatchObject({ status: 0, stderr: '' })
    expect(runAlone([link, '--version'], '/', '/nonexistent').stdout).toBe(`${manifest.version}\n`)
  })

  test('a product.ts without its packages is told what to do instead', () => {
    const project = join(folder, 'alone')
    mkdirSync(project)
    cpSync(join(root, 'examples/parcels/product.ts'), join(project, 'product.ts'))
    const { status, stdout, stderr } = runAlone([launcher, 'check', 'product.ts'], project, path)
    expect(status).toBe(3)
    expect(stdout + stderr).toMatch(/runs only in its vendor's project[\s\S]*npm install[\s\S]*product\.json/)
  })
})

describe('on this machine', () => {
  beforeEach((context) => context.skip(process.platform !== 'linux', 'checks the archives for Linux'))

  test("a product.ts runs on the archive's own runtime inside of its vendor's project", () => {
    const project = join(folder, 'vendor')
    mkdirSync(project)
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'))
    cpSync(join(root, 'examples/parcels/product.ts'), join(project, 'product.ts'))
    const { status, stderr } = spawnSync(launcher, ['build', 'product.ts', '--out', 'product.json'], {
      cwd: project,
      encoding: 'utf8',
      env: { PATH: '/nonexistent' },
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(readFileSync(join(project, 'product.json'), 'utf8').trim()).toBe(canonicalJson(parcels).trim())
  })

  test('options that are meant for another Node do not reach the runtime', () => {
    const env = { NODE_OPTIONS: '--import /nonexistent.js' }
    expect(spawnSync(launcher, ['--version'], { env, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })

  test('the archive for ARM runs', (context) => {
    const [emulator, libraries] = ['/usr/bin/qemu-aarch64-static', '/usr/aarch64-linux-gnu']
    if (!existsSync(emulator) || !existsSync(join(libraries, 'lib/libstdc++.so.6')))
      return context.skip('needs an emulator: apt-get install qemu-user-static libstdc++6-arm64-cross')
    const place = join(unpacked, nameOf('linux-arm64'))
    const command = ['-L', libraries, join(place, 'runtime/node'), join(place, 'lib/waybill.js'), 'explain', 'WB1203']
    expect(execFileSync(emulator, command, { encoding: 'utf8' })).toBe(
      runFromSource(['explain', 'WB1203'], root).stdout,
    )
  })
})

test.each([
  ['linux-x64', /^ELF 64-bit LSB.* x86-64/],
  ['linux-arm64', /^ELF 64-bit LSB.* aarch64/],
  ['darwin-arm64', /^Mach-O 64-bit arm64/],
  ['darwin-x64', /^Mach-O 64-bit x86_64/],
  ['win-x64', /^PE32\+.* x86-64/],
])('the archive of %s is complete and has the runtime of its platform', (id, format) => {
  const { runtimePath, launcher: start, archive } = platforms.find((each) => each.id === id)!
  const place = join(unpacked, nameOf(id))
  expect(execFileSync('file', ['-b', join(place, runtimePath)], { encoding: 'utf8' })).toMatch(format)
  const files = filesIn(place)
  const same = filesIn(join(unpacked, nameOf('linux-x64')))
  const own = [runtimePath, `bin/${start}`, 'sbom.cdx.json', 'THIRD-PARTY-LICENSES.txt']
  const common = Object.fromEntries(Object.entries(files).filter(([file]) => !own.includes(file)))
  expect(Object.keys(files)).toEqual(expect.arrayContaining(own))
  expect(same).toMatchObject(common)
  expect(Object.keys(files)).toHaveLength(Object.keys(same).length)
  if (archive === 'tar.gz')
    for (const program of [`bin/${start}`, runtimePath]) expect(statSync(join(place, program)).mode & 0o777).toBe(0o755)
})

test(
  'the same sources give the same bytes, whatever the time zone and the mask of the machine',
  { timeout: 3 * minutes },
  () => {
    const again = join(folder, 'again')
    const before = process.umask(0o077)
    packageInto(again, ['--platform', 'linux-x64', '--platform', 'win-x64'], { TZ: 'Asia/Kathmandu' })
    process.umask(before)
    const made = readdirSync(again).filter((file) => file.startsWith('waybill-'))
    expect(made).toHaveLength(4)
    for (const file of made) expect([file, sha256(join(again, file))]).toEqual([file, sha256(join(out, file))])
  },
)

test('the checksums are right and name every file', () => {
  const checked = execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: out, encoding: 'utf8' })
  const names = checked.trim().split('\n')
  expect(names).toEqual(
    readdirSync(out)
      .filter((file) => !file.startsWith('SHA256SUMS'))
      .toSorted()
      .map((file) => `${file}: OK`),
  )
})

test('the signature of the checksums is what minisign accepts', (context) => {
  context.skip(!canSign, 'needs minisign: apt-get install minisign')
  const check = () => spawnSync('minisign', ['-V', '-p', join(folder, 'public.key'), '-m', sums], { encoding: 'utf8' })
  const [sums, text] = [join(out, 'SHA256SUMS'), readFileSync(join(out, 'SHA256SUMS'), 'utf8')]
  expect(check()).toMatchObject({ status: 0, stdout: expect.stringContaining(`waybill ${manifest.version}`) })
  writeFileSync(
    sums,
    text.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
  )
  const tampered = check()
  writeFileSync(sums, text)
  expect(tampered.status).toBe(1)
})

test.each(platforms)('the bill of materials of $id is valid and says what is inside', async ({ id, runtime }) => {
  const place = join(unpacked, nameOf(id))
  const text = readFileSync(join(place, 'sbom.cdx.json'), 'utf8')
  expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull()
  expect(readFileSync(join(out, `${nameOf(id)}.cdx.json`), 'utf8')).toBe(text)
  const { components } = JSON.parse(text) as { components: { name: string; version: string; group?: string }[] }
  const parts = components.map(
    ({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name} ${version}`,
  )
  const node = `${runtime.package} ${runtime.version}`
  const dependencies = ['commander', 'zod', 'yaml', '@noble/hashes', '@clack/prompts'].map(
    (name) => `${name} ${installed(name)}`,
  )
  expect(parts).toEqual(expect.arrayContaining([node, ...dependencies]))
  const licences = readFileSync(join(place, 'THIRD-PARTY-LICENSES.txt'), 'utf8')
  for (const part of parts.filter((each) => each !== node)) expect(licences).toContain(`\n${part} (`)
  expect(licences).toContain(`Node.js ${runtime.version} and what it is made of`)
})

test('a runtime that is not the pinned one is refused', async () => {
  const { runtime } = platforms[0]!
  await expect(fileOfRuntime({ ...runtime, file: 'package.json', integrity: 'sha512-AAAA' })).rejects.toThrow(
    /is not the pinned package/,
  )
})

function installed(name: string): string {
  const text = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** Every file below a folder with the hash of its content. */
function filesIn(place: string): Record<string, string> {
  const files = readdirSync(place, { withFileTypes: true, recursive: true }).filter((each) => each.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(place.length + 1)).toSorted()
  return Object.fromEntries(paths.map((path) => [path, sha256(join(place, path))]))
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

/** A bundle without images: those would need a registry. */
async function writeBundle(file: string): Promise<void> {
  const { id, title, version } = parcels
  const registries = new Registries({ env: {} })
  await createBundle(
    {
      generator: manifest.version,
      product: { id, title, version, digest: `sha256:${'0'.repeat(64)}` },
      targets: [],
      platforms: [],
      images: [],
      files: [textFile('product.json', canonicalJson(parcels)), textFile('cli/start.sh', 'exit 0\n', true)],
    },
    { registries, file, ...(canSign && { key: await secretKey(secret, async () => undefined) }) },
  )
  registries.close()
}

/** A folder with nothing but the programs of the engines that are here. */
function enginePrograms(): string {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const places = (process.env['PATH'] ?? '').split(delimiter)
  for (const program of ['docker', 'kubectl', 'helm']) {
    const found = places.map((place) => join(place, program)).find((file) => existsSync(file))
    if (found !== undefined) symlinkSync(found, join(bin, program))
  }
  return bin
}
