import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { DeployedService, Deployment } from '@waybill/model'
import { printYamlDocuments } from '../../print/yaml.ts'
import { deployment, parcels, service } from '../../containers/fixtures/parcels.ts'
import type { OutputFile, Rendered } from '../../target.ts'
import { single } from './index.ts'

const supervisor = 'lab/supervisor:1.0.0'
const render = (one: Deployment): Rendered => single.render(one, { supervisor })
const only = (one: Partial<DeployedService>, more: Partial<Deployment> = {}): Rendered =>
  render(deployment({ services: [service('api', one)], ...more }))
const textOf = ({ content }: OutputFile): string =>
  'text' in content ? content.text : printYamlDocuments(content.documents)
const fileOf = ({ files }: Rendered, path: string): string => {
  const file = files.find((each) => each.path === path)
  return file ? textOf(file) : ''
}
const lossesOf = ({ losses }: Rendered) => losses.map(({ loss, at, severity }) => `${severity} ${loss} ${at}`)

/** One of everything, whose shards read their port from a variable. */
const demo: Deployment = {
  ...parcels,
  services: parcels.services.map((each) => {
    const value = { op: 'address', service: each.id, port: 'rpc', form: 'port' } as const
    return each.kind === 'sharded' ? { ...each, env: [...each.env, { name: 'PORT', value }] } : each
  }),
}

const folder = mkdtempSync(join(tmpdir(), 'single-target-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (path: string, text: string): string => {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, 0o755)
  return file
}

describe('the output for one of everything', () => {
  const rendered = render(demo)
  const golden = rendered.files
    // what the script is made of is tested where it is made
    .filter(({ path }) => path !== 'base/secrets.sh')
    .map((file) => [file.path, file] as const)

  test.each(golden)('%s', async (path, file) => {
    await expect(textOf(file)).toMatchFileSnapshot(`fixtures/parcels/${path}`)
  })

  test('loses what one container cannot do', async () => {
    await expect(`${JSON.stringify(rendered.losses, null, 2)}\n`).toMatchFileSnapshot('fixtures/parcels/losses.json')
    expect(rendered.problems).toEqual([])
  })

  test('reads back as neutral facts', async () => {
    const observed = single.observe(rendered, demo)
    await expect(`${JSON.stringify(observed, null, 2)}\n`).toMatchFileSnapshot('fixtures/parcels/observation.json')
  })

  test.each([
    ['base/services/api', '127.0.0.1:20000', '127.0.0.1:7000', 'STORES'],
    ['base/services/api', '--setuid=10001', '--setuid=0', 'user'],
    ['base/services/api', 'api-', 'other-', 'SESSION_KEY'],
    ['base/health/api', '/ready', '/other', 'health'],
    ['base/up.sh', '--read-only', '', 'readOnlyRoot'],
    ['base/up.sh', 'dst=/services/store-0/', 'dst=/elsewhere/', 'scans'],
    ['base/Dockerfile', 'node:24-slim', 'node:23-slim', 'image'],
    ['base/place.sh', 'site.conf', 'other.conf', 'files'],
  ])('is read as it stands: %s without %s', (path, from, to, fact) => {
    const files = rendered.files.map((file) =>
      file.path === path ? { ...file, content: { text: textOf(file).replaceAll(from, to) } } : file,
    )
    const observed = (one: Rendered) => single.observe(one, demo)
    const lines = (one: Rendered) => JSON.stringify(observed(one), null, 1).split('\n')
    const before = new Set(lines(rendered))
    const changed = lines({ ...rendered, files }).filter((line) => !before.has(line))
    expect([fact, observed({ ...rendered, files })]).not.toEqual([fact, observed(rendered)])
    expect(changed.length).toBeLessThan(12)
  })

  test('names every image that is fetched, the supervisor among them', () => {
    const dockerfile = fileOf(rendered, 'base/Dockerfile')
    const named = [...dockerfile.matchAll(/^(?:FROM |COPY --from=)(\S+)/gm)].map(([, image]) => image)
    expect(new Set(rendered.images)).toEqual(new Set(named))
    expect(rendered.images).toEqual(rendered.images.toSorted())
  })

  test('has scripts that shellcheck passes', ({ skip }) => {
    skip(spawnSync('shellcheck', ['--version']).status !== 0, 'shellcheck is not installed')
    const scripts = rendered.files.filter((file) => textOf(file).startsWith('#!/bin/sh'))
    expect(scripts.length).toBeGreaterThan(8)
    const files = scripts.map((file) => write(`checked/${file.path}`, textOf(file)))
    const { stdout } = spawnSync('shellcheck', files, { encoding: 'utf8' })
    expect(stdout).toBe('')
  })
})

describe('what starts a service', () => {
  const awkward = `$HOME $(X) {{ x }} %s "q" 'q' \\ yes\nsecond line\té 👍 = #`

  /** Runs a launcher with a program in place of the one that enters the image, and shows what that is given. */
  function launch(rendered: Rendered, image: { words: string; env: string }, ...given: string[]): string[] {
    write('images/api.words', image.words)
    write('images/api.env', image.env)
    const enter = write('enter', `#!/bin/sh\nprintf '%s\\0' "$@"\nenv -0\n`)
    const script = fileOf(rendered, 'base/services/api')
      .replaceAll('/waybill/images', join(folder, 'images'))
      .replaceAll('/usr/bin/unshare', enter)
      .replaceAll('/run/secrets', folder)
    const { status, stdout, stderr } = spawnSync('sh', [write('services/api', script), ...given], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout.split('\0').filter(Boolean)
  }
  const image = {
    words: `[ -n "$folder" ] || folder=/srv
if [ "$replaced" = no ]; then
  [ $# -gt 0 ] || set -- 'serve' 'it'\\''s'
  set -- '/entry' "$@"
fi
`,
    env: `set -- 'PATH=/opt/bin:/usr/bin:/bin' 'A=of the image' 'B=of the image' "$@"\n`,
  }
  const enter = ['--root=/services/api', '--wd=/srv', '--setgid=10001', '--setuid=10001', '--']

  test('gives the words and variables of the image where the definition has none', () => {
    const made = launch(only({}), image)
    expect(made.slice(0, 8)).toEqual([...enter, '/entry', 'serve', "it's"])
    expect(made).toContain('A=of the image')
    expect(made).toContain('PATH=/opt/bin:/usr/bin:/bin')
  })

  test('hands over every text byte for byte, the definition before the image', () => {
    const rendered = only({
      args: ['--text', awkward],
      workingDir: '/own dir',
      env: [{ name: 'A', value: awkward }],
    })
    const made = launch(rendered, image)
    expect(made.slice(1, 8)).toEqual(['--wd=/own dir', ...enter.slice(2), '/entry', '--text', awkward])
    expect(made).toContain(`A=${awkward}`)
    expect(made).toContain('B=of the image')
  })

  test('drops the words of the image for a command, and everybody’s for a word that is given', () => {
    const rendered = only({ command: ['/bin/own'] })
    expect(launch(rendered, image)[5]).toBe('/bin/own')
    expect(launch(rendered, image, 'status', awkward).slice(5, 7)).toEqual(['status', awkward])
  })

  test('adds the proxy of the site for who goes out, and its authorities for all', () => {
    const proxy = { http: 'http://proxy.example:3128' }
    const egress = [{ to: 'example.org', port: 443, reason: 'asks' }]
    const rendered = only({ egress }, { site: { proxy, certificateAuthority: { file: '/etc/ca.pem' } } })
    const made = launch(rendered, image)
    expect(made).toContain('HTTP_PROXY=http://proxy.example:3128')
    expect(made).toContain('NO_PROXY=localhost,127.0.0.1,::1')
    expect(made).toContain('SSL_CERT_FILE=/etc/site-authorities/ca.crt')
    expect(fileOf(rendered, 'base/up.sh')).toContain(
      "--mount 'type=bind,src=/etc/ca.pem,dst=/services/api/etc/site-authorities/ca.crt,readonly'",
    )
    expect(fileOf(only({}, { site: { proxy } }), 'base/services/api')).not.toContain('PROXY')
  })
})

describe('beside other targets', () => {
  const http = { id: 'http', number: 8080, protocol: 'tcp' } as const
  const exposures = [{ port: 'http', host: 'x.example', path: '/' }]
  const rendered = only({ ports: [http], exposures }, { site: { publish: { address: '::1' } } })
  const up = fileOf(rendered, 'base/up.sh')

  test('has the network that they begin with, so that they stop before two programs use one volume', () => {
    expect(up).toContain(' --network parcels-one_edge ')
    expect(fileOf(rendered, 'base/down.sh')).toContain('docker network rm parcels-one_edge ')
  })

  test.each(['com.docker.compose.project=parcels-one', 'waybill.dev/target=docker'])(
    'does not start beside containers with the label %s',
    (label) => {
      const docker = `docker() { case "$*" in *${label}*) echo other ;; esac; }\n`
      const script = up.replace(/^cd .*$/m, docker).replace(/^cat notice$[^]*/m, 'echo started')
      const env = { ...process.env, WAYBILL_SECRETS: folder }
      const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env })
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toContain('two programs must not use one volume')
      const alone = spawnSync('sh', ['-c', script.replace('echo other', ':')], { encoding: 'utf8', env })
      expect(alone).toMatchObject({ status: 0, stdout: 'started\n' })
    },
  )

  /** Runs up.sh with a program in place of Docker, which writes down what changes something. */
  function start(script: string, docker: string): { status: number | null; stderr: string; done: string } {
    const place = mkdtempSync(join(folder, 'up-'))
    const log = join(place, 'log')
    mkdirSync(join(place, 'custom'))
    mkdirSync(join(place, 'base'))
    for (const [path, text] of [
      ['custom/options.sh', ''],
      ['base/notice', ''],
      ['base/build.sh', ''],
      ['docker', `#!/bin/sh\n${docker}\ncase $1 in stop | start | create | rm | rename) echo "$1" >>${log} ;; esac\n`],
    ] as const)
      writeFileSync(join(place, path), text, { mode: 0o755 })
    writeFileSync(log, '')
    writeFileSync(join(place, 'base/up.sh'), script)
    const env = { PATH: `${place}:${process.env['PATH'] ?? ''}`, WAYBILL_SECRETS: folder }
    const { status, stderr } = spawnSync('sh', [join(place, 'base/up.sh')], { encoding: 'utf8', env })
    return { status, stderr, done: readFileSync(log, 'utf8').replaceAll('\n', ' ').trim() }
  }
  const healthy = `case "$*" in *State.Status*) echo running healthy 0 ;; *State.Running*) echo true old ;; esac`

  test('makes the new container before the old one goes', () => {
    expect(start(up, healthy)).toMatchObject({ status: 0, done: 'rm create stop start rm rename' })
  })

  test('starts the old one again where the new one does not start', () => {
    const broken = `${healthy}\ncase "$*" in start*-next) exit 1 ;; esac`
    expect(start(up, broken)).toMatchObject({
      status: 1,
      done: 'rm create stop rm start',
      stderr: 'up.sh: what ran before runs again\n',
    })
  })

  test('leaves the old one alone where the new one cannot be made', () => {
    expect(start(up, `${healthy}\n[ "$1" != create ] || exit 1`)).toMatchObject({ status: 1, done: 'rm' })
  })

  test('leaves the old one alone where a port belongs to another container', () => {
    const taken = `${healthy}
case "$*" in 'ps --quiet '*) echo 1 ;; *NetworkSettings*) echo '[::1]:8080 8080/tcp /other other' ;; esac`
    const { stderr, ...rest } = start(up, taken)
    expect(rest).toEqual({ status: 1, done: '' })
    expect(stderr).toContain('port 8080 of this machine belongs to the container other')
  })

  test('leaves the old one alone where a file of the site is missing', () => {
    const file = join(folder, 'no-such-ca.pem')
    const asks = fileOf(only({}, { site: { certificateAuthority: { file } } }), 'base/up.sh')
    const { stderr, ...rest } = start(asks, healthy)
    expect(rest).toEqual({ status: 1, done: '' })
    expect(stderr).toBe(`up.sh: this machine does not have: ${file}\n`)
  })

  test('publishes a TCP port at the number that the site says, also of a service that asks for the machine', () => {
    const relax = [{ what: 'host-network', reason: 'x' }] as const
    const site = { publish: { ports: { 'api/http': 2525 } } }
    expect(fileOf(only({ ports: [http], exposures, relax }, { site }), 'base/up.sh')).toMatch(/--publish '?2525:8080/)
  })

  test('listens on an address of IPv6', () => {
    expect(up).toContain("--publish '[::1]:8080:8080'")
  })
})

describe('losses', () => {
  test.each<[string, Partial<DeployedService>, string]>([
    ['replicas', { replicas: 3 }, 'degraded replicas services/api/replicas'],
    ['a daemon', { kind: 'daemon' }, 'degraded daemons services/api/kind'],
    ['a schedule', { kind: 'cron', schedule: '1 2 * * *' }, 'unsupported schedules services/api/schedule'],
    [
      'a capability',
      { relax: [{ what: 'capability', value: 'NET_ADMIN', reason: 'x' }] },
      'unsupported security.capability services/api/relax/capability',
    ],
    ['root', { user: { uid: 0, gid: 0 } }, 'degraded security.root services/api/user'],
  ])('tell of %s', (_, one, expected) => {
    expect(lossesOf(only(one))).toContain(expected)
    expect(lossesOf(only({}))).not.toContain(expected)
  })

  test('tell everybody whose root one service makes writable', () => {
    const relax = [{ what: 'writable-root', reason: 'writes' }] as const
    const rendered = render(deployment({ services: [service('api', { relax }), service('web')] }))
    expect(lossesOf(rendered)).toContain('degraded security.readOnlyRoot services/web/readOnlyRoot')
    expect(fileOf(rendered, 'base/up.sh')).not.toContain('--read-only')
    expect(fileOf(only({}), 'base/up.sh')).toContain('--read-only')
  })
})
