import { hash } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WaybillError } from '@waybill/model'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  type TestRegistry,
  bytesFrom,
  hasRegistry,
  pushImage,
  startFront,
  startRegistry,
} from '../../../../test/registry/registry.ts'
import { Registries } from './registry.ts'

const layer = bytesFrom('layer', 3_000_000)
const digest = `sha256:${hash('sha256', layer)}`
const codes = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no problem',
    (error: unknown) => {
      if (error instanceof WaybillError) return error.problems.map(({ code }) => code).join()
      throw error
    },
  )
/** No time passes in tests. */
const wait = async () => undefined
const content = (bytes: Buffer) => ({
  digest: `sha256:${hash('sha256', bytes)}`,
  size: bytes.length,
  open: async function* (from: number, length: number) {
    for (let at = from; at < from + length; at += 65_536) yield bytes.subarray(at, Math.min(at + 65_536, from + length))
  },
})
async function read(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

// reason: the registry is a real one, from the Debian package docker-registry; without it there is nothing to ask
describe.skipIf(!hasRegistry)('with a real registry', () => {
  let registry: TestRegistry
  const stops: (() => Promise<void>)[] = []
  const client = (env: NodeJS.ProcessEnv = {}) => {
    const registries = new Registries({ env, wait })
    stops.push(async () => registries.close())
    return registries
  }
  /** Something that answers or breaks in front of it. */
  const front = async (handler: (asked: IncomingMessage, answer: ServerResponse, pass: () => void) => void) => {
    const started = await startFront(registry.host, handler)
    stops.push(started.stop)
    return started.host
  }
  beforeAll(async () => {
    registry = await startRegistry()
    await pushImage({ host: registry.host, name: 'shop/web' }, '1', { layers: [layer] })
  })
  afterAll(() => registry.stop())
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
  })

  test('what was pushed is there, and nothing else', async () => {
    const at = { host: registry.host, name: 'shop/api' }
    const registries = client()
    await registries.pushBlob(at, content(layer))
    expect(await registries.hasBlob(at, digest)).toBe(true)
    expect((await read(registries.blob(at, { digest, size: layer.length }))).equals(layer)).toBe(true)
    expect(await registries.hasBlob({ ...at, name: 'shop/other' }, digest)).toBe(false)
    expect(await registries.mountBlob({ ...at, name: 'shop/other' }, digest, at)).toBe(true)
    expect(await registries.hasBlob({ ...at, name: 'shop/other' }, digest)).toBe(true)
    expect(await registries.manifest(at, 'none')).toBeUndefined()
  })

  test('a download that breaks goes on where it was', async () => {
    const ranges: (string | undefined)[] = []
    const host = await front((asked, answer, pass) => {
      if (!asked.url!.includes('/blobs/')) return pass()
      ranges.push(asked.headers.range)
      if (ranges.length > 3) return pass()
      // a third of what is left, then silence
      const from = Number(/(\d+)-/.exec(asked.headers.range ?? '0-')![1])
      answer.writeHead(from === 0 ? 200 : 206, { 'content-length': layer.length - from })
      answer.write(layer.subarray(from, from + 900_000), () => answer.destroy())
    })
    const got = await read(client().blob({ host, name: 'shop/web' }, { digest, size: layer.length }))
    expect(got.equals(layer)).toBe(true)
    expect(ranges.length).toBeGreaterThan(1)
    expect(ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/)
  })

  test('content that is not what it should be is noticed', async () => {
    const host = await front((_, answer) => answer.end(Buffer.alloc(layer.length)))
    const blob = client().blob({ host, name: 'shop/web' }, { digest, size: layer.length })
    expect(await codes(read(blob))).toBe('WB6007')
    expect(await codes(client().manifest({ host, name: 'shop/web' }, digest))).toBe('WB6007')
  })

  test.each([
    ['breaks', (asked: IncomingMessage) => void asked.once('data', () => asked.destroy())],
    [
      'is too large for something in between',
      (_: IncomingMessage, answer: ServerResponse) => void answer.writeHead(413).end(),
    ],
    ['fails for a moment', (_: IncomingMessage, answer: ServerResponse) => void answer.writeHead(503).end()],
  ])('an upload that %s is sent in pieces', async (_, interrupt) => {
    const methods: string[] = []
    const host = await front((asked, answer, pass) => {
      if (asked.method === 'PUT' || asked.method === 'PATCH') methods.push(asked.method)
      if (asked.method === 'PUT' && methods.length === 1) return interrupt(asked, answer)
      pass()
    })
    const big = bytesFrom('big', 20_000_000)
    const at = { host, name: `shop/pieces` }
    const registries = client()
    await registries.pushBlob(at, content(big))
    expect(methods).toEqual(['PUT', 'PATCH', 'PATCH', 'PUT'])
    expect((await read(registries.blob(at, content(big)))).equals(big)).toBe(true)
  })

  test('a piece that breaks is taken up where the registry has it', async () => {
    let [puts, patches] = [0, 0]
    const host = await front((asked, answer, pass) => {
      if (asked.method === 'PUT' && ++puts === 1) return void answer.writeHead(413).end()
      // the second piece breaks on its way
      if (asked.method === 'PATCH' && ++patches === 2) return void asked.once('data', () => asked.destroy())
      pass()
    })
    const big = bytesFrom('bigger', 20_000_000)
    const at = { host, name: 'shop/resumed' }
    const registries = client()
    await registries.pushBlob(at, content(big))
    expect(patches).toBe(3)
    expect((await read(registries.blob(at, content(big)))).equals(big)).toBe(true)
  })

  test('a registry that is busy is asked again', async () => {
    let count = 0
    const host = await front((_, answer, pass) =>
      ++count < 3 ? void answer.writeHead(429, { 'retry-after': '1' }).end() : pass(),
    )
    const calm = await client().manifest({ host: registry.host, name: 'shop/web' }, '1')
    expect(await client().manifest({ host, name: 'shop/web' }, '1')).toEqual(calm)
    expect(count).toBe(3)
  })

  const manifestType = 'application/vnd.oci.image.manifest.v1+json'
  test.each([
    ['a page', manifestType, '<html>', 'WB6006'],
    ['another document', manifestType, '{"layers":"none"}', 'WB6006'],
    ['an index without descriptors', 'application/vnd.oci.image.index.v1+json', '{"manifests":[3]}', 'WB6006'],
    ['more than a manifest has', manifestType, ' '.repeat(17 * 1024 * 1024), 'WB6001'],
  ])('%s in place of a manifest is a problem of the registry', async (_, type, text, code) => {
    const host = await front((__, answer) => void answer.writeHead(200, { 'content-type': type }).end(text))
    expect(await codes(client().manifest({ host, name: 'shop/web' }, '1'))).toBe(code)
  })

  test('a manifest whose connection breaks is asked for again', async () => {
    let count = 0
    const host = await front((_, answer, pass) => {
      if (++count > 2) return pass()
      answer.writeHead(200, { 'content-type': manifestType, 'content-length': '5000' }).write('{"a')
      setImmediate(() => answer.destroy())
    })
    expect((await client().manifest({ host, name: 'shop/web' }, '1'))?.digest).toMatch(/^sha256:/)
    expect(count).toBe(3)
  })

  test('an address that is none is a problem of the registry', async () => {
    const location = 'http://[nowhere'
    const host = await front((asked, answer) => {
      asked.resume()
      answer.writeHead(asked.method === 'POST' ? 202 : 307, { location }).end()
    })
    const at = { host, name: 'shop/web' }
    expect(await codes(client().manifest(at, '1'))).toBe('WB6006')
    expect(await codes(client().pushBlob(at, content(layer)))).toBe('WB6006')
  })

  test('a digest that a registry does not say is found from the content', async () => {
    const at = { host: registry.host, name: 'shop/web' }
    const known = await client().manifestDigest(at, '1')
    const host = await front((asked, answer, pass) =>
      asked.method === 'HEAD' ? void answer.writeHead(200).end() : pass(),
    )
    expect(known).toMatch(/^sha256:/)
    expect(await client().manifestDigest({ ...at, host }, '1')).toBe(known)
  })

  test('nobody there', async () => {
    expect(await codes(client().manifest({ host: '127.0.0.1:1', name: 'a' }, '1'))).toBe('WB6001')
  })

  describe('logins', () => {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-login-'))
    afterAll(() => rmSync(folder, { recursive: true }))
    const config = (data: object) => writeFileSync(join(folder, 'config.json'), JSON.stringify(data))
    const env = { DOCKER_CONFIG: folder, PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    const auth = Buffer.from('ada:secret').toString('base64')

    /** A registry that gives tokens to Ada, for what she asked for. */
    const guarded = () =>
      front((asked, answer, pass) => {
        const url = new URL(asked.url!, `http://${asked.headers.host ?? ''}`)
        if (url.pathname === '/token') {
          const isAda = asked.headers.authorization === `Basic ${auth}`
          return void answer.writeHead(isAda ? 200 : 401).end(JSON.stringify({ token: url.searchParams.get('scope') }))
        }
        const name = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(url.pathname)![1]!
        const [, scope] = /^Bearer (.*)$/.exec(asked.headers.authorization ?? '') ?? []
        if (scope?.startsWith(`repository:${name}:pull`)) {
          // a token for reading does not write
          return asked.method === 'POST' && !scope.endsWith('pull,push') ? void answer.writeHead(403).end() : pass()
        }
        const realm = `Bearer realm="http://${asked.headers.host ?? ''}/token",service="test"`
        answer.writeHead(401, { 'www-authenticate': realm }).end()
      })

    test('tokens are fetched with the login of docker', async () => {
      const host = await guarded()
      config({ auths: { [host]: { auth } } })
      const at = { host, name: 'shop/web' }
      const registries = client(env)
      expect((await registries.manifest(at, '1'))?.digest).toMatch(/^sha256:/)
      await registries.pushBlob(at, content(Buffer.from('x')))
      expect(await registries.hasBlob(at, content(Buffer.from('x')).digest)).toBe(true)
    })

    test.each([
      ['without a login', {}],
      ['with a wrong one', { auth: Buffer.from('ada:wrong').toString('base64') }],
    ])('%s: what to do is said', async (_, entry) => {
      const host = await guarded()
      config({ auths: { [host]: entry } })
      expect(await codes(client(env).manifest({ host, name: 'shop/web' }, '1'))).toBe('WB6002')
    })

    test('a helper gives the login, or says why not', async () => {
      const host = await guarded()
      config({ credHelpers: { [host]: 'waybilltest' } })
      const helper = join(folder, 'docker-credential-waybilltest')
      const answers = async (script: string) => {
        writeFileSync(helper, `#!/bin/sh\n${script}\n`)
        chmodSync(helper, 0o755)
        return codes(client(env).manifest({ host, name: 'shop/web' }, '1'))
      }
      const given = `read server; test "$1 $server" = "get ${host}" && echo '{"Username":"ada","Secret":"secret"}'`
      expect(await answers(given)).toBe('no problem')
      expect(await answers('echo "credentials not found in native keychain"; exit 1')).toBe('WB6002')
      expect(await answers('echo "the keychain is locked" >&2; exit 1')).toBe('WB6010')
      rmSync(helper)
      expect(await codes(client(env).manifest({ host, name: 'shop/web' }, '1'))).toBe('WB6010')
    })

    test('who may not is told so', async () => {
      const host = await front((_, answer) => void answer.writeHead(403).end())
      expect(await codes(client().manifest({ host, name: 'shop/web' }, '1'))).toBe('WB6003')
    })

    test.each([
      ['a page', 200, '<html>'],
      ['another document', 200, '{"token":3}'],
      ['a failure', 500, ''],
    ])('%s in place of a token is a problem of the registry', async (_, status, text) => {
      const host = await front((asked, answer) => {
        if (asked.url!.startsWith('/token')) return void answer.writeHead(status).end(text)
        const realm = `Bearer realm="http://${asked.headers.host ?? ''}/token",service="test"`
        answer.writeHead(401, { 'www-authenticate': realm }).end()
      })
      expect(await codes(client(env).manifest({ host, name: 'shop/web' }, '1'))).toBe('WB6006')
    })

    test.each(['Basic realm="x"', 'Bearer realm="http://STORE/token",service="x"'])(
      'whoever a registry leads to does not get its login: %s',
      async (challenge) => {
        const seen: (string | undefined)[] = []
        const store = await front((asked, answer) => {
          asked.resume()
          seen.push(asked.headers.authorization)
          const header = challenge.replace('STORE', asked.headers.host ?? '')
          answer.writeHead(401, { 'www-authenticate': header }).end()
        })
        const host = await front((asked, answer) => {
          asked.resume()
          if (asked.headers.authorization !== `Basic ${auth}`)
            return void answer.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end()
          const location = `http://${store}/elsewhere`
          answer.writeHead(asked.method === 'POST' ? 202 : 307, { location }).end()
        })
        config({ auths: { [host]: { auth } } })
        const at = { host, name: 'shop/web' }
        expect(await codes(read(client(env).blob(at, { digest, size: layer.length })))).toBe('WB6006')
        expect(await codes(client(env).pushBlob(at, content(layer)))).toBe('WB6006')
        expect(seen).toEqual([undefined, undefined])
      },
    )

    test('a login is not sent to where a registry keeps its blobs', async () => {
      const seen: (string | undefined)[] = []
      const store = await front((asked, answer) => {
        seen.push(asked.headers.authorization)
        answer.end(layer)
      })
      const host = await front((asked, answer) => {
        if (asked.headers.authorization !== `Basic ${auth}`)
          return void answer.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end()
        answer.writeHead(307, { location: `http://${store}/elsewhere` }).end()
      })
      config({ auths: { [host]: { auth } } })
      const got = await read(client(env).blob({ host, name: 'shop/web' }, { digest, size: layer.length }))
      expect(got.equals(layer)).toBe(true)
      expect(seen).toEqual([undefined])
    })
  })
})
