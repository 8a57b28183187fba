import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import * as model from '@waybill/model'
import { compose, kubernetes } from '@waybill/generate/targets'
import { describe, expect, it } from 'vitest'

const packages = fileURLToPath(new URL('../../packages', import.meta.url))

interface Example {
  readonly file: string
  readonly code: string
}

/** The examples in the comments of public symbols. */
function examplesIn(file: string): Example[] {
  const comments = readFileSync(file, 'utf8').matchAll(/\/\*\*(?:(?!\*\/)[\s\S])*?@example\n((?: \* .*\n)+)/g)
  return [...comments].map(([, body]) => ({ file, code: body!.replace(/^ \* /gm, '').trim() }))
}

const files = readdirSync(packages, { recursive: true, encoding: 'utf8' })
  .filter(
    (path) =>
      path.includes('/src/') && path.endsWith('.ts') && !path.includes('node_modules') && !path.endsWith('.test.ts'),
  )
  .map((path) => join(packages, path))

/** What the examples speak of without declaring it. */
const area = model.area('core', 'Core')
const store = model.sharded('store', { does: 'Stores', area, ports: { rpc: model.http(7000) } })
const site = model.settings('site', 'Site', {
  host: model.setting.hostname({ title: 'Host' }),
  region: model.setting.text({ title: 'Region' }),
})
const surroundings = { ...model, compose, kubernetes, store, site, core: area, services: [] }

/** Runs code whose names are those of a module and its surroundings; the value of its last expression. */
function evaluate(code: string, names: Readonly<Record<string, unknown>>): unknown {
  const declares = /^(?:export default|const)\b/.test(code)
  const body = declares ? `{ ${code.replace(/^export default/, 'const made =')} }` : `return (${code}\n)`
  const run = compileFunction(body, Object.keys(names)) as (...values: unknown[]) => unknown
  return run(...Object.values(names))
}

describe.each(files.flatMap(examplesIn).map((example) => ({ name: relative(packages, example.file), ...example })))(
  '$name',
  ({ file, code }) => {
    it(code.split('\n')[0]!, async () => {
      const names = { ...surroundings, ...((await import(file)) as Record<string, unknown>) }
      const [first, ...rest] = code.split('\n')
      const block = rest.length > 0 && rest.every((line) => line.startsWith('// '))
      if (block) {
        // what is printed, line for line
        expect(String(evaluate(first!, names)).trimEnd()).toBe(rest.map((line) => line.slice(3)).join('\n'))
        return
      }
      for (const line of code.split('\n')) {
        const [statement, promised] = line.split(/ \/\/ (?=[^/]*$)/)
        const value = evaluate(statement!, names)
        if (promised !== undefined) expect(value).toEqual(evaluate(promised, names))
      }
    })
  },
)

it('finds the examples', () => {
  expect(files.flatMap(examplesIn).length).toBeGreaterThan(10)
})
