import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../../..')

export interface Compiler {
  readonly name: string
  /** Folder of the package below node_modules. */
  readonly folder: string
}
export const compilers: readonly Compiler[] = [
  { name: 'TypeScript 6', folder: 'typescript' },
  { name: 'TypeScript 7', folder: 'typescript-7' },
]

const entries = { '@waybill/model': 'model/src/index', '@waybill/generate/targets': 'generate/src/targets/authoring' }

/** Writes the declarations of what definitions import to `<folder>/types`. */
export function emitDeclarations(folder: string): void {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
  const project = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rootDir: join(root, 'packages'),
      outDir: join(folder, 'types'),
    },
    files: Object.values(entries).map((entry) => join(root, 'packages', `${entry}.ts`)),
    include: [],
  }
  writeFileSync(join(folder, 'tsconfig.emit.json'), JSON.stringify(project))
  compile(compilers[1]!, join(folder, 'tsconfig.emit.json'))
}

/** Seconds of one cold check of a definition, a whole process of the compiler. */
export function checkSeconds(compiler: Compiler, folder: string, files: Readonly<Record<string, string>>): number {
  const own = join(folder, 'definition')
  rmSync(own, { recursive: true, force: true })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(own, path)), { recursive: true })
    writeFileSync(join(own, path), text)
  }
  const paths = Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, [join(folder, 'types', `${entry}.d.ts`)]]),
  )
  const project = { extends: join(root, 'tsconfig.json'), compilerOptions: { paths, types: [] }, include: ['**/*.ts'] }
  writeFileSync(join(own, 'tsconfig.json'), JSON.stringify(project))
  const start = performance.now()
  compile(compiler, own)
  return (performance.now() - start) / 1000
}

function compile(compiler: Compiler, project: string): void {
  const program = join(root, 'node_modules', compiler.folder, 'bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [program, '--project', project], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${compiler.name} refuses ${project}:\n${stdout}`)
}
