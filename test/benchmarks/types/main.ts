// How long an editor or a build waits for the types of a definition: cold checks of generated products by both compilers,
// against declarations, as in a published package. An empty definition shows what compiler and libraries cost alone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Row, benchOptions, median, progress, publishReport, row } from '../report.ts'
import { type Compiler, checkSeconds, compilers, emitDeclarations } from './compile.ts'
import { definitionFiles, emptyDefinition } from './definition.ts'

const goal = 2
const options = benchOptions()
const runs = options.quick ? 1 : 5
const sizes = options.quick ? [40] : [40, 200]

const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-types-'))
try {
  emitDeclarations(folder)
  const rows = compilers.flatMap((compiler) => compare(compiler))
  await publishReport(
    {
      bench: 'types',
      title: 'Checking the types of a definition',
      command: 'npm run bench:types',
      rows,
      notes: [`Medians of ${runs} cold checks; 8 references for each service. The goal is ${goal} s for 40 services.`],
    },
    options,
  )
} finally {
  rmSync(folder, { recursive: true })
}

function compare(compiler: Compiler): Row[] {
  const time = (files: Readonly<Record<string, string>>) =>
    median(Array.from({ length: runs }, () => checkSeconds(compiler, folder, files)))
  progress(`${compiler.name}: an empty definition`)
  const floor = time(emptyDefinition)
  return sizes.flatMap((services) => {
    progress(`${compiler.name}: ${services} services`)
    const ours = time(definitionFiles(services))
    const what = { case: `${services} services, ${compiler.name}`, metric: 'cold check', unit: 's' }
    const beside = row('types', what, ours, 'an empty definition', floor)
    return services === 40 ? [row('types', what, ours, 'the goal', goal), beside] : [beside]
  })
}
