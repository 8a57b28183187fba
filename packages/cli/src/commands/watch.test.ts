import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Workplace, entry } from '../waybill-for-test.ts'

let place: Workplace
let child: ChildProcess
let lines: AsyncIterator<string>
beforeEach(() => {
  place = new Workplace()
})
afterEach(async () => {
  child.kill('SIGINT')
  if (child.exitCode === null) await once(child, 'close')
  place.remove()
})

function start(product: string, ...more: readonly string[]): void {
  const args = ['watch', product, '--instance', place.instance, '--out', place.out, '--target', 'compose', ...more]
  child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stderr!.resume()
  lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
}

const nextLine = async () => (await lines.next()).value as string
const composeFile = () => join(place.out, 'compose/base/compose.yaml')
/** As editors do: a new file takes the place of the old one. */
function edit(file: string, from: string, to: string): void {
  writeFileSync(`${file}.tmp`, readFileSync(file, 'utf8').replace(from, to))
  renameSync(`${file}.tmp`, file)
}

test('each edit of the instance or the product renders once; a broken one keeps the last good output', async () => {
  start(place.product)
  expect(await nextLine()).toMatch(/^Rendered compose into .* in [\d.]+ ms, \d+ files changed\.$/)

  edit(place.instance, 'host: shop', 'host: moved')
  expect(await nextLine()).toMatch(/^Rendered compose/)
  expect(readFileSync(composeFile(), 'utf8')).toContain('moved.localhost')

  edit(place.instance, 'settings:', 'setings:')
  expect(await nextLine()).toBe('Nothing written; the last good output stays.')
  expect(readFileSync(composeFile(), 'utf8')).toContain('moved.localhost')

  edit(place.instance, 'setings:', 'settings:')
  expect(await nextLine()).toMatch(/^Rendered compose/)
  edit(place.instance, 'moved', 'again')
  expect(await nextLine()).toMatch(/^Rendered compose/)
  expect(readFileSync(composeFile(), 'utf8')).toContain('again.localhost')

  // a file that stays the same is not written
  const script = statSync(join(place.out, 'compose/base/secrets.sh')).ino
  edit(place.product, 'web:1.0.0', 'web:1.0.1')
  expect(await nextLine()).toMatch(/^Rendered compose/)
  expect(readFileSync(composeFile(), 'utf8')).toContain('web:1.0.1')
  expect(statSync(join(place.out, 'compose/base/secrets.sh')).ino).toBe(script)
}, 30_000)

test('an interrupt ends it well', async () => {
  start(place.build())
  expect(await nextLine()).toMatch(/^Rendered compose/)
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([0, null])
})

test('for machines each render is one line', async () => {
  start(place.build(), '--json')
  expect(JSON.parse(await nextLine())).toMatchObject({ ok: true, problems: [] })
  edit(place.instance, 'settings:', 'setings:')
  expect(JSON.parse(await nextLine())).toMatchObject({ ok: false, problems: [{ code: 'WB1001' }], written: [] })
})

test.each([
  ['an unknown target', () => [place.build(), '--target', 'kubernets'], /Did you mean kubernetes\?/],
  ['a folder that is not there', () => [place.path('nowhere/product.ts')], /WB4001 .*\n.*nowhere\/product\.ts/],
])('%s ends it at once', async (_, args, shown) => {
  const [product = '', ...more] = args()
  start(product, ...more)
  let errors = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text))
  expect(await once(child, 'close')).toEqual([2, null])
  expect(errors).toMatch(shown)
  expect(errors).not.toContain('    at ')
})
