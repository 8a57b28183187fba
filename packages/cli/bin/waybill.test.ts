import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const entry = join(import.meta.dirname, 'waybill.js')

function waybill(args: string[], node: string[] = []): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [...node, entry, ...args], { encoding: 'utf8' })
}

test.each(['--version', '-V'])('%s prints the version of the package and loads no command', (flag) => {
  expect(waybill([flag], ['--import', refuse('main.ts')])).toMatchObject({
    status: 0,
    stdout: `${manifest.version}\n`,
    stderr: '',
  })
})

test('a Node that is too old is told what was found, what is needed and what to do', () => {
  const { status, stdout, stderr } = waybill(['--version'], ['--import', pretend('20.20.2')])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(/needs Node 24 or newer; this is Node 20\.20\.2\.\n.*`npx waybill`.*install Node 24/)
})

test.each([['--version'], ['schema', 'product']])('a full disk is told in one line: waybill %s %s', (...args) => {
  const full = openSync('/dev/full', 'w')
  const { status, stderr } = spawnSync(process.execPath, [entry, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', full, 'pipe'],
  })
  closeSync(full)
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: 'waybill: standard output: no space left on the device\n',
  })
})

test('a reader that is gone is no reason to complain', () => {
  const script = `"$0" "$1" schema product | true; exit "\${PIPESTATUS[0]}"`
  const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, entry], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

function pretend(version: string): string {
  return script(`Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`)
}

/** Makes an import of a file fail. */
function refuse(file: string): string {
  return script(`
    import { registerHooks } from 'node:module'
    registerHooks({
      resolve(name, context, next) {
        if (name.endsWith('${file}')) throw new Error('loaded ' + name)
        return next(name, context)
      },
    })`)
}

function script(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`
}
