// Checks the rules of .dependency-cruiser.cjs. Without a TypeScript that it can use, dependency-cruiser sees no TypeScript
// module and reports success; so a cruise that missed a source file fails.
import { existsSync, globSync } from 'node:fs'
import { cruise, format } from 'dependency-cruiser'
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'

const folders = ['packages', 'examples', 'test', 'tools'].filter((folder) => existsSync(folder))
const { output: result } = await cruise(folders, await extractOptions('./.dependency-cruiser.cjs'))
if (typeof result === 'string') throw new Error('dependency-cruiser gave a report instead of its result')

const report = await format(result, { outputType: 'err-long' })
console.log(report.output)
process.exitCode = report.exitCode

const left = ['node_modules', 'dist', 'out', 'fixtures', '__snapshots__'].map((folder) => `**/${folder}/**`)
const seen = new Set(result.modules.map((module) => module.source))
const missed = globSync(`{${folders.join(',')}}/**/*.ts`, { exclude: left }).filter((file) => !seen.has(file))
if (missed.length > 0) {
  console.error(
    `${missed.length} source files were not looked at, so the result means nothing: ${missed.slice(0, 5).join(', ')}`,
  )
  process.exitCode = 1
}
