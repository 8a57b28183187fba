import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { lockName } from '../io/lock.ts'
import { startOf } from '../io/process.ts'
import { Workplace, entry, waybill, waybillJson } from '../waybill-for-test.ts'

let place: Workplace
let product: string
beforeAll(() => {
  place = new Workplace()
  product = place.build()
})
afterAll(() => place.remove())
beforeEach(() => rmSync(place.out, { recursive: true, force: true }))

const render = (...more: readonly string[]) =>
  waybill(['render', product, '--instance', place.instance, '--out', place.out, ...more])
const renderJson = (...more: readonly string[]) =>
  waybillJson(['render', product, '--instance', place.instance, '--out', place.out, ...more])

/** Every file below a folder with its text. */
function filesIn(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length + 1),
      readFileSync(join(parentPath, name), 'utf8'),
    ]),
  )
}

const isHash = (text: string, hash: string) => createHash('sha256').update(text).digest('hex') === hash

/** Whether every file of ours is as the manifest beside it says. */
function isWhole(target: string): boolean {
  const { files } = JSON.parse(readFileSync(join(target, 'base/waybill.manifest.json'), 'utf8')) as {
    files: Record<string, string>
  }
  return Object.entries(files).every(
    ([path, hash]) => existsSync(join(target, path)) && isHash(readFileSync(join(target, path), 'utf8'), hash),
  )
}

test('each target gets a folder with its files, a manifest of their hashes and a header that says where they come from', () => {
  const { status, result } = renderJson('--all')
  expect(status).toBe(0)
  expect(result).toMatchObject({ ok: true, problems: [], targets: [{ target: 'kubernetes' }, { target: 'compose' }] })
  for (const target of ['kubernetes', 'compose']) {
    expect(isWhole(join(place.out, target))).toBe(true)
  }
  const compose = readFileSync(join(place.out, 'compose/base/compose.yaml'), 'utf8')
  expect(compose).toMatch(/^# Rendered by waybill 0\.1\.0 from shop 1\.0\.0\. Do not edit: see custom\/\.\n/)
  expect(statSync(join(place.out, 'compose/base/secrets.sh')).mode & 0o111).toBe(0o111)
})

test('people read what was written, what is lost and what to type next', () => {
  const { status, stdout } = render('--target', 'compose')
  expect(status).toBe(0)
  expect(stdout).toMatch(/Docker Compose: .*compose\/\n {2}\d+ files written\./)
  expect(stdout).toMatch(/degraded {2}health|note {2}/)
  expect(stdout).toContain('docker compose up')
})

test('a folder with a space in its name can be typed as it is shown', () => {
  const out = place.path('out of it')
  const { stdout } = waybill(['render', product, '--instance', place.instance, '--target', 'compose', '--out', out], {
    cwd: place.folder,
  })
  expect(stdout).toContain(`cd 'out of it/compose'\n`)
})

test('an instance that names its target gets only that one', () => {
  const instance = place.write('compose.yaml', `${readFileSync(place.instance, 'utf8')}\ntarget: compose\n`)
  const { status } = waybill(['render', product, '--instance', instance, '--out', place.out])
  expect(status).toBe(0)
  expect(readdirSync(place.out)).toEqual(['compose'])
})

test('the same input gives the same bytes under another time zone, language and working directory', () => {
  const first = join(place.out, 'first')
  const second = join(place.out, 'second')
  const args = ['render', place.product, '--instance', place.instance, '--all', '--out']
  expect(waybill([...args, first]).status).toBe(0)
  const env = { ...process.env, TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }
  expect(waybill([...args, second], { env, cwd: '/' }).status).toBe(0)
  expect(filesIn(second)).toEqual(filesIn(first))
})

test('a second render writes nothing', () => {
  render('--target', 'compose')
  const base = join(place.out, 'compose/base')
  const before = statSync(base).ino
  const { result } = renderJson('--target', 'compose')
  expect(result.targets[0]).toMatchObject({ changed: [], removed: [] })
  expect(statSync(base).ino).toBe(before)
})

test('an edited file of ours stops the render, and nothing is written for any target', () => {
  render('--all')
  const edited = join(place.out, 'compose/base/compose.yaml')
  writeFileSync(edited, `${readFileSync(edited, 'utf8')}# mine\n`)
  const instance = place.write(
    'other.yaml',
    readFileSync(place.instance, 'utf8').replace('shop.localhost', 'other.localhost'),
  )
  const before = filesIn(place.out)
  const { status, result } = waybillJson(['render', product, '--instance', instance, '--out', place.out, '--all'])
  expect(status).toBe(1)
  expect(result).toMatchObject({ ok: false, problems: [{ code: 'WB4004', at: { file: edited } }] })
  expect(filesIn(place.out)).toEqual(before)

  expect(waybill(['render', product, '--instance', instance, '--out', place.out, '--all', '--overwrite']).status).toBe(
    0,
  )
  expect(isWhole(join(place.out, 'compose'))).toBe(true)
})

test('what belongs to the customer stays: custom files, and files of theirs beside ours', () => {
  render('--target', 'compose')
  const target = join(place.out, 'compose')
  writeFileSync(join(target, 'custom/compose.override.yaml'), 'services: {}\n')
  writeFileSync(join(target, 'base/notes.txt'), 'mine\n')
  const instance = place.write(
    'other.yaml',
    readFileSync(place.instance, 'utf8').replace('shop.localhost', 'other.localhost'),
  )
  expect(waybill(['render', product, '--instance', instance, '--out', place.out, '--target', 'compose']).status).toBe(0)
  expect(readFileSync(join(target, 'custom/compose.override.yaml'), 'utf8')).toBe('services: {}\n')
  expect(readFileSync(join(target, 'base/notes.txt'), 'utf8')).toBe('mine\n')
  expect(readFileSync(join(target, 'base/compose.yaml'), 'utf8')).toContain('other.localhost')
})

test('the configuration that a running edge mounts outlives one render, not two', () => {
  const edge = join(place.out, 'compose/base/edge')
  const text = readFileSync(place.instance, 'utf8')
  const hosts = ['one', 'two', 'three'].map((host) =>
    place.write(`${host}.yaml`, text.replace('shop.localhost', `${host}.localhost`)),
  )
  const names = hosts.map((instance) => {
    waybill(['render', product, '--instance', instance, '--out', place.out, '--target', 'compose'])
    return readdirSync(edge)
  })
  expect(names.map((each) => each.length)).toEqual([1, 2, 2])
  expect(names[2]).not.toContain(names[0]![0])
})

test('a file of ours that the product no longer has goes away', () => {
  render('--target', 'kubernetes')
  expect(existsSync(join(place.out, 'kubernetes/base/db.yaml'))).toBe(true)
  const external =
    '\ndependencies:\n  db:\n    mode: external\n    host: db.example\n    user: shop\n    database: shop\n'
  const instance = place.write('external.yaml', readFileSync(place.instance, 'utf8') + external)
  const { status, result } = waybillJson([
    'render',
    product,
    '--instance',
    instance,
    '--out',
    place.out,
    '--target',
    'kubernetes',
  ])
  expect(result.problems).toEqual([])
  expect(status).toBe(0)
  expect(existsSync(join(place.out, 'kubernetes/base/db.yaml'))).toBe(false)
  expect(result.targets[0].removed).toEqual(['base/db.yaml'])
})

test('a folder that is not ours is left alone', () => {
  mkdirSync(join(place.out, 'compose'), { recursive: true })
  writeFileSync(join(place.out, 'compose/precious'), 'x')
  const { status, stderr } = render('--target', 'compose')
  expect(status).toBe(1)
  expect(stderr).toContain('WB4005')
  expect(readdirSync(join(place.out, 'compose'))).toEqual(['precious'])
})

test.each([
  ['no such product', () => ['render', place.path('none.json')], 2, 'WB4001'],
  ['a folder', () => ['render', place.folder], 2, 'WB4002'],
  ['no such instance', () => ['render', product, '--instance', place.path('none.yaml')], 2, 'WB4001'],
  ['not UTF-8', () => ['render', latin('latin.json', '{"a":"é"}')], 3, 'WB2003'],
  ['not JSON', () => ['render', place.write('broken.json', '{\n  "a": ]\n}')], 3, 'broken.json:2:8 WB4006'],
  ['a missing setting', () => ['render', product], 3, 'WB2009'],
  [
    'a wrong instance',
    () => [
      'render',
      product,
      '--instance',
      place.write('wrong.yaml', 'schema: 1\nid: x\nproduct: shop\nsettngs: {}\n'),
    ],
    3,
    'wrong.yaml:4:1 WB1001',
  ],
])('%s: the exit code says whose turn it is, and nothing is written', (_, args, code, shown) => {
  const { status, stderr } = waybill([...args(), '--out', place.out])
  expect(stderr).toContain(shown)
  expect(status).toBe(code)
  expect(existsSync(place.out)).toBe(false)
})

function latin(name: string, text: string): string {
  writeFileSync(place.path(name), text, 'latin1')
  return place.path(name)
}

test.each([
  [['rendr'], /unknown command 'rendr'\n\(Did you mean render\?\)/],
  [['render', 'x', '--out', 'y', '--strct'], /unknown option '--strct'\n\(Did you mean --strict\?\)/],
  [['render', 'x'], /required option '--out <dir>' not specified/],
  [
    ['render', 'x', '--out', 'y', '--all', '--target', 'compose'],
    /'--all' cannot be used with option '--target <name>'/,
  ],
  [
    ['render', 'x', '--out', 'y', '--instance', 'a', '--instance', 'b'],
    /'--instance <file>' argument 'b' is invalid\. It is given twice\./,
  ],
  [['render', 'x', '--out', ''], /'--out <dir>' argument '' is invalid\. It is empty\./],
  [['build', 'x', '--out', ''], /'--out <file>' argument '' is invalid\. It is empty\./],
])('wrong usage %j says what was meant', (args, shown) => {
  const { status, stderr } = waybill(args)
  expect(status).toBe(2)
  expect(stderr).toMatch(shown)
})

test('an unknown target is wrong usage, with the nearest one', () => {
  const { status, stderr } = render('--target', 'kubernets')
  expect(status).toBe(2)
  expect(stderr).toMatch(/no target 'kubernets'.*\n\(Did you mean kubernetes\?\)/)
})

test('killed at any point, each target has its old state or its new one, and the next run is clean', async () => {
  const text = readFileSync(place.instance, 'utf8')
  const instances = ['red', 'blue'].map((host) =>
    place.write(`${host}.yaml`, text.replace('shop.localhost', `${host}.localhost`)),
  )
  const args = (instance: string) => [entry, 'render', product, '--instance', instance, '--all', '--out', place.out]
  waybill(args(instances[0]!).slice(1))
  const started = performance.now()
  waybill(args(instances[1]!).slice(1))
  const whole = performance.now() - started
  for (let kill = 0; kill < 12; kill++) {
    const child = spawn(process.execPath, args(instances[kill % 2]!), { stdio: 'ignore' })
    const closed = once(child, 'close')
    await pause(whole * (0.5 + kill / 20))
    child.kill('SIGKILL')
    await closed
    for (const target of ['kubernetes', 'compose']) expect(isWhole(join(place.out, target))).toBe(true)
  }
  expect(waybill(args(instances[0]!).slice(1)).status).toBe(0)
  const left = readdirSync(place.out, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(?:new|old)-\d+$/.test(path),
  )
  expect(left).toEqual([])
}, 60_000)

test('what a process left that died between its two moves is put back', () => {
  render('--target', 'compose')
  const target = join(place.out, 'compose')
  const before = filesIn(target)
  const gone = 2 ** 22 + 1 // above the largest process id of Linux
  renameSync(join(target, 'base'), join(target, `.base.old-${gone}`))
  mkdirSync(join(target, `.base.new-${gone}`))
  expect(render('--target', 'compose').status).toBe(0)
  expect(filesIn(target)).toEqual(before)
  expect(readdirSync(target).filter((name) => name.startsWith('.base'))).toEqual([])
})

const composeFile = () => join(place.out, 'compose/base/compose.yaml')

test.each([
  ['instance', () => ({ product, instance: variant('tenant.yaml', 'id: shop\nproduct', 'id: tenant\nproduct') })],
  [
    'product',
    () => {
      const other = readFileSync(product, 'utf8').replace('"id":"shop"', '"id":"store"')
      return {
        product: place.write('store.json', other),
        instance: variant('store.yaml', 'product: shop', 'product: store'),
      }
    },
  ],
])('the folder of another %s is only replaced when that is said', (_, inputsOf) => {
  render('--target', 'compose')
  const before = filesIn(place.out)
  const inputs = inputsOf()
  const args = ['render', inputs.product, '--instance', inputs.instance, '--out', place.out, '--target', 'compose']
  const { status, result } = waybillJson(args)
  expect(result).toMatchObject({ problems: [{ code: 'WB4009', at: { file: join(place.out, 'compose') } }] })
  expect(status).toBe(1)
  expect(filesIn(place.out)).toEqual(before)
  expect(waybill([...args, '--overwrite']).status).toBe(0)
  expect(filesIn(place.out)).not.toEqual(before)
  expect(isWhole(join(place.out, 'compose'))).toBe(true)
})

function variant(name: string, from: string, to: string): string {
  return place.write(name, readFileSync(place.instance, 'utf8').replace(from, to))
}

test.each([
  ['lost', (file: string) => rmSync(file)],
  ['broken', (file: string) => writeFileSync(file, '<<<<<<< ours\n')],
])('a manifest that was %s stops the render until edits may be dropped', (_, spoil) => {
  render('--target', 'compose')
  const before = filesIn(place.out)
  spoil(join(place.out, 'compose/base/waybill.manifest.json'))
  const { status, stderr } = render('--target', 'compose')
  expect(status).toBe(1)
  expect(stderr).toMatch(/WB4005[\s\S]*--overwrite/)
  expect(render('--target', 'compose', '--overwrite').status).toBe(0)
  expect(filesIn(place.out)).toEqual(before)
})

test('a folder that never was a render is left alone even then', () => {
  mkdirSync(join(place.out, 'compose/base'), { recursive: true })
  writeFileSync(composeFile(), 'services: {}\n')
  expect(render('--target', 'compose', '--overwrite').status).toBe(1)
  expect(filesIn(place.out)).toEqual({ 'compose/base/compose.yaml': 'services: {}\n' })
})

test('an execute bit that was lost is restored', () => {
  render('--target', 'compose')
  const script = join(place.out, 'compose/base/secrets.sh')
  chmodSync(script, 0o644)
  expect(renderJson('--target', 'compose').result.targets[0].changed).toEqual(['base/secrets.sh'])
  expect(statSync(script).mode & 0o111).toBe(0o111)
})

describe('links and folders in the way', () => {
  test('a link where a file of ours should be is an edit; the file that it leads to stays', () => {
    render('--target', 'compose')
    const elsewhere = place.write('elsewhere.yaml', readFileSync(composeFile(), 'utf8'))
    rmSync(composeFile())
    symlinkSync(elsewhere, composeFile())
    const { result } = renderJson('--target', 'compose')
    expect(result.problems).toMatchObject([{ code: 'WB4004', at: { file: composeFile() } }])
    expect(render('--target', 'compose', '--overwrite').status).toBe(0)
    expect(lstatSync(composeFile()).isFile()).toBe(true)
    expect(lstatSync(elsewhere).isFile()).toBe(true)
  })

  test('a link in the place of a folder of ours is one, too', () => {
    render('--target', 'compose')
    const base = join(place.out, 'compose/base')
    const moved = join(place.out, 'moved')
    renameSync(base, moved)
    symlinkSync(moved, base)
    const before = filesIn(moved)
    const { result } = renderJson('--target', 'compose')
    expect(result.problems).toMatchObject([{ code: 'WB4004', at: { file: base } }])
    expect(render('--target', 'compose', '--overwrite').status).toBe(0)
    expect(lstatSync(base).isDirectory()).toBe(true)
    expect(filesIn(moved)).toEqual(before)
  })

  test('so are files in a folder where a file of ours should be', () => {
    render('--target', 'compose')
    rmSync(composeFile())
    mkdirSync(composeFile())
    writeFileSync(join(composeFile(), 'mine'), 'x')
    const { result } = renderJson('--target', 'compose')
    expect(result.problems).toMatchObject([{ code: 'WB4004', at: { file: join(composeFile(), 'mine') } }])
    expect(render('--target', 'compose', '--overwrite').status).toBe(0)
    expect(isWhole(join(place.out, 'compose'))).toBe(true)
  })

  test('links of the customer are neither followed nor lost', () => {
    render('--target', 'compose')
    const target = join(place.out, 'compose')
    const shared = place.path('shared')
    mkdirSync(shared, { recursive: true })
    rmSync(join(target, 'custom'), { recursive: true })
    symlinkSync(shared, join(target, 'custom'))
    symlinkSync('..', join(target, 'base/loop'))
    symlinkSync('nowhere', join(target, 'base/dangling'))
    const instance = variant('linked.yaml', 'shop.localhost', 'linked.localhost')
    const args = ['render', product, '--instance', instance, '--out', place.out, '--target', 'compose']
    const { status, result } = waybillJson(args)
    expect(result.problems).toEqual([])
    expect(status).toBe(0)
    expect(readlinkSync(join(target, 'base/loop'))).toBe('..')
    expect(readlinkSync(join(target, 'base/dangling'))).toBe('nowhere')
    expect(readdirSync(shared)).toEqual([])
  })
})

test('a render that fails leaves nothing unfinished', () => {
  render('--target', 'compose')
  const target = join(place.out, 'compose')
  const before = filesIn(target)
  const instance = variant('blocked.yaml', 'shop.localhost', 'blocked.localhost')
  // no file may be larger than 1 KiB, as if the disk were full
  const limit = `ulimit -f 1; exec "$@"`
  const args = [process.execPath, entry, 'render', product, '--instance', instance, '--out', place.out]
  const { status } = spawnSync('bash', ['-c', limit, 'bash', ...args, '--target', 'compose'], { stdio: 'ignore' })
  expect(status).toBe(1)
  expect(filesIn(target)).toEqual(before)
  expect(hiddenIn(place.out)).toEqual([])
})

/** What a render makes for a while only. */
const hiddenIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(?:^|\/)\.[^/]*(?:new|old|lock)/.test(path),
  )

describe('two renders at once', () => {
  const lock = () => join(place.out, lockName)
  const held = (holder: object) => {
    mkdirSync(place.out, { recursive: true })
    writeFileSync(lock(), JSON.stringify(holder))
  }

  test('the second one is refused while the first one runs', () => {
    held({ process: process.pid, start: startOf(process.pid) })
    const { status, result } = renderJson('--target', 'compose')
    expect(status).toBe(1)
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'WB4011', at: { file: lock() } }] })
    expect(readdirSync(place.out)).toEqual([lockName])
  })

  test.each([
    ['is gone', () => ({ process: 2 ** 22 + 1, start: '1' })],
    ['is gone and whose id is that of another one', () => ({ process: process.pid, start: 'before' })],
    ['never existed', () => ({ broken: true })],
  ])('a lock of a process that %s is taken over and removed', (_, holder) => {
    held(holder())
    expect(render('--target', 'compose').status).toBe(0)
    expect(readdirSync(place.out)).toEqual(['compose'])
  })

  test('of many at once each one is done or refused, and the result is whole', async () => {
    const runs = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (host) => {
        const instance = variant(`${host}.yaml`, 'shop.localhost', `${host}.localhost`)
        const args = [entry, 'render', product, '--instance', instance, '--all', '--out', place.out]
        const child = spawn(process.execPath, args, { stdio: 'ignore' })
        return (await once(child, 'close')) as unknown[]
      }),
    )
    const codes = runs.map(([code]) => code)
    expect(codes).toContain(0)
    expect(codes.filter((code) => code !== 0 && code !== 1)).toEqual([])
    for (const target of ['kubernetes', 'compose']) expect(isWhole(join(place.out, target))).toBe(true)
    expect(hiddenIn(place.out)).toEqual([])
  })
})
