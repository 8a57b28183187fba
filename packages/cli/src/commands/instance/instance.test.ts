import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { main } from '../../main.ts'
import { entry } from '../../waybill-for-test.ts'
import { shop } from './product-for-test.ts'

const folder = mkdtempSync(join(tmpdir(), 'waybill-instance-'))
const product = join(folder, 'product.json')
const instance = join(folder, 'instance.yaml')
afterAll(() => rmSync(folder, { recursive: true }))

const good = `# the shop   of the north
schema: 1
id: "north"
product: shop
load: { users: 50 }   # people

settings:
  site:
    # asked in 2025
    host: 'shop.example'   # quoted
    region: us
  mail:
    routes:
    - id: main   # ours
      port: 26
features:
  mail: false
`

beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
  writeFileSync(product, JSON.stringify(shop))
  writeFileSync(instance, good)
})

interface Ran {
  readonly status: number
  readonly out: string
  readonly error: string
}

/** Runs the command line in this process, which is no terminal. */
async function run(...args: readonly string[]): Promise<Ran> {
  const written = { out: '', error: '' }
  const streams = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => (written.out += String(text)) !== ''),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => (written.error += String(text)) !== ''),
  ]
  try {
    return { status: await main(args), ...written }
  } finally {
    for (const stream of streams) stream.mockRestore()
  }
}
/** What a command says with `--json`. */
async function runJson(...args: readonly string[]) {
  const { status, out } = await run(...args, '--json')
  return { status, result: JSON.parse(out) as { problems: { code: string; path: string }[] } & Record<string, unknown> }
}
const set = (...args: readonly string[]) => run('instance', 'set', product, instance, ...args)
const text = () => readFileSync(instance, 'utf8')
const codes = (result: { problems: readonly { code: string; path: string }[] }) =>
  result.problems.map(({ code, path }) => `${code} ${path}`)

describe('instance set', () => {
  test('shows the change, and changes nothing without a terminal or --yes', async () => {
    const { status, out, error } = await set('load.users=500')
    expect(out).toMatch(/^--- .*instance\.yaml\n\+\+\+ .*instance\.yaml\n@@ .*\n/)
    expect(out).toContain('-load: { users: 50 }   # people\n+load: { users: 500 }   # people\n')
    expect(error).toContain('--yes')
    expect({ status, text: text() }).toEqual({ status: 3, text: good })
  })

  test('keeps a byte order mark', async () => {
    writeFileSync(instance, `\uFEFF${good}`)
    expect(await set('load.users=500', '--yes')).toMatchObject({ status: 0 })
    expect(text()).toBe(`\uFEFF${good.replace('users: 50', 'users: 500')}`)
  })

  test('changes the named place only', async () => {
    expect(await set('load.users=500', 'settings.site.host=new.example', '--yes')).toMatchObject({ status: 0 })
    expect(text()).toBe(good.replace('users: 50', 'users: 500').replace("'shop.example'", "'new.example'"))
  })

  test('every word is taken as its place wants it', async () => {
    await set(
      'settings.site.banner=123',
      'version=1.0.0',
      'settings.limits.high=7',
      'features.mail=true',
      'settings.mail.sender=a@b.example',
      'settings.limits.upload=20 MiB',
      'settings.mail.labels={"team":"x"}',
      'settings.mail.routes.two.to=b.example',
      'settings.mail.routes.two.port=27',
      'site.labels."example.com/team"=5',
      'sizes.db.cpu.limit=2 cores',
      '--yes',
    )
    expect(text()).toContain("banner: '123'")
    for (const line of [
      'version: 1.0.0',
      'high: 7',
      'mail: true',
      'upload: 20 MiB',
      'team: x',
      "example.com/team: '5'",
      '- id: two',
      'port: 27',
    ])
      expect(text()).toContain(line)
    const { result } = await runJson('check', product, '--instance', instance)
    expect(codes(result).filter((each) => !each.startsWith('WB1312'))).toEqual([])
  })

  test('takes away', async () => {
    expect(await set('--unset', 'settings.site.region', '--before-install', '--yes')).toMatchObject({ status: 0 })
    expect(text()).toBe(good.replace('    region: us\n', ''))
  })

  test('a file that is a link stays one, and keeps who may read it', async () => {
    const real = join(folder, 'real.yaml')
    writeFileSync(real, good)
    chmodSync(real, 0o640)
    rmSync(instance)
    symlinkSync(real, instance)
    expect(await set('load.users=1', '--yes')).toMatchObject({ status: 0 })
    expect(readFileSync(real, 'utf8')).toContain('users: 1 ')
    expect(statSync(real).mode & 0o777).toBe(0o640)
    expect(readdirSync(folder).sort()).toEqual(['instance.yaml', 'product.json', 'real.yaml'])
  })

  test.each<[string, readonly string[], string]>([
    ['an unknown setting', ['settings.site.hots=a'], 'WB2007 settings/site/hots'],
    ['an unknown key', ['site.registri=a'], 'WB1001 site/registri'],
    ['a broken rule', ['settings.limits.high=0'], 'WB2010 settings/limits/high'],
    ['what cannot change', ['settings.site.region=eu'], 'WB2012 settings/site/region'],
    ['a password', ['settings.mail.password=hunter2'], 'WB2027 settings/mail/password'],
    ['a password of a dependency', ['dependencies.db.password=hunter2'], 'WB2027 dependencies/db/password'],
    ['a value of a secret', ['secrets.db-password=hunter2'], 'WB2027 secrets/db-password'],
    ['a wrong field of an entry', ['settings.mail.routes.main.port=99999'], 'WB2008 settings/mail/routes/main/port'],
    ['a place that is not there', ['--unset', 'settings.site.page'], 'WB2026 settings/site/page'],
    ['a required value taken away', ['--unset', 'settings.site.host'], 'WB2009 settings/site/host'],
  ])('%s is refused, and nothing is written', async (_, args, expected) => {
    const { status, result } = await runJson('instance', 'set', product, instance, ...args, '--yes')
    expect(codes(result).filter((each) => !each.startsWith('WB1312'))).toEqual([expected])
    expect(JSON.stringify(result)).not.toContain('hunter2')
    expect({ status, text: text() }).toEqual({ status: 3, text: good })
  })

  test.each([['load.users'], ['=5'], ['a..b=5'], []])('%j is wrong usage', async (...args) => {
    expect(await set(...args, '--yes')).toMatchObject({ status: 2, out: '' })
  })

  test('what is set is what is got, and every other line stays byte for byte', async () => {
    const places = fc.constantFrom<readonly [string, fc.Arbitrary<string>]>(
      ['load.users', fc.nat(100_000).map(String)],
      ['settings.site.host', fc.constantFrom('a.example', 'no', 'null', '007.example', 'on.example')],
      ['settings.site.banner', fc.stringMatching(/^[A-Za-z0-9 ]{1,12}$/)],
      ['settings.limits.upload', fc.integer({ min: 1, max: 1024 }).map((n) => `${n} MiB`)],
      ['settings.mail.routes.main.port', fc.integer({ min: 1, max: 65535 }).map(String)],
      ['settings.mail.labels.team', fc.stringMatching(/^[a-z]{1,6}$/)],
      ['id', fc.constantFrom('a', 'no', 'b-2', 'null')],
    )
    const change = places.chain(([path, value]) => fc.tuple(fc.constant(path), value))
    await fc.assert(
      fc.asyncProperty(change, async ([path, value]) => {
        writeFileSync(instance, good)
        expect(await set(`${path}=${value}`, '--yes')).toMatchObject({ status: 0 })
        const { result } = await runJson('instance', 'get', product, instance, path)
        const [got] = result.values as { value: unknown; from: string }[]
        const amount = path === 'settings.limits.upload' && value === '1024 MiB' ? '1 GiB' : value
        expect(String(got?.value)).toBe(amount)
        expect(got?.from).toMatch(/instance|both/)
        const now = text().split('\n')
        const lost = good.split('\n').filter((line) => !now.includes(line))
        expect(lost.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 25 },
    )
  })
})

describe('a wrong value of every type', () => {
  test.each<[string, string, string, RegExp]>([
    ['text', 'site', 'banner: 5', /in quotes/],
    ['pattern', 'site', "banner: 'a_b'", /matches/],
    ['hostname', 'site', 'host: https://a.example', /host name/],
    ['choice', 'site', 'region: mars', /one of eu, us/],
    ['url', 'site', 'page: shop.example', /URL/],
    ['email', 'mail', 'sender: nobody', /e-mail/],
    ['map', 'mail', 'labels: [a]', /a map/],
    ['value of a map', 'mail', 'labels: { team: A }', /matches \[a-z\]\+/],
    ['list', 'mail', 'routes: { a: b }', /a list/],
    ['entry', 'mail', 'routes: [{ id: x }]', /"to"/],
    ['field', 'mail', 'routes: [{ id: x, to: a.example, port: 0 }]', /from 1 up to 65535/],
    ['unknown field', 'mail', 'routes: [{ id: x, to: a.example, prot: 1 }]', /"port"/],
    ['bytes', 'limits', 'upload: 20', /20 GiB/],
    ['bytes out of range', 'limits', 'upload: 2 GiB', /up to 1 GiB/],
    ['cores', 'limits', 'cpu: 500m', /cores/],
    ['duration', 'limits', 'wait: 5', /duration/],
    ['percent', 'limits', 'share: 0.5', /percentage/],
    ['boolean', 'limits', "strict: 'true'", /true or false/],
    ['count', 'limits', 'low: 1.5', /whole number/],
  ])('%s: an error at its line', async (_, group, line, expected) => {
    const lines = `schema: 1\nid: a\nproduct: shop\nsettings:\n  site: { host: a.example }\n  mail:\n    # here\n`
    const given =
      group === 'site'
        ? lines.replace('site: { host: a.example }', `site:\n    ${line}`).replace('  mail:\n', '')
        : lines.replace('  mail:', `  ${group}:\n    ${line}`)
    writeFileSync(instance, given)
    const { status, result } = await runJson('check', product, '--instance', instance)
    const found = result.problems as unknown as { code: string; what: string; at: { file: string; line: number } }[]
    const wrong = found.filter(({ code }) => code === 'WB2008')
    expect(wrong).toHaveLength(1)
    expect(wrong[0]?.what).toMatch(expected)
    expect(wrong[0]?.at).toMatchObject({
      file: instance,
      line: given.split('\n').findIndex((each) => each.includes(line)) + 1,
    })
    expect(status).toBe(3)
  })
})

describe('instance get', () => {
  test.each<[string, RegExp]>([
    ['settings.site.host', /^settings\.site\.host +shop\.example +instance\n$/],
    ['settings.limits.upload', /10 MiB +default\n$/],
    ['settings.mail.labels.team', /shop +default/],
    ['settings.mail.routes.main.to', /mail\.example +default and instance/],
    ['load', /load\.users +50 +instance\nload\.files +1 GiB +default\n$/],
    ['dependencies.db.port', /5432 +default, without effect/],
  ])('%s', async (path, expected) => {
    const { status, out } = await run('instance', 'get', product, instance, path)
    expect(out).toMatch(expected)
    expect(status).toBe(0)
  })

  test('an unknown path is wrong usage, with the nearest one', async () => {
    const { status, error } = await run('instance', 'get', product, instance, 'site.host')
    expect(error).toContain('(Did you mean settings.site.host?)')
    expect(status).toBe(2)
  })
})

describe('instance migrate', () => {
  const old = good
    .replace("host: 'shop.example'", "hostname: 'shop.example'")
    .replace('  mail:\n    routes', '  web:\n    upload: 20 MiB   # big\n  mail:\n    routes')
    .replace('mail: false', 'post: false')

  test('the old names work, and are written anew with quotes and comments', async () => {
    writeFileSync(instance, old)
    const before = await runJson('instance', 'get', product, instance, 'settings')
    expect(codes(before.result)).toEqual(
      expect.arrayContaining(['WB2025 settings/site/hostname', 'WB2025 features/post']),
    )
    expect(await run('instance', 'migrate', product, instance, '--yes')).toMatchObject({ status: 0 })
    expect(text()).toBe(
      old
        .replace('hostname:', 'host:')
        .replace('    upload: 20 MiB   # big\n', '')
        .replace('  web:', '  web: {}')
        .replace('      port: 26\n', '      port: 26\n  limits:\n    upload: 20 MiB   # big\n')
        .replace('post: false', 'mail: false'),
    )
    const after = await runJson('instance', 'get', product, instance, 'settings')
    expect(after.result.values).toEqual(before.result.values)
  })

  test('old and new name together are an error at the old one', async () => {
    writeFileSync(instance, good.replace('    region: us', '    hostname: b.example'))
    const { status, result } = await runJson('instance', 'migrate', product, instance, '--yes')
    expect(codes(result)).toEqual(['WB2024 settings/site/hostname'])
    expect(status).toBe(3)
  })

  test('nothing to do', async () => {
    expect(await run('instance', 'migrate', product, instance)).toMatchObject({
      status: 0,
      out: expect.stringContaining('nothing to change'),
    })
  })
})

describe('instance new', () => {
  const out = join(folder, 'new.yaml')
  const create = (...args: readonly string[]) => run('instance', 'new', product, '--out', out, ...args)

  test('takes flags where there is no terminal', async () => {
    const { status, error } = await create(
      '--id',
      'north',
      '--target',
      'compose',
      '--profile',
      'small',
      '--set',
      'site.host=a.example',
      '--feature',
      'mail',
      '--set',
      'mail.sender=a@b.example',
      '--set',
      'mail.labels.team=blue',
      '--set',
      'mail.routes.x.to=x.example',
      '--set',
      'mail.routes.x.port=26',
      '--dependency',
      'db=external',
      '--input',
      'db.host=db.example',
      '--schema',
      join(folder, 'i.schema.json'),
    )
    expect(error).not.toMatch(/WB2/)
    expect(status).toBe(0)
    const made = readFileSync(out, 'utf8')
    expect(made).toMatch(/^# yaml-language-server: \$schema=i\.schema\.json\n/)
    expect(made).toContain('    routes:\n      - id: x\n        to: x.example\n        port: 26\n')
    expect(JSON.parse(readFileSync(join(folder, 'i.schema.json'), 'utf8'))).toMatchObject({
      title: 'Instance of Shop 1.0.0',
    })
    const { result } = await runJson('instance', 'get', product, out, 'dependencies.db.host')
    expect(result.values).toMatchObject([{ value: 'db.example', from: 'instance' }])
  })

  test('all that is missing or wrong comes at once, and nothing is written', async () => {
    const { status, result } = await runJson(
      'instance',
      'new',
      product,
      '--out',
      out,
      '--feature',
      'mail',
      '--set',
      'limits.upload=5g',
      '--dependency',
      'db=external',
    )
    expect(codes(result)).toEqual([
      'WB2008 settings/limits/upload',
      'WB2009 dependencies/db/host',
      'WB2009 settings/mail/sender',
      'WB2009 settings/site/host',
    ])
    expect({ status, there: existsSync(out) }).toEqual({ status: 3, there: false })
  })

  test('never overwrites without --overwrite', async () => {
    writeFileSync(out, 'precious\n')
    expect(await create('--set', 'site.host=a.example')).toMatchObject({ status: 1 })
    expect(readFileSync(out, 'utf8')).toBe('precious\n')
    expect(await create('--set', 'site.host=a.example', '--overwrite')).toMatchObject({ status: 0 })
    expect(readFileSync(out, 'utf8')).toContain('host: a.example')
  })

  test('takes no secret', async () => {
    const { result } = await runJson(
      'instance',
      'new',
      product,
      '--out',
      out,
      '--set',
      'site.host=a.example',
      '--input',
      'db.password=hunter2',
    )
    expect(codes(result)).toEqual(['WB2027 dependencies/db/password'])
  })

  test.each([
    ['--set', 'host=x'],
    ['--dependency', 'db.mode=external'],
    ['--input', 'host=a'],
    ['--load', 'users'],
  ])('%s %s is wrong usage', async (...args) => {
    expect(await create(...args)).toMatchObject({ status: 2 })
  })
})

/** Runs the wizard on a pseudo terminal: waits for a text, types, and so on; what was shown, and the exit code. */
async function onTerminal(args: readonly string[], dialogue: readonly (readonly [wait: string, type: string])[]) {
  const command = [process.execPath, entry, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', `stty cols 120 rows 50; ${command}`, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, TERM: 'xterm', SHELL: '/bin/sh' },
  })
  let shown = ''
  let from = 0
  let step = 0
  child.stdout.on('data', (data: Buffer) => {
    shown += data.toString()
    const [wait, type] = dialogue[step] ?? ['']
    if (type === undefined || !shown.slice(from).includes(wait)) return
    from = shown.length
    step++
    // a prompt shows before it listens, as fast as nobody types
    setTimeout(() => child.stdin.write(type), 100)
  })
  const status = await new Promise<number | null>((done) => {
    child.on('close', done)
  })
  return { status, shown, step }
}
const enter = '\r'

describe('on a terminal', () => {
  const out = join(folder, 'asked.yaml')
  const args = [
    'instance',
    'new',
    product,
    '--out',
    out,
    '--target',
    'compose',
    '--profile',
    'small',
    '--dependency',
    'db=bundled',
  ]

  test('asks what applies, again after a wrong value, and once more what does not fit together', async () => {
    const dialogue = [
      ['Name of this installation', enter],
      ['Mail', 'y'],
      ['Host name', `not a host${enter}`],
      ['Expected a host name', `${'\x7f'.repeat(10)}a.example${enter}`],
      ['Region', enter],
      ['Banner', enter],
      ['Page', enter],
      ['Sender', `a@b.example${enter}`],
      ['Password', enter],
      ['Labels', enter],
      ['Routes', enter],
      ['Largest upload', enter],
      ['Cores', enter],
      ['Longest wait', enter],
      ['Share', enter],
      ['Strict', 'n'],
      ['Low', `9${enter}`],
      ['High', enter],
      ['High has to be at least low', `10${enter}`],
    ] as const
    const { status, step, shown } = await onTerminal(args, dialogue)
    expect({ status, step }).toEqual({ status: 0, step: dialogue.length })
    expect(shown).not.toContain('Log level')
    const made = readFileSync(out, 'utf8')
    for (const line of ['host: a.example', 'sender: a@b.example', 'low: 9', 'high: 10', 'mail: true'])
      expect(made).toContain(line)
    expect(made).not.toContain('upload')
  })

  test('Ctrl-C leaves nothing', async () => {
    const { status, shown } = await onTerminal(args, [
      ['Name of this installation', enter],
      ['Mail', '\x03'],
    ])
    expect({ status, there: existsSync(out) }).toEqual({ status: 1, there: false })
    expect(shown).toContain('Nothing was written.')
  })

  test.each([
    ['y', 0, true],
    ['n', 1, false],
    ['\x03', 1, false],
  ])('set asks before it writes: %j', async (answer, code, changed) => {
    const { status, shown } = await onTerminal(
      ['instance', 'set', product, instance, 'load.users=7'],
      [['Change', answer]],
    )
    expect(shown).toContain('users: 7')
    expect({ status, changed: text() !== good }).toEqual({ status: code, changed })
  })
})

describe('settings', () => {
  test('lists every setting, feature, dependency and factor with the values of an instance', async () => {
    const { status, out } = await run('settings', product, '--instance', instance)
    expect(status).toBe(0)
    expect(out).toMatch(
      /settings\.site\.region {2}choice, default eu {2}Region\n +Allowed: eu \(Europe\); us \(America\)\n +Cannot change after the installation\n +Value: us \(instance\)/,
    )
    expect(out).toMatch(/settings\.mail\.sender .*\n +Only when feature mail\n +Value: without effect/)
    expect(out).toMatch(/settings\.limits\.upload {2}bytes, default 10 MiB .*\n +Allowed: from 1 MiB up to 1 GiB/)
    expect(out).toMatch(/Deprecated since 1\.0: use site\.banner/)
    for (const part of ['features.mail', 'dependencies.db.mode', 'dependencies.db.host', 'load.users', 'Up to 100'])
      expect(out).toContain(part)
  })

  test('as JSON', async () => {
    const { result } = await runJson('settings', product)
    expect(result).toMatchObject({
      ok: true,
      settings: [
        {
          title: 'Your site',
          entries: expect.arrayContaining([expect.objectContaining({ path: 'settings.site.host', required: true })]),
        },
        {},
        { help: 'How much is too much.' },
      ],
      profiles: [{ id: 'small', load: { users: '100', files: '2 GiB' } }],
    })
  })

  test('as a page, where nothing is taken for markup', async () => {
    const { out } = await run('settings', product, '--markdown')
    expect(out).toContain('# Settings of Shop 1.0.0')
    expect(out).toContain('| `settings.site.banner` | Banner. | text; matches \\[A-Za-z0-9 \\]\\* | `""` |')
    const columns = (line: string) => line.replaceAll('\\|', '').split('|').length
    for (const table of out.split('\n\n').filter((part) => part.startsWith('|')))
      expect(new Set(table.trim().split('\n').map(columns)).size).toBe(1)
  })
})

test('the schema of the instances of a product', async () => {
  const { status, out } = await run('schema', 'instance', '--product', product)
  expect(status).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    properties: { settings: { properties: { site: { properties: { host: { type: 'string' } } } } } },
  })
  expect(await run('schema', 'product', '--product', product)).toMatchObject({ status: 2 })
})
