// `npm start`: renders Parcels for all targets through the command line, checks the output with the engines' own programs
// where they are there, shows it and says how to run it.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { targetOf } from '@waybill/generate'
import { checkerOf, engineAnswers } from './engine-programs.ts'

const root = join(import.meta.dirname, '..')
const example = join(root, 'examples/parcels')
const out = join(root, 'out/parcels')

interface Report {
  readonly targets: readonly { readonly target: string; readonly folder: string }[]
}

const inputs = [join(example, 'product.ts'), '--instance', join(example, 'instance.yaml')]
console.log('Parcels: one definition (examples/parcels/product.ts), rendered for every target.\n')
process.exitCode = render() ? 0 : 1

function render(): boolean {
  const checked = waybill(['check', ...inputs], 'inherit')
  if (checked.status !== 0) return false
  const render = ['render', ...inputs, '--all', '--out', out]
  if (waybill(render, 'inherit').status !== 0) return false
  // a second render changes nothing; its report says where the targets are
  const report = JSON.parse(waybill([...render, '--json'], 'pipe').stdout) as Report
  console.log(`\n${relative(root, out)}/`)
  for (const line of treeOf(out)) console.log(line)
  console.log()
  const fine = report.targets.map(({ target, folder }) => checkOutput(target, folder))
  console.log()
  for (const { target, folder } of report.targets) console.log(howToRun(target, folder))
  console.log('\nThe images of Parcels are built from examples/parcels: its README says how.')
  return fine.every(Boolean)
}

function waybill(args: readonly string[], stdout: 'inherit' | 'pipe') {
  return spawnSync(process.execPath, [join(root, 'packages/cli/bin/waybill.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'inherit'],
  })
}

function treeOf(folder: string, indent = '  '): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) =>
    entry.isDirectory()
      ? [`${indent}${entry.name}/`, ...treeOf(join(folder, entry.name), `${indent}  `)]
      : [`${indent}${entry.name}`],
  )
}

function checkOutput(target: string, folder: string): boolean {
  const checker = checkerOf(target)
  if (!checker) return true
  const [program, ...args] = checker.command
  const shown = checker.command.join(' ')
  if (!checker.isInstalled) {
    console.log(`${target}: not checked with \`${shown}\`: it is not installed here.`)
    return true
  }
  const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
  console.log(`${target}: \`${shown}\` ${status === 0 ? 'accepts it' : 'does not accept it'}.`)
  if (stderr !== '') console.log(stderr.trimEnd())
  return status === 0
}

function howToRun(target: string, folder: string): string {
  const { title = target, commands } = targetOf(target) ?? {}
  if (!commands) return ''
  const place = `cd ${relative(root, folder)}`
  if (!engineAnswers(target))
    return `${title}: no engine answers here. Where there is one: ${place} && ${commands.secrets} && ${commands.up}`
  return `${title}: an engine answers. Run it:\n  ${place}\n  ${commands.secrets}\n  ${commands.up}\nand take it down: ${commands.down}`
}
