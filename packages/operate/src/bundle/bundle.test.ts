import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WaybillError } from '@waybill/model'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readImages } from '../images/collect.ts'
import {
  type TestRegistry,
  bytesFrom,
  hasRegistry,
  pushImage,
  startFront,
  startRegistry,
} from '../../../../test/registry/registry.ts'
import { Registries } from '../registry/registry.ts'
import { type SecretKey, readPublicKey } from '../signing/minisign.ts'
import { type Bundle, type Trust, openBundle } from './bundle.ts'
import { type BundleFile, type CreateOptions, createBundle, textFile } from './create.ts'
import { extractBundle } from './extract.ts'
import { type LoadEvent, loadBundle } from './load.ts'
import { tarEnd, tarHeader, tarPadding } from './tar.ts'
import { verifyBundle } from './verify.ts'

const codes = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no problem',
    (error: unknown) => {
      if (error instanceof WaybillError) return error.problems.map(({ code }) => code).join()
      throw error
    },
  )

function pair(number: number) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const keyNumber = Buffer.alloc(8, number)
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const key = readPublicKey(Buffer.concat([Buffer.from('Ed'), keyNumber, raw]).toString('base64'))
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  return { key, secret: { id: key.id, keyNumber, seed } satisfies SecretKey }
}
const vendor = pair(1)
const trust: Trust = { keys: [{ name: 'vendor', key: vendor.key }], today: '2027-01-01', allowUnsigned: false }
const anybody: Trust = { keys: [], today: '2027-01-01', allowUnsigned: true }
const product = { id: 'shop', version: '1.0.0', title: 'Shop', digest: `sha256:${'0'.repeat(64)}` }
const shared = bytesFrom('shared', 700_000)
const own = bytesFrom('own', 300_000)

// reason: the registry is a real one, from the Debian package docker-registry; without it there is nothing to read from
describe.skipIf(!hasRegistry)('bundles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-bundle-'))
  const at = (name: string) => join(folder, name)
  const registries = new Registries({ env: {}, wait: async () => undefined })
  let source: TestRegistry
  let site: TestRegistry
  const digests: Record<string, string> = {}

  beforeAll(async () => {
    ;[source, site] = await Promise.all([startRegistry(), startRegistry()])
    const push = async (name: string, tag: string, image: Parameters<typeof pushImage>[2]) => {
      digests[`${name}:${tag}`] = await pushImage({ host: source.host, name }, tag, image)
    }
    await push('shop/web', '1', { layers: [shared, own] })
    await push('shop/api', '1', { layers: [shared] })
    await push('shop/web', '2', { layers: [shared, bytesFrom('new', 200_000)] })
    await push('shop/new', '2', { layers: [shared] })
    await push('library/db', '16', {
      platforms: ['linux/amd64', 'linux/arm64/v8', 'linux/arm/v7'],
      layers: [bytesFrom('db', 100_000)],
    })
  })
  afterAll(async () => {
    registries.close()
    await source.stop()
    await site.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  interface Wanted extends Partial<Pick<CreateOptions, 'split'>> {
    readonly images?: readonly string[]
    readonly platforms?: readonly string[]
    readonly files?: readonly BundleFile[]
    readonly since?: Bundle
    readonly key?: SecretKey | null
  }
  const contentsOf = (images: readonly string[], platforms: readonly string[]) =>
    readImages(
      registries,
      images.map((image) => ({ image, from: `${source.host}/${image.replace('docker.io/', '')}` })),
      platforms,
    )
  async function create(name: string, wanted: Wanted = {}) {
    const {
      images = ['shop/web:1', 'shop/api:1'],
      platforms = [],
      files = [],
      since,
      split,
      key = vendor.secret,
    } = wanted
    const content = {
      generator: '0.1.0',
      product,
      targets: ['compose'],
      platforms,
      images: await contentsOf(images, platforms),
      files: [textFile('product.json', '{}\n'), textFile('targets/compose/up.sh', 'exit 0\n', true), ...files],
      ...(since && { since }),
    }
    return createBundle(content, { registries, file: at(name), ...(split && { split }), ...(key && { key }) })
  }
  async function using<T>(name: string, work: (bundle: Bundle) => Promise<T>): Promise<T> {
    const bundle = await openBundle(at(name))
    try {
      return await work(bundle)
    } finally {
      await bundle.source.close()
    }
  }
  const verify = (name: string, more: { trust?: Trust; product?: string } = {}) =>
    using(name, (bundle) => verifyBundle(bundle, { trust, ...more }))
  const load = (name: string, path: string, host = site.host, events: LoadEvent[] = []) =>
    using(name, (bundle) =>
      loadBundle(bundle, {
        registries,
        registry: `${host}/${path}`,
        trust,
        report: (event) => void events.push(event),
      }),
    )
  const tagOf = (name: string, tag: string) => registries.manifestDigest({ host: site.host, name }, tag)

  test('what went in comes out, under the path of the site', async () => {
    await create('a.tar')
    expect(await verify('a.tar')).toMatchObject({ name: 'vendor' })
    const { images, pushed, present } = await load('a.tar', 'mirror/here')
    expect(images.map(({ as }) => as)).toEqual([
      `${site.host}/mirror/here/shop/api:1`,
      `${site.host}/mirror/here/shop/web:1`,
    ])
    expect(await tagOf('mirror/here/shop/web', '1')).toBe(digests['shop/web:1'])
    expect({ pushed, present }).toEqual({ pushed: 5, present: 0 })
    expect(await load('a.tar', 'mirror/here')).toMatchObject({ pushed: 0, present: 5, bytes: 0 })
    const layer = await using('a.tar', async ({ manifest }) =>
      manifest.blobs.find(({ size }) => size === shared.length)!,
    )
    expect(await registries.hasBlob({ host: site.host, name: 'mirror/here/shop/api' }, layer.digest)).toBe(true)
  })

  test('the same contents give the same bytes', async () => {
    await create('a1.tar')
    await create('a2.tar')
    expect(readFileSync(at('a1.tar')).equals(readFileSync(at('a2.tar')))).toBe(true)
  })

  test('the archive is an OCI image layout for other programs, too', async () => {
    await create('layout.tar')
    execFileSync('tar', ['-xf', at('layout.tar'), '--one-top-level=layout'], { cwd: folder })
    const index = JSON.parse(readFileSync(at('layout/index.json'), 'utf8'))
    expect(index.manifests.map(({ digest }: { digest: string }) => digest)).toEqual([
      digests['shop/api:1'],
      digests['shop/web:1'],
    ])
    const skopeo = spawnSync('skopeo', ['inspect', '--raw', `oci:${at('layout')}:docker.io/shop/web:1`])
    // the program may be missing; the index above is what it reads
    if (skopeo.error === undefined) expect(skopeo.stdout.toString()).toContain('"layers"')
    expect(existsSync(at('layout/blobs/sha256'))).toBe(true)
  })

  describe('platforms', () => {
    const db = 'docker.io/library/db:16'
    const imageIn = (name: string) => using(name, async ({ manifest }) => manifest.images[0]!)

    test('an index goes along as it is when all of it does', async () => {
      await create('all.tar', { images: [db] })
      expect(await imageIn('all.tar')).toMatchObject({ digest: digests['library/db:16'] })
      await load('all.tar', 'all')
      expect(await tagOf('all/library/db', '16')).toBe(digests['library/db:16'])
    })

    test('one platform is its manifest, with the digest that the index names', async () => {
      await create('one.tar', { images: [db], platforms: ['linux/arm64'] })
      const { digest, platforms, origin } = await imageIn('one.tar')
      expect(platforms).toEqual({ 'linux/arm64': digest })
      expect(origin).toBe(digests['library/db:16'])
      await load('one.tar', 'one')
      expect(await tagOf('one/library/db', '16')).toBe(digest)
    })

    test('some of them are an index of their own', async () => {
      await create('some.tar', { images: [db], platforms: ['linux/amd64', 'linux/arm/v7'] })
      const { digest, platforms, origin } = await imageIn('some.tar')
      expect(Object.keys(platforms)).toEqual(['linux/amd64', 'linux/arm/v7'])
      expect(origin).toBe(digests['library/db:16'])
      await load('some.tar', 'some')
      expect(await tagOf('some/library/db', '16')).toBe(digest)
      await verify('some.tar')
    })

    test('a platform or an image that is missing is named, each of them', async () => {
      const wanted = create('none.tar', { images: [db, 'shop/web:1'], platforms: ['linux/s390x'] })
      expect(await codes(wanted)).toBe('WB6005,WB6005')
      expect(await codes(create('none.tar', { images: ['shop/nothing:1', 'shop/web:7'] }))).toBe('WB6004,WB6004')
      expect(existsSync(at('none.tar'))).toBe(false)
    })
  })

  describe('one on top of an earlier one', () => {
    const images = ['shop/web:2', 'shop/new:2']
    beforeAll(async () => {
      await create('v1.tar')
      await using('v1.tar', (since) => create('v2.tar', { images, since }))
    })

    test('it holds only what is new and is complete after the earlier one', async () => {
      expect(statSync(at('v2.tar')).size).toBeLessThan(shared.length)
      await verify('v2.tar')
      await load('v1.tar', 'chain')
      await load('v2.tar', 'chain')
      expect(await tagOf('chain/shop/web', '2')).toBe(digests['shop/web:2'])
      // the layer came with the earlier bundle, into other repositories
      expect(await tagOf('chain/shop/new', '2')).toBe(digests['shop/new:2'])
    })

    test('without the earlier one nothing is written', async () => {
      expect(await codes(load('v2.tar', 'unchained'))).toBe('WB6110')
      expect(await tagOf('unchained/shop/web', '2')).toBeUndefined()
      const { repositories } = (await (await fetch(`http://${site.host}/v2/_catalog?n=1000`)).json()) as {
        repositories: string[]
      }
      expect(repositories.filter((name) => name.startsWith('unchained/'))).toEqual([])
    })
  })

  describe('parts', () => {
    beforeAll(() => create('parts.tar', { split: 400_000 }))

    test('are the whole, checked by sha256sum, taken by first part or folder', async () => {
      await create('whole.tar')
      const names = readdirSync(folder).filter((name) => /^parts\.tar\.\d+$/.test(name))
      expect(names.length).toBeGreaterThan(2)
      const joined = Buffer.concat(names.toSorted().map((name) => readFileSync(at(name))))
      expect(joined.equals(readFileSync(at('whole.tar')))).toBe(true)
      execFileSync('sha256sum', ['--check', '--strict', 'parts.tar.sha256'], { cwd: folder, stdio: 'pipe' })
      await verify('parts.tar.001')
      mkdirSync(at('usb'))
      for (const name of [...names, 'parts.tar.sha256']) copyFileSync(at(name), join(at('usb'), name))
      await verify('usb')
      rmSync(join(at('usb'), 'parts.tar.002'))
      expect(await codes(verify('usb'))).toBe('WB6109')
      rmSync(join(at('usb'), 'parts.tar.sha256'))
      expect(await codes(verify('usb'))).toBe('WB6109')
    })

    test('those of an earlier, longer bundle go away', async () => {
      await create('again.tar', { split: 200_000 })
      await create('again.tar', { split: 500_000 })
      const parts = readdirSync(folder).filter((name) => name.startsWith('again.tar.0'))
      expect(parts.toSorted()).toEqual(['again.tar.001', 'again.tar.002', 'again.tar.003'])
      await verify('again.tar.001')
    })
  })

  describe('what is wrong is refused', () => {
    beforeAll(() => create('good.tar'))
    const spoil = (name: string, change: (bytes: Buffer) => Buffer | void) => {
      const bytes = readFileSync(at('good.tar'))
      writeFileSync(at(name), change(bytes) ?? bytes)
    }

    test.each([
      ['an unknown key', { trust: { ...trust, keys: [{ name: 'other', key: pair(2).key }] } }, 'WB6105'],
      ['a retired key', { trust: { ...trust, keys: [{ name: 'old', key: vendor.key, retired: true }] } }, 'WB6106'],
      ['no key', { trust: { ...trust, keys: [] } }, 'WB6114'],
      ['another product', { product: 'other' }, 'WB6108'],
      ['another version', { product: 'shop@1.0.1' }, 'WB6108'],
      ['nothing', { product: 'shop@1.0.0' }, 'no problem'],
    ])('%s', async (_, options, expected) => {
      expect(await codes(verify('good.tar', options))).toBe(expected)
    })

    test('no signature', async () => {
      await create('unsigned.tar', { key: null })
      expect(await codes(verify('unsigned.tar'))).toBe('WB6107')
      expect(await codes(verify('unsigned.tar', { trust: anybody }))).toBe('no problem')
    })

    test('another signature', async () => {
      await create('other.tar', { files: [textFile('more', 'x')] })
      const signatureOf = (name: string) =>
        using(name, async ({ source: bytes, entries }) => {
          const { offset, size } = entries.get('bundle.json.minisig')!
          return { offset, text: await bytes.read(offset, size) }
        })
      const { offset } = await signatureOf('good.tar')
      const { text } = await signatureOf('other.tar')
      spoil('swapped.tar', (bytes) => void text.copy(bytes, offset))
      expect(await codes(verify('swapped.tar'))).toBe('WB6104')
    })

    test('a list of contents that was changed', async () => {
      spoil('list.tar', (bytes) => Buffer.from(bytes.toString('latin1').replace('"Shop"', '"Shoq"'), 'latin1'))
      expect(await codes(verify('list.tar'))).toBe('WB6104')
    })

    test('a copy that was cut off, wherever that is', async () => {
      const { size } = statSync(at('good.tar'))
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 0, max: size - 1 }), async (length) => {
          copyFileSync(at('good.tar'), at('cut.tar'))
          truncateSync(at('cut.tar'), length)
          expect(await codes(verify('cut.tar'))).toMatch(/^WB610[123]$/)
        }),
        { numRuns: 40 },
      )
    })

    test('any changed byte of its contents', async () => {
      const places = await using('good.tar', async ({ entries }) => [...entries.values()])
      const place = fc.constantFrom(...places).chain(({ path, offset, size }) =>
        // people may change the first line of a signature, which says so itself
        fc.integer({ min: path.endsWith('.minisig') ? 60 : -512, max: size - 1 }).map((within) => offset + within),
      )
      await fc.assert(
        fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (position, mask) => {
          spoil('bit.tar', (bytes) => void (bytes[position]! ^= mask))
          expect(await codes(verify('bit.tar'))).not.toBe('no problem')
        }),
        { numRuns: 60 },
      )
    })

    test.each([
      ['text', Buffer.from('hello')],
      ['nothing', Buffer.alloc(0)],
      ['zeros', Buffer.alloc(4096)],
    ])('a file of %s', async (name, bytes) => {
      writeFileSync(at(`${name}.txt`), bytes)
      expect(await codes(openBundle(at(`${name}.txt`)))).toBe('WB6101')
    })

    test('a damaged layer is named, and no tag leads to it', async () => {
      const { offset, path } = await using('good.tar', async ({ entries }) =>
        [...entries.values()].find(({ size }) => size === own.length)!,
      )
      spoil('layer.tar', (bytes) => void (bytes[offset + 1000]! ^= 1))
      const damage = await verify('layer.tar').catch((error: WaybillError) => error.problems[0])
      expect(damage).toMatchObject({ code: 'WB6103', params: { entry: path } })
      expect(await codes(load('layer.tar', 'damaged'))).toBe('WB6103')
      expect(await tagOf('damaged/shop/web', '1')).toBeUndefined()
      // the right bundle goes on where that one ended
      await load('good.tar', 'damaged')
      expect(await tagOf('damaged/shop/web', '1')).toBe(digests['shop/web:1'])
    })
  })

  test('two loads at once end with one result', async () => {
    await create('twice.tar')
    const results = await Promise.all([load('twice.tar', 'twice'), load('twice.tar', 'twice')])
    expect(results.map(({ images }) => images.length)).toEqual([2, 2])
    expect(await tagOf('twice/shop/web', '1')).toBe(digests['shop/web:1'])
    expect(await load('twice.tar', 'twice')).toMatchObject({ pushed: 0 })
  })

  test('tags come last', async () => {
    await create('order.tar')
    const writes: string[] = []
    const front = await startFront(site.host, (asked, _, pass) => {
      const [, kind, name] = /\/(blobs|manifests)\/([^?]*)/.exec(asked.url!) ?? []
      if (asked.method === 'PUT')
        writes.push(kind === 'blobs' ? 'blob' : name!.startsWith('sha256:') ? 'manifest' : 'tag')
      pass()
    })
    await load('order.tar', 'order', front.host)
    await front.stop()
    expect(writes).toEqual(['blob', 'blob', 'blob', 'manifest', 'manifest', 'tag', 'tag'])
  })

  test('a site that needs a login says so before anything is sent', async () => {
    await create('login.tar')
    const closed = await startRegistry({ htpasswd: 'ada:$2y$05$e7Nb3YtzXO9Xk1h0QpCTn.VbZwpE4l8PkbzfPU4fRHq5ZmZ9Uk7cK' })
    expect(await codes(load('login.tar', 'x', closed.host))).toBe('WB6002')
    await closed.stop()
  })

  describe('files', () => {
    test('are extracted as they went in, without the layout', async () => {
      await create('files.tar', { files: [textFile('docs/guide.md', '# Guide\n')] })
      const { files } = await using('files.tar', (bundle) => extractBundle(bundle, { folder: at('out'), trust }))
      expect(files).toEqual(['docs/guide.md', 'images.lock.json', 'product.json', 'targets/compose/up.sh'])
      expect(readFileSync(at('out/docs/guide.md'), 'utf8')).toBe('# Guide\n')
      expect(statSync(at('out/targets/compose/up.sh')).mode & 0o100).toBe(0o100)
      const again = using('files.tar', (bundle) => extractBundle(bundle, { folder: at('out'), trust }))
      expect(await codes(again)).toBe('WB6113')
    })

    /** A bundle without images as somebody else could write it. */
    function forge(name: string, path: string, content: string) {
      const file = textFile(path, content)
      const { size, sha256, executable } = file
      const list = JSON.stringify({
        schema: 1,
        generator: '0.1.0',
        product,
        targets: [],
        platforms: [],
        images: [],
        files: [{ path, size, sha256, executable }],
        blobs: [],
      })
      const entries = [['bundle.json', list] as const, [path, content] as const].flatMap(([each, text]) => [
        tarHeader(each, text.length, false),
        Buffer.from(text),
        tarPadding(text.length),
      ])
      writeFileSync(at(name), Buffer.concat([...entries, tarEnd]))
    }

    test.each(['../evil', '/etc/evil', 'a/../../evil', 'a//b', './a', 'a\n/../../evil', 'a\\b', 'a/'])(
      'none leads out of the folder: %j',
      async (path) => {
        forge('evil.tar', path, 'x')
        expect(await codes(openBundle(at('evil.tar')))).toBe('WB1002')
        expect(await codes(create('evil.tar', { files: [textFile(path, 'x')] }))).toBe('WB6112')
        forge('good.tar', 'a/good', 'x')
        expect(await codes(using('good.tar', (bundle) => verifyBundle(bundle, { trust: anybody })))).toBe('no problem')
      },
    )

    test('two of one name, or one that a bundle cannot hold, are told before anything is written', async () => {
      const twice = [textFile('cli/waybill.tar.gz', 'a'), textFile('cli/waybill.tar.gz', 'b')]
      expect(await codes(create('names.tar', { files: twice }))).toBe('WB6112')
      expect(await codes(create('names.tar', { files: [textFile(`cli/${'x'.repeat(120)}`, 'a')] }))).toBe('WB6112')
      expect(existsSync(at('names.tar'))).toBe(false)
    })

    test('what fills a block up is zero', async () => {
      forge('filled.tar', 'a', 'x')
      const bytes = readFileSync(at('filled.tar'))
      bytes[bytes.length - tarEnd.length - 1] = 1
      writeFileSync(at('filled.tar'), bytes)
      expect(await codes(openBundle(at('filled.tar')))).toBe('WB6103')
    })

    test('what somebody else puts into the folder while it is extracted stays', async () => {
      await create('meanwhile.tar')
      const out = at('meanwhile')
      mkdirSync(out)
      const extracted = using('meanwhile.tar', (bundle) => {
        const stream = bundle.source.stream.bind(bundle.source)
        vi.spyOn(bundle.source, 'stream').mockImplementation((...range) => {
          writeFileSync(join(out, 'mine'), 'mine')
          return stream(...range)
        })
        return extractBundle(bundle, { folder: out, trust })
      })
      expect(await codes(extracted)).toBe('WB6113')
      expect(readdirSync(out)).toEqual(['mine'])
    })
  })

  describe('what a killed process left', () => {
    const gone = spawnSync('true').pid
    const left = (name: string) => writeFileSync(at(name), 'half')

    test('is removed by the next one that writes the same, and nothing else is', async () => {
      const ours = [
        `.k.tar.new-${gone}`,
        `.k.tar.002.new-${gone}`,
        `.k.tar.sha256.new-${gone}`,
        `.k.tar.new-${process.pid}`,
      ]
      const others = [`.kk.tar.new-${gone}`, `.k.tar.txt.new-${gone}`, '.k.tar.new-1']
      for (const name of [...ours, ...others]) left(name)
      await create('k.tar')
      const names = readdirSync(folder)
      expect(ours.filter((name) => names.includes(name))).toEqual([])
      expect(names).toEqual(expect.arrayContaining([...others, 'k.tar', 'k.tar.sha256']))
    })

    test('is no obstacle to extracting, with the same process id neither', async () => {
      await create('again.tar')
      for (const id of [gone, process.pid]) {
        mkdirSync(at(`.again.new-${id}`))
        left(`.again.new-${id}/product.json`)
      }
      await using('again.tar', (bundle) => extractBundle(bundle, { folder: at('again'), trust }))
      expect(readdirSync(folder).filter((name) => name.startsWith('.again.'))).toEqual([])
    })
  })

  test('a folder or a device in the place of the file stays what it is', async () => {
    mkdirSync(at('folder.tar'))
    expect(await codes(create('folder.tar'))).toBe('WB4002')
    symlinkSync('/dev/null', at('device.tar'))
    expect(await codes(create('device.tar'))).toBe('WB6112')
    expect(statSync(at('device.tar')).isCharacterDevice()).toBe(true)
  })

  test('a page that answers to everything is no registry', async () => {
    await create('page.tar')
    const page = await startFront(source.host, (asked, answer) => {
      asked.resume()
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    })
    expect(await codes(load('page.tar', 'x', page.host))).toBe('WB6007')
    await page.stop()
  })

  const small = at('small')
  mkdirSync(small)
  const hasSmall = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'tmpfs', small]).status === 0
  afterAll(() => void (hasSmall && spawnSync('umount', [small])))

  // reason: a small file system needs root and Linux
  describe.skipIf(!hasSmall)('a disk that is full', () => {
    test('writing leaves nothing', async () => {
      expect(await codes(create('small/a.tar'))).toBe('WB6112')
      expect(readdirSync(small)).toEqual([])
    })

    test('extracting leaves nothing', async () => {
      await create('large.tar', { files: [textFile('cli/large', bytesFrom('cli', 900_000).toString('hex'))] })
      const extracted = using('large.tar', (bundle) => extractBundle(bundle, { folder: join(small, 'out'), trust }))
      expect(await codes(extracted)).toBe('WB6112')
      expect(readdirSync(small)).toEqual([])
    })

    test('a registry with a full disk is named; with space the load goes on', async () => {
      await create('full.tar')
      const full = await startRegistry({ folder: join(small, 'registry') })
      try {
        expect(await codes(load('full.tar', 'x', full.host))).toBe('WB6006')
        const tag = await registries.manifestDigest({ host: full.host, name: 'x/shop/api' }, '1')
        expect(tag).toBeUndefined()
        spawnSync('mount', ['-o', 'remount,size=20m', small])
        expect(await load('full.tar', 'x', full.host)).toMatchObject({ images: [{}, {}] })
      } finally {
        await full.stop()
        spawnSync('mount', ['-o', 'remount,size=600k', small])
      }
    })
  })
})
