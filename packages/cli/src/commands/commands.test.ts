import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { targets } from '@waybill/generate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Workplace, waybill, waybillJson } from '../waybill-for-test.ts'

let place: Workplace
let product: string
let instance: string
beforeAll(() => {
  place = new Workplace()
  product = place.build()
  instance = place.instance
})
afterAll(() => place.remove())

const changedInstance = (name: string, from: string, to: string) =>
  place.write(name, readFileSync(instance, 'utf8').replace(from, to))

describe('check', () => {
  test('a product alone is checked with sample values', () => {
    expect(waybillJson(['check', place.product])).toEqual({ status: 0, result: { ok: true, problems: [] } })
  })

  test('all problems of a product and of several instances come at once, each with its place, cause and way out', () => {
    const first = changedInstance('first.yaml', 'settings:', 'setings:')
    const second = changedInstance('second.yaml', 'host: shop', 'host: not/a/host')
    const { status, result } = waybillJson(['check', product, '--instance', first, '--instance', second])
    expect(status).toBe(3)
    expect(result).toMatchObject({
      ok: false,
      problems: [
        { code: 'WB1001', severity: 'error', path: 'setings', at: { file: first, line: 10, column: 1 } },
        { code: 'WB2008', severity: 'error', path: 'settings/site/host', at: { file: second, line: 12, column: 5 } },
      ],
    })
    for (const problem of result.problems) {
      expect(problem).toEqual(
        expect.objectContaining({
          title: expect.any(String),
          what: expect.any(String),
          why: expect.any(String),
          fix: expect.any(String),
        }),
      )
    }
  })

  test('strict refuses a loss that the definition does not accept', () => {
    const text = readFileSync(place.product, 'utf8')
    const live = text.replace('health: { ready:', "health: { live: get(web.ports.http, '/live'), ready:")
    const open = place.write('open.ts', live)
    const accepted = place.write(
      'accepted.ts',
      live.replace(
        'compose()',
        "compose({ accepts: [{ loss: 'health.liveness', reason: 'watched by hand' }, { loss: 'update.rolling', reason: 'short' }] })",
      ),
    )
    expect(waybill(['check', open]).status).toBe(0)
    const { status, result } = waybillJson(['check', open, '--strict'])
    expect(status).toBe(3)
    expect(result.problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: 'WB5003', path: expect.stringMatching(/^services\/web/) }),
      ]),
    )
    expect(waybillJson(['check', accepted, '--strict'])).toMatchObject({ status: 0 })
  })

  test('colour only where it is asked for', () => {
    const wrong = place.write('wrong.yaml', 'schema: 1\n')
    const args = ['check', product, '--instance', wrong]
    const plain = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: undefined }
    expect(waybill(args, { env: plain }).stderr).not.toContain('\x1b[')
    expect(waybill(args, { env: { ...plain, FORCE_COLOR: '1' } }).stderr).toContain('\x1b[')
    expect(waybill(args, { env: { ...plain, NO_COLOR: '1' } }).stderr).not.toContain('\x1b[')
  })
})

test('what a definition prints goes to standard error', () => {
  const loud = place.write('loud.ts', `console.log('printed')\n${readFileSync(place.product, 'utf8')}`)
  for (const flags of [[], ['--json']]) {
    const { status, stdout, stderr } = waybill(['images', loud, ...flags])
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'printed\n' })
    expect(stdout).not.toContain('printed')
  }
})

describe('build', () => {
  test('gives the same bytes each time, with the places of the parts beside', () => {
    const first = place.path('a', 'product.json')
    const second = place.path('b', 'product.json')
    expect(waybill(['build', place.product, '--out', first]).status).toBe(0)
    expect(waybill(['build', place.product, '--out', second], { cwd: '/' }).status).toBe(0)
    expect(readFileSync(first, 'utf8')).toBe(readFileSync(second, 'utf8'))
    const map = JSON.parse(readFileSync(place.path('a', 'product.map.json'), 'utf8'))
    const line =
      readFileSync(place.product, 'utf8')
        .split('\n')
        .findIndex((each) => each.includes('web.runs(')) + 1
    expect(map.positions['services/web']).toMatchObject({ file: 'product.ts', line })
  })

  test('a broken definition writes nothing', () => {
    const out = place.path('none.json')
    const { status, stderr } = waybill(['build', place.write('broken.ts', 'export default 1 +\n'), '--out', out])
    expect(status).toBe(3)
    expect(stderr).toMatch(/broken\.ts:\d.* WB1008/)
    expect(existsSync(out)).toBe(false)
  })

  test.each([
    ['the source', () => place.product],
    ['a file that the source imports', () => place.path('part.ts')],
    ['a link to the source', () => place.path('link.json')],
    ['a text', () => place.write('notes.json', 'precious\n')],
    ['JSON of another kind', () => place.write('package-like.json', '{ "name": "shop" }\n')],
  ])('%s is never replaced', (_, outOf) => {
    place.write('part.ts', 'export const one = 1\n')
    if (!existsSync(place.path('link.json'))) symlinkSync(place.product, place.path('link.json'))
    const source = place.write('source.ts', `import './part.ts'\n${readFileSync(place.product, 'utf8')}`)
    const out = outOf()
    const before = readFileSync(out, 'utf8')
    const from = out === place.product || out.endsWith('link.json') ? place.product : source
    const { status, result } = waybillJson(['build', from, '--out', out])
    expect(status).toBe(1)
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'WB4010', at: { file: out } }] })
    expect(readFileSync(out, 'utf8')).toBe(before)
  })

  test('neither is a file of somebody else where the map would go', () => {
    const map = place.write('mapped.map.json', '{ "version": 3 }\n')
    const { status, stderr } = waybill(['build', place.product, '--out', place.path('mapped.json')])
    expect(status).toBe(1)
    expect(stderr).toContain('WB4010')
    expect(existsSync(place.path('mapped.json'))).toBe(false)
    expect(readFileSync(map, 'utf8')).toBe('{ "version": 3 }\n')
  })

  test('an earlier build is replaced', () => {
    const out = place.path('again.json')
    expect(waybill(['build', place.product, '--out', out]).status).toBe(0)
    const next = place.write('again.ts', readFileSync(place.product, 'utf8').replace('1.0.0', '1.0.1'))
    expect(waybill(['build', next, '--out', out]).status).toBe(0)
    expect(readFileSync(out, 'utf8')).toContain('1.0.1')
  })
})

describe('diff', () => {
  test('equal products', () => {
    expect(waybillJson(['diff', product, place.product])).toEqual({ status: 0, result: [] })
  })

  test('two versions of a product, field by field', () => {
    const text = readFileSync(place.product, 'utf8')
    const next = place.write(
      'next.ts',
      text.replace("version: '1.0.0'", "version: '1.1.0'").replaceAll('web:1.0.0', 'web:1.1.0'),
    )
    const changed = waybillJson(['diff', product, next])
    expect(changed).toEqual({
      status: 3,
      result: [
        { object: 'product', field: 'version', before: '1.0.0', after: '1.1.0' },
        { object: 'services/web', field: 'image', before: 'shop/web:1.0.0', after: 'shop/web:1.1.0' },
      ],
    })
    expect(waybill(['diff', product, next]).stdout).toContain('image: "shop/web:1.0.0" → "shop/web:1.1.0"')
  })

  test('two instances, as a target renders them', () => {
    const more = changedInstance('more.yaml', 'users: 100', 'users: 2500')
    const { status, result } = waybillJson(['diff', '--product', product, instance, more, '--target', 'kubernetes'])
    expect(status).toBe(3)
    expect(result).toContainEqual({ object: 'Deployment/web', field: 'spec/replicas', before: 1, after: 3 })
  })

  test('of long texts the part that differs is shown', () => {
    const text = readFileSync(place.product, 'utf8')
    const versions = ['apples', 'pears'].map((fruit) => {
      const long = `'${'same '.repeat(60)}${fruit}${' rest'.repeat(60)}'`
      return place.write(`${fruit}.ts`, text.replace('env: {', `env: { FRUIT: ${long},`))
    })
    const { status, stdout } = waybill(['diff', ...versions])
    expect(status).toBe(3)
    expect(stdout).toMatch(/FRUIT.*: ….*same apples rest.*… → ….*same pears rest.*…\n/)
  })

  test.each([
    ['--instance-a alone', () => [product, product, '--instance-a', instance], '--instance-b'],
    ['--instance-b alone', () => [product, product, '--instance-b', instance], '--instance-a'],
    [
      '--instance with --product',
      () => ['--product', product, instance, instance, '--instance', instance],
      'leave out --instance',
    ],
    ['instances without their product', () => [instance, instance], 'use --product'],
  ])('%s is wrong usage', (_, args, shown) => {
    const { status, stdout, stderr } = waybill(['diff', ...args()])
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toContain(shown)
    expect(stderr.trimEnd()).not.toContain('\n')
  })
})

test('images are exactly those of the chosen options, sorted', () => {
  const all = waybill(['images', product, '--instance', instance, '--target', 'kubernetes'])
  expect(all.stdout).toBe('postgres:16\nshop/web:1.0.0\n')
  const mirrored = place.write(
    'mirrored.yaml',
    `${readFileSync(instance, 'utf8')}  registry: mirror.example\ndependencies:\n  db: { mode: external, host: db.example, user: shop, database: shop }\n`,
  )
  const { status, result } = waybillJson(['images', product, '--instance', mirrored, '--target', 'kubernetes'])
  expect(status).toBe(0)
  expect(result.images).toEqual(['mirror.example/shop/web:1.0.0'])
})

describe('explain', () => {
  test.each([
    ['WB1203', [], /WB1203 Reference.*\n.*\n {2}Why: .*\n {2}Do: {2}/],
    ['settings', ['--product'], /site\.host +hostname +required/],
    ['load', ['--product'], /users +count +default 100/],
    ['site.host', ['--product'], /Used by:\n {4}services\/web\/env\/PUBLIC_URL/],
    [
      'services/web/replicas',
      ['--product'],
      /one for each 1,000 of load users[\s\S]*load users +100 \(default\)[\s\S]*all targets +1/,
    ],
    [
      'services/web/env/PUBLIC_URL',
      ['--product'],
      /kubernetes +https:\/\/sample\.example\n +compose +https:\/\/sample\.example/,
    ],
    ['volumes/db-data/size', ['--product'], /10 GiB/],
  ])('%s', (what, flags, shown) => {
    const { status, stdout } = waybill(['explain', what, ...flags.flatMap((flag) => [flag, product])])
    expect(stdout).toMatch(shown)
    expect(status).toBe(0)
  })

  test('a loss alone, from the page of its target', () => {
    const { status, stdout } = waybill(['explain', 'health.liveness'])
    expect(stdout).toMatch(
      /health\.liveness[\s\S]*compose:[\s\S]*does not restart an unhealthy container[\s\S]*--product/,
    )
    expect(stdout).not.toContain('kubernetes:')
    expect(status).toBe(0)
  })

  test.each(['secrets.sh', 'gateway'])('%s stands on a page, but is no loss', (name) => {
    expect(waybill(['explain', name])).toMatchObject({ status: 2, stdout: '' })
  })

  test('an unknown name is wrong usage, with the nearest one', () => {
    const { status, stderr } = waybill(['explain', 'site.hots', '--product', product])
    expect(status).toBe(2)
    expect(stderr).toContain('(Did you mean site.host?)')
  })
})

test('schema of a product that is not there is one JSON document with --json', () => {
  const { status, stdout } = waybill(['schema', 'instance', '--product', 'nowhere.json', '--json'])
  expect({ status, told: JSON.parse(stdout) }).toMatchObject({
    status: 2,
    told: { ok: false, problems: [{ code: 'WB4001' }] },
  })
})

test.each(['product', 'instance'])('schema %s is JSON Schema', (name) => {
  const { status, stdout } = waybill(['schema', name])
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' })
})

describe('init', () => {
  test('writes a product that is fine, and asks nothing without a terminal', () => {
    const folder = place.path('fresh-shop')
    const { status, result } = waybillJson(['init', folder])
    expect(status).toBe(0)
    expect(result.files).toEqual(['product.ts', 'instance.yaml', 'package.json'].map((name) => join(folder, name)))
    const checked = waybill(['check', join(folder, 'product.ts'), '--instance', join(folder, 'instance.yaml')])
    expect(checked).toMatchObject({ status: 0, stderr: '' })
    expect(checked.stdout).toContain('fresh-shop 1.0.0 is fine')
  })

  test('the next commands can be typed as they are shown', () => {
    const { stdout } = waybill(['init', place.path("it's new"), '--id', 'quoted'], { cwd: place.folder })
    expect(stdout).toContain(`cd 'it'\\''s new'`)
  })

  test('overwrites nothing', () => {
    const before = readFileSync(place.product, 'utf8')
    expect(waybill(['init', place.folder, '--id', 'other'])).toMatchObject({ status: 1, stdout: '' })
    expect(readFileSync(place.product, 'utf8')).toBe(before)
  })
})

describe('completion', () => {
  /** What bash offers for a line. */
  function completed(line: string): string[] {
    const script = `
      source <(${JSON.stringify(process.execPath)} ${JSON.stringify(join(import.meta.dirname, '../../bin/waybill.js'))} completion bash)
      COMP_WORDS=(${line})
      [[ ${JSON.stringify(line)} == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      _waybill
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8', cwd: place.folder })
    expect(stderr).toBe('')
    return stdout.trim().split('\n')
  }

  test.each([
    ['waybill re', ['render']],
    ['waybill render --ov', ['--overwrite']],
    ['waybill render product.json --target ', targets.map(({ id }) => id)],
    ['waybill check instance', ['instance.yaml']],
    ['waybill schema p', ['product']],
    ['waybill instance m', ['migrate']],
    ['waybill instance new product.json --unset', ['--unset']],
    ['waybill instance get instance', ['instance.yaml']],
  ])('bash completes %j', (line, words) => {
    expect(completed(line)).toEqual(words)
  })

  test.each(['zsh', 'fish'])('the script for %s knows commands, options and targets', (shell) => {
    const { status, stdout } = waybill(['completion', shell])
    expect(status).toBe(0)
    for (const word of ['render', 'overwrite', ...targets.map(({ id }) => id)]) expect(stdout).toContain(word)
  })
})
