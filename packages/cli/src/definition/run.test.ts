import { afterAll, beforeAll, expect, test } from 'vitest'
import { Workplace } from '../waybill-for-test.ts'
import { runDefinition } from './run.ts'

let place: Workplace
beforeAll(() => {
  place = new Workplace()
})
afterAll(() => place.remove())

/** A product with one area whose title is the given code. */
const titled = (title: string, before = ''): string => `import { product } from '@waybill/model'
${before}
export default product('shop', { version: '1', title: ${title}, services: [], targets: [] })
`

const run = (text: string, limit?: number) => runDefinition(place.write('definition.ts', text), limit)

async function problemsOf(text: string, limit?: number) {
  const result = await run(text, limit)
  if (result.ok) throw new Error('it has no problem')
  return result.problems.map(({ code, path, params, at }) => ({
    code,
    path: path.join('/'),
    message: params['message'],
    line: at?.line,
  }))
}

test('gives the data, the places and the files of a definition', async () => {
  place.write('title.ts', `export const title: string = 'Shop'\n`)
  const result = await run(titled('title', `import { title } from './title.ts'`))
  expect(result).toMatchObject({
    ok: true,
    value: { data: { id: 'shop', title: 'Shop' }, origins: { '': { line: 3, column: 16 } } },
  })
  if (result.ok)
    expect(result.value.files).toEqual(expect.arrayContaining([place.path('definition.ts'), place.path('title.ts')]))
})

test.each([
  ['the clock', '`${new Date().getFullYear()}`'],
  ['the time', 'String(Math.floor(Date.now() / 1e10))'],
  ['chance', "Math.random() < 0.5 ? 'a' : 'b'"],
  ['random bytes', 'crypto.randomUUID()'],
  ['the time zone', 'Intl.DateTimeFormat().resolvedOptions().timeZone'],
  ['the environment', "process.env['TZ'] ?? 'none'"],
])('%s in a definition is found', async (_, title) => {
  expect(await problemsOf(titled(title))).toEqual([expect.objectContaining({ code: 'WB1007', path: 'title' })])
})

test('a definition knows nothing of the environment of this machine', async () => {
  process.env['SHOP_SECRET'] = 'leak'
  const result = await run(
    titled("process.env['SHOP_SECRET'] ?? process.env['HOME'] ?? process.env['PATH'] ?? 'nothing'"),
  )
  expect(result).toMatchObject({ ok: true, value: { data: { title: 'nothing' } } })
})

test('functions, dates and the like are reported with their place in the product', async () => {
  expect(await problemsOf(titled('(() => 1) as never'))).toEqual([
    expect.objectContaining({ code: 'WB1004', path: 'title' }),
  ])
})

test.each([
  ['a syntax error', titled("'a'", 'const = 3'), /SyntaxError/, 2],
  ['TypeScript that does not erase', titled("'a'", 'enum Kind { A }'), /enum is not supported/, 2],
  ['a thrown error', titled("'a'", "throw new Error('not today')"), /not today/, 2],
  [
    'a missing package',
    titled("'a'", "import 'no-such-package'"),
    /Cannot find package 'no-such-package'.*\. Run `npm install` /,
    2,
  ],
  ['a missing export', titled("'a'", "import { nothing } from '@waybill/model'\nnothing"), /nothing/, 2],
  ['no default export', 'export const a = 1\n', /no default export/, 1],
  ['another default export', 'export default { id: 1 }\n', /not a product/, 1],
  ['an early exit', titled("'a'", 'process.exit(0)'), /exit code 0/, 1],
])('%s says what and where', async (_, text, message, line) => {
  expect(await problemsOf(text)).toEqual([{ code: 'WB1008', path: '', message: expect.stringMatching(message), line }])
})

test('an endless definition is ended', async () => {
  const [found] = await problemsOf(titled("'a'", 'for (;;);'), 1500)
  expect(found).toMatchObject({ code: 'WB1008', message: expect.stringMatching(/did not end within 1.5 seconds/) })
})
