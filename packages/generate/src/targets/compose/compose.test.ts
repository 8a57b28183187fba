import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { printYamlDocuments } from '../../print/yaml.ts'
import type { OutputFile, Rendered } from '../../target.ts'
import { deployment, parcels, service } from '../../containers/fixtures/parcels.ts'
import { compose } from './index.ts'

const textOf = ({ content }: OutputFile): string =>
  'text' in content ? content.text : printYamlDocuments(content.documents)

// oxlint-disable-next-line typescript/no-explicit-any -- what stands in the document is what the tests ask
type Document = any
const documentOf = ({ files }: Rendered): Document => {
  const content = files.find(({ path }) => path === 'base/compose.yaml')?.content
  return content && 'documents' in content ? content.documents[0] : undefined
}

const serviceOf = (rendered: Rendered, name: string): Document => documentOf(rendered).services[name]
const only = (one: Parameters<typeof service>[1], more: Parameters<typeof deployment>[0] = {}) =>
  compose.render(deployment({ services: [service('api', one)], ...more }), {})
const lossesOf = ({ losses }: Rendered) => losses.map(({ loss, at, severity }) => `${severity} ${loss} ${at}`)

describe('the output for one of everything', () => {
  const rendered = compose.render(parcels, {})
  // what the script is made of is tested where it is made
  const golden = rendered.files
    .filter(({ path }) => path !== 'base/secrets.sh')
    .map((file) => [file.path, file] as const)

  test.each(golden)('%s', async (path, file) => {
    await expect(textOf(file)).toMatchFileSnapshot(`fixtures/parcels/${path}`)
  })

  test('loses what Compose cannot say', async () => {
    await expect(`${JSON.stringify(rendered.losses, null, 2)}\n`).toMatchFileSnapshot('fixtures/parcels/losses.json')
    expect(rendered.problems).toEqual([])
  })

  test('reads back as neutral facts', async () => {
    const observed = compose.observe(rendered, parcels)
    await expect(`${JSON.stringify(observed, null, 2)}\n`).toMatchFileSnapshot('fixtures/parcels/observation.json')
  })

  test('comes out the same again', () => {
    expect(compose.render(structuredClone(parcels), {})).toEqual(rendered)
  })
})

describe('docker compose', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compose-target-'))
  const secrets = join(folder, 'secrets')
  const available = spawnSync('docker', ['compose', 'version']).status === 0
  const rendered = compose.render(parcels, {})

  beforeAll(() => {
    for (const file of rendered.files) write(join(folder, 'out', file.path), textOf(file))
    for (const { path } of serviceOf(rendered, 'api').env_file)
      write(path.replace(/^\$\{.*\}(?=\/env)/, secrets), 'A=b\n')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('takes the output without a word, from the folder itself', ({ skip }) => {
    skip(!available, 'docker compose is not installed')
    const { status, stdout, stderr } = inFolder('config', '--quiet')
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test('reads back the text that was meant', ({ skip }) => {
    skip(!available, 'docker compose is not installed')
    const read = JSON.parse(inFolder('config', '--format', 'json', '--no-interpolate').stdout)
    expect(read.name).toBe('parcels-one')
    const interpolated = JSON.parse(inFolder('config', '--format', 'json').stdout)
    // `config` escapes what it prints, so that its output can be used in turn
    expect(interpolated.services.api.environment.TRICKY).toBe(read.services.api.environment.TRICKY)
    expect(interpolated.services.web.volumes[0].source).toBe(
      join(folder, 'out/base', String(serviceOf(rendered, 'web').volumes[0].source)),
    )
  })

  function inFolder(...words: string[]) {
    const env = { ...process.env, WAYBILL_SECRETS: secrets }
    return spawnSync('docker', ['compose', ...words], { cwd: join(folder, 'out'), env, encoding: 'utf8' })
  }
})

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

describe('a container', () => {
  test('keeps the CMD of the image away from another entry point', () => {
    const api = serviceOf(only({ command: ['serve', '$X'] }), 'api')
    expect([api.entrypoint, api.command]).toEqual([['serve', '$$X'], []])
  })

  test('keeps the entry point of the image when only arguments are given', () => {
    const api = serviceOf(only({ args: ['serve'] }), 'api')
    expect([api.entrypoint, api.command]).toEqual([undefined, ['serve']])
  })

  test('has every restriction', () => {
    expect(serviceOf(only({}), 'api')).toMatchObject({
      user: '10001:10001',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
  })

  test.each([
    ['writable-root', undefined, { read_only: undefined, cap_drop: ['ALL'] }],
    ['capability', 'CAP_NET_ADMIN', { cap_drop: ['ALL'], cap_add: ['NET_ADMIN'] }],
    ['privileged', undefined, { privileged: true, cap_drop: undefined, security_opt: undefined }],
    ['host-network', undefined, { network_mode: 'host', networks: undefined }],
    [
      'host-path',
      '/proc',
      {
        volumes: [
          { type: 'bind', source: '/proc', target: '/proc', read_only: true, bind: { create_host_path: false } },
        ],
      },
    ],
  ] as const)('is relaxed by %s', (what, value, expected) => {
    const relax = [{ what, reason: 'for a test', ...(value !== undefined && { value }) }]
    const api = serviceOf(only({ relax }), 'api')
    for (const [key, wanted] of Object.entries(expected)) expect(api[key]).toEqual(wanted)
  })

  test('on the network of the machine finds what is there by name, and loses the names of containers', () => {
    const relax = [{ what: 'host-network', reason: 'for a test' }] as const
    const services = [service('agent', { relax }), service('probe', { relax }), service('api')]
    const edges = [
      { from: 'agent', to: 'probe', port: 'http' },
      { from: 'agent', to: 'api', port: 'http' },
    ]
    const rendered = compose.render(deployment({ services, edges }), {})
    expect(serviceOf(rendered, 'agent')).toMatchObject({ network_mode: 'host', extra_hosts: ['probe:127.0.0.1'] })
    expect(rendered.losses.filter(({ loss }) => loss === 'network.host')).toMatchObject([
      { at: 'services/agent/reaches/api', severity: 'unsupported' },
    ])
  })

  test('has its facts as far as Compose knows them', () => {
    const fact = (name: 'replicaName' | 'replicaIndex' | 'cpuLimit' | 'memoryLimit' | 'target') => ({
      name,
      value: { op: 'runtime', fact: name } as const,
    })
    const env = [fact('replicaName'), fact('replicaIndex'), fact('cpuLimit'), fact('memoryLimit'), fact('target')]
    const one = only({ env, cpu: { request: 0, limit: 1500 }, memory: { request: 0, limit: 1000 } })
    expect(serviceOf(one, 'api').environment).toEqual({
      cpuLimit: '2',
      memoryLimit: '1000',
      replicaIndex: '0',
      replicaName: 'api',
      target: 'compose',
    })
    expect(one.losses).toEqual([])
    const shards = only({ env, kind: 'sharded', replicas: 2 })
    expect(serviceOf(shards, 'api-1').environment).toMatchObject({ replicaName: 'api-1', replicaIndex: '1' })
    expect(lossesOf(only({ env, replicas: 2 }))).toEqual([
      'degraded runtime.replicaName services/api/runtime/replicaName',
      'degraded runtime.replicaIndex services/api/runtime/replicaIndex',
    ])
  })

  test('knows the machine by a name when it asks for its address', () => {
    const rendered = only({ env: [{ name: 'NODE', value: { op: 'runtime', fact: 'nodeAddress' } }] })
    expect(serviceOf(rendered, 'api')).toMatchObject({
      environment: { NODE: 'host.docker.internal' },
      extra_hosts: ['host.docker.internal:host-gateway'],
      networks: { outside: {} },
    })
    expect(lossesOf(rendered)).toEqual(['note runtime.nodeAddress services/api/runtime/nodeAddress'])
  })

  test('has no network when it connects to nothing', () => {
    const rendered = only({})
    expect(serviceOf(rendered, 'api')).toMatchObject({ network_mode: 'none' })
    expect(documentOf(rendered).networks).toBeUndefined()
  })

  test('has scratch folders in memory, shared memory apart', () => {
    const scratch = [
      { path: '/dev/shm', size: 1000, memory: true },
      { path: '/tmp', size: 2000, memory: false },
      { path: '/big', size: 2 ** 40, memory: false },
    ]
    const rendered = only({ scratch, memory: { request: 0, limit: 5000 } })
    expect(serviceOf(rendered, 'api')).toMatchObject({
      shm_size: '1000',
      tmpfs: ['/tmp:size=2000,mode=1777,uid=10001,gid=10001,exec', '/big:size=5000,mode=1777,uid=10001,gid=10001,exec'],
    })
    expect(lossesOf(rendered)).toEqual([
      'note scratch.disk services/api/scratch/tmp',
      'degraded scratch.disk services/api/scratch/big',
    ])
  })
})

describe('health', () => {
  const port = { id: 'http', number: 8080, protocol: 'http' } as const
  const timing = { every: 2500, timeout: 1000, failures: 4, within: 30_000 }
  const command = ['ask', { op: 'probe', part: 'url' } as const, { op: 'probe', part: 'host' } as const]
  const ready = { probe: 'http', port: 'http', path: '/ready', ...timing, command } as const

  test('asks inside of the container', () => {
    const rendered = only({ ports: [port], health: { ready, startup: { ...ready, within: 90_000 } } })
    expect(serviceOf(rendered, 'api').healthcheck).toEqual({
      test: ['CMD', 'ask', 'http://127.0.0.1:8080/ready', '127.0.0.1'],
      interval: '2500ms',
      timeout: '1s',
      retries: 4,
      start_period: '90s',
    })
    expect(rendered.losses).toEqual([])
  })

  test('is a problem without a command', () => {
    const { command: _command, ...silent } = ready
    const { problems } = only({ ports: [port], health: { ready: silent } })
    expect(problems).toMatchObject([
      { code: 'WB1315', severity: 'error', path: ['services', 'api', 'health', 'ready'] },
    ])
  })

  test('is left to the image where there is none, because `up --wait` refuses a check that is switched off', () => {
    const none = { ready: { probe: 'none', reason: 'for a test' } } as const
    expect(serviceOf(only({ health: none }), 'api').healthcheck).toBeUndefined()
    expect(serviceOf(only({ kind: 'job' }), 'api').healthcheck).toEqual({ disable: true })
  })

  test('loses liveness, and a start that is asked otherwise', () => {
    const health = { ready, live: { ...ready, path: '/live' }, startup: { ...ready, path: '/started' } }
    expect(lossesOf(only({ ports: [port], health }))).toEqual([
      'degraded health.liveness services/api/health/live',
      'note health.startup services/api/health/startup',
    ])
  })
})

describe('publishing', () => {
  const port = { id: 'smtp', number: 2525, protocol: 'tcp' } as const
  const exposures = [{ port: 'smtp', host: 'mail.example', path: '/' }]

  test('a port that is not HTTP is the container’s own', () => {
    const rendered = only({ ports: [port], exposures }, { site: { publish: { address: '10.0.0.1' } } })
    expect(serviceOf(rendered, 'api')).toMatchObject({
      ports: [{ target: 2525, published: '2525', protocol: 'tcp', host_ip: '10.0.0.1' }],
      networks: { edge: {} },
    })
    expect(rendered.losses).toEqual([])
  })

  test('is lost for several containers', () => {
    const rendered = only({ ports: [port], exposures, replicas: 2 })
    expect(serviceOf(rendered, 'api').ports).toBeUndefined()
    expect(lossesOf(rendered)).toEqual(['unsupported exposure.replicas services/api/expose/smtp'])
  })

  test('leaves the plain port out when the site says so', () => {
    const { site, ...rest } = parcels
    const rendered = compose.render({ ...rest, site: { publish: { ...site.publish, http: 0 } } }, {})
    expect(serviceOf(rendered, 'edge').ports.map(({ target }: { target: number }) => target)).toEqual([8443])
  })
})

describe('secrets', () => {
  test('lie where the site says, unless the shell says otherwise', () => {
    const { volumes } = serviceOf(compose.render({ ...parcels, site: { secretsFolder: '/srv/$x' } }, {}), 'db')
    expect(volumes[0].source).toBe('${WAYBILL_SECRETS:-/srv/$$x}/db-password-v1/value')
  })
})

describe('observe', () => {
  const rendered = compose.render(parcels, {})
  const edited = (edit: (document: Document) => void): Rendered => ({
    ...rendered,
    files: rendered.files.map((file) => {
      if (file.path !== 'base/compose.yaml') return file
      const document: Document = structuredClone(documentOf(rendered))
      edit(document)
      return { ...file, content: { documents: [document] } }
    }),
  })

  test('misses a connection without a network', () => {
    const without = edited(({ services }) => delete services.web.networks['to-api'])
    expect(compose.observe(rendered, parcels).connections).toContain('web>api:http')
    expect(compose.observe(without, parcels).connections).not.toContain('web>api:http')
  })

  test('misses secret variables without their file', () => {
    const without = edited(({ services }) => delete services.api.env_file)
    expect(compose.observe(rendered, parcels).services['api']?.env['SESSION_KEY']).toBe('secret:session-key-v2/value')
    expect(compose.observe(without, parcels).services['api']?.env['SESSION_KEY']).toBeUndefined()
  })

  test('knows an address only by a name that the output gives', () => {
    const renamed = edited(({ services }) => {
      services.elsewhere = services['store-1']
      delete services['store-1']
    })
    expect(compose.observe(renamed, parcels).services['api']?.env['STORES']).toBe('ref:store/0.rpc store-1:7000')
  })

  test('tells another health check from the declared one', () => {
    const other = edited(({ services }) => (services.web.healthcheck.test = ['CMD', 'true']))
    expect(compose.observe(other, parcels).services['web']?.health).toBe('exec true')
  })
})
