import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type TestRegistry,
  bytesFrom,
  hasRegistry,
  pushImage,
  startRegistry,
} from '../../../../../test/registry/registry.ts'
import { Workplace, waybill, waybillJson } from '../../waybill-for-test.ts'

const place = new Workplace()
let product: string
beforeAll(() => {
  mkdirSync(place.path('built'))
  product = place.path('built', 'product.json')
  expect(waybill(['build', place.product, '--out', product]).status).toBe(0)
})
afterAll(() => place.remove())

const digest = `sha256:${'a'.repeat(64)}`
const lockOf = (...images: string[]) =>
  JSON.stringify({
    schema: 1,
    images: images.map((image) => ({ image, digest, platforms: { 'linux/amd64': digest } })),
  })
const complete = lockOf('docker.io/shop/web:1.0.0', 'docker.io/library/postgres:16', 'docker.io/library/caddy:2')

describe('a lock', () => {
  test('pins what is rendered, from the registry of the site', () => {
    const lock = place.write('all.lock.json', complete)
    const instance = place.write('there.yaml', `${readFileSync(place.instance, 'utf8')}  registry: mirror.example/x\n`)
    const out = ['--out', place.path('pinned'), '--target', 'compose']
    const { status, stderr } = waybill(['render', product, '--instance', instance, '--images-lock', lock, ...out])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    const text = readFileSync(place.path('pinned/compose/base/compose.yaml'), 'utf8')
    expect(text).toContain(`image: mirror.example/x/shop/web:1.0.0@${digest}\n`)
    expect(text).toContain(`image: mirror.example/x/library/postgres:16@${digest}\n`)
  })

  test('beside the product counts without a word, and is checked', () => {
    const beside = place.path('beside')
    mkdirSync(beside)
    const moved = join(beside, 'product.json')
    writeFileSync(moved, readFileSync(product))
    writeFileSync(join(beside, 'images.lock.json'), complete)
    expect(waybill(['images', moved, '--instance', place.instance, '--target', 'kubernetes']).stdout).toBe(
      `postgres:16@${digest}\nshop/web:1.0.0@${digest}\n`,
    )
    // an image that this target does not use need not be in it
    writeFileSync(join(beside, 'images.lock.json'), lockOf('docker.io/shop/web:1.0.0', 'docker.io/library/postgres:16'))
    expect(waybill(['images', moved, '--instance', place.instance, '--target', 'kubernetes']).status).toBe(0)
    writeFileSync(join(beside, 'images.lock.json'), lockOf('docker.io/shop/web:1.0.0', 'docker.io/library/caddy:2'))
    const { status, result } = waybillJson(['check', moved])
    expect(status).toBe(3)
    expect(result.problems[0]).toMatchObject({ code: 'WB6008', what: 'The lock has no postgres:16.' })
    writeFileSync(join(beside, 'images.lock.json'), '{')
    expect(waybill(['check', moved]).stderr).toMatch(/images\.lock\.json:? WB6009/)
  })
})

test('a mirror changes the host and keeps path and digest', () => {
  const { result } = waybillJson([
    'images',
    product,
    '--instance',
    place.instance,
    '--target',
    'compose',
    '--mirror',
    'r.example/m',
  ])
  expect(result.mirror).toEqual([
    { source: 'caddy:2', target: 'r.example/m/library/caddy:2' },
    { source: 'postgres:16', target: 'r.example/m/library/postgres:16' },
    { source: 'shop/web:1.0.0', target: 'r.example/m/shop/web:1.0.0' },
  ])
})

test.each([
  [['images', 'PRODUCT', '--mirror', 'not a host'], /no registry/],
  [['images', 'PRODUCT', '--lock', '--mirror', 'r.example'], /two different things/],
  [['images', 'PRODUCT', '--lock', '--platform', 'amd64'], /linux\/amd64/],
  [['bundle', 'create', 'PRODUCT', '--out', 'x.tar', '--split', '4 G'], /--split: "G" can mean several units/],
  [['bundle', 'create', 'PRODUCT', '--out', 'x.tar', '--split', '1 kB'], /at least 1 MB/],
  [['bundle', 'load', 'x.tar', '--registry', 'https://r.example'], /no registry/],
  [['bundle', 'verify', 'nothing.tar', '--allow-unsigned'], /WB4001/],
  [['bundle', 'pack'], /unknown command/],
])('wrong usage: %j', (args, said) => {
  const { status, stderr } = waybill(args.map((word) => (word === 'PRODUCT' ? product : word)))
  expect(stderr).toMatch(said)
  expect(status).toBe(2)
})

test('what is no key is refused before anything is asked for', () => {
  const key = place.write('no.key', 'hello')
  const { status, stderr } = waybill(['bundle', 'create', product, '--sign', key, '--out', place.path('x.tar')])
  expect(stderr).toContain('no.key is no secret key of minisign.')
  expect(status).toBe(1)
})

// reason: the registry is a real one, from the Debian package docker-registry; without it there is nothing to read from
describe.skipIf(!hasRegistry)('with a registry', () => {
  let registry: TestRegistry
  const digests: Record<string, string> = {}
  beforeAll(async () => {
    registry = await startRegistry()
    const platforms = ['linux/amd64', 'linux/arm64']
    for (const [name, tag] of [
      ['shop/web', '1.0.0'],
      ['library/postgres', '16'],
      ['library/caddy', '2'],
    ] as const)
      digests[name] = await pushImage({ host: registry.host, name }, tag, {
        platforms,
        layers: [bytesFrom(name, 50_000)],
      })
  })
  afterAll(() => registry.stop())

  test('all images of a product are locked, whatever an instance chooses', () => {
    const lock = place.path('made.lock.json')
    const args = ['images', product, '--registry', registry.host, '--platform', 'linux/arm64', '--lock', lock]
    const { status, stdout } = waybill(args)
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('3 images locked.') })
    const { images } = JSON.parse(readFileSync(lock, 'utf8'))
    expect(images).toMatchObject(
      [
        { image: 'docker.io/shop/web:1.0.0', digest: digests['shop/web'] },
        { image: 'docker.io/library/postgres:16', digest: digests['library/postgres'] },
        { image: 'docker.io/library/caddy:2', digest: digests['library/caddy'] },
      ].toSorted((a, b) => (a.digest! < b.digest! ? -1 : 1)),
    )
    expect(Object.keys(images[0].platforms)).toEqual(['linux/arm64'])
    const { status: none, result } = waybillJson([...args, '--platform', 'linux/s390x'])
    expect([none, result.problems.map(({ code }: { code: string }) => code)]).toEqual([
      1,
      ['WB6005', 'WB6005', 'WB6005'],
    ])
  })

  test('a bundle for an instance holds its rendered targets, pinned, and is the same each time', () => {
    const cli = place.write('waybill-linux.tar.gz', 'the program')
    const create = (name: string) => {
      const to = ['--out', place.path(name), '--registry', registry.host, '--platform', 'linux/amd64', '--cli', cli]
      const made = waybill(['bundle', 'create', product, '--instance', place.instance, '--target', 'compose', ...to])
      expect({ status: made.status, stdout: made.stdout }).toMatchObject({ status: 0 })
      return readFileSync(place.path(name))
    }
    expect(create('first.tar').equals(create('second.tar'))).toBe(true)
    const out = place.path('extracted')
    const extract = ['bundle', 'extract', place.path('first.tar'), '--allow-unsigned', '--out', out]
    expect(waybill(extract).status).toBe(0)
    expect(readFileSync(join(out, 'product.json'), 'utf8')).toBe(readFileSync(product, 'utf8'))
    expect(readFileSync(join(out, 'cli/waybill-linux.tar.gz'), 'utf8')).toBe('the program')
    expect(readFileSync(join(out, 'instance.yaml'), 'utf8')).toBe(readFileSync(place.instance, 'utf8'))
    expect(existsSync(join(out, 'docs/targets/compose.md'))).toBe(true)
    const { images } = JSON.parse(readFileSync(join(out, 'images.lock.json'), 'utf8')) as {
      images: { image: string; digest: string; origin: string }[]
    }
    const web = images.find(({ image }) => image === 'docker.io/shop/web:1.0.0')!
    expect(web.origin).toBe(digests['shop/web'])
    const rendered = readFileSync(join(out, 'targets/compose/base/compose.yaml'), 'utf8')
    expect(rendered).toContain(`image: shop/web:1.0.0@${web.digest}\n`)
    // what is rendered from the extracted product is the same again
    const again = ['render', join(out, 'product.json'), '--instance', join(out, 'instance.yaml'), '--target', 'compose']
    expect(waybill([...again, '--out', place.path('again')]).status).toBe(0)
    expect(readFileSync(place.path('again/compose/base/compose.yaml'), 'utf8')).toBe(rendered)
  })

  test('a load tells events and its result, one per line', () => {
    const args = ['bundle', 'load', place.path('first.tar'), '--allow-unsigned', '--json']
    const { status, stdout } = waybill([...args, '--registry', `${registry.host}/mirror`])
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(status).toBe(0)
    expect(lines[0]).toMatchObject({ event: 'plan', images: 3 })
    expect(lines.filter(({ event }) => event === 'image')).toHaveLength(3)
    expect(lines.at(-1)).toMatchObject({ ok: true, pushed: 6, present: 0 })
    const wrong = waybill([...args, '--registry', registry.host, '--product', 'other'])
    expect(JSON.parse(wrong.stdout)).toMatchObject({ ok: false, problems: [{ code: 'WB6108' }] })
    expect(wrong.status).toBe(1)
  })
})
