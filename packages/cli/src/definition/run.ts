import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { getCompileCacheDir } from 'node:module'
import { dirname, extname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Outcome, type Problem, problem } from '@waybill/model'
import { compareValues } from '@waybill/generate'
import { failureOf } from './failure.ts'
import type { Loaded } from './loader.ts'
import { type Origins, locateInSource } from './positions.ts'

/** What a `product.ts` gave: the data it exports, where its parts were written, and the files it is made of. */
export interface RunDefinition {
  readonly data: unknown
  readonly origins: Origins
  readonly files: readonly string[]
}

const loader = fileURLToPath(new URL(`./loader${extname(import.meta.url)}`, import.meta.url))

/**
 * Runs a definition twice, side by side, in processes that differ in clock, chance, time zone and language and that know
 * nothing of this machine's environment. What differs between the two is a problem, and so is what is not data.
 *
 * @param file absolute path
 * @param limit milliseconds after which a definition counts as endless
 */
export async function runDefinition(file: string, limit = 30_000): Promise<Outcome<RunDefinition>> {
  const runs = [start(file, 'first', limit), start(file, 'second', limit)] as const
  const first = await runs[0].result
  if ('problem' in first || !('definition' in first)) runs[1].stop()
  if ('problem' in first) return { ok: false, problems: [first.problem] }
  if ('refused' in first) return refuse(file, first.refused)
  if ('problems' in first) {
    return { ok: false, problems: locateInSource(first.problems as Problem[], (first.origins ?? {}) as Origins, file) }
  }
  const second = await runs[1].result
  const other = 'definition' in second ? second.definition : undefined
  const differences = compareValues(first.definition as never, other as never)
  const origins = first.origins as Origins
  if (differences.length > 0) {
    const problems = differences
      .slice(0, 10)
      .map(({ field }) => problem('WB1007', field === '' ? [] : field.split('/'), { where: field || 'the root' }))
    return { ok: false, problems: locateInSource(problems, origins, file) }
  }
  return {
    ok: true,
    value: { data: first.definition, origins, files: first.files.map((each) => fileURLToPath(each)) },
    warnings: [],
  }
}

function refuse(file: string, message: string): Outcome<never> {
  return { ok: false, problems: [{ ...problem('WB1008', [], { message }), at: { file, line: 1, column: 1 } }] }
}

const surroundings = {
  first: { TZ: 'UTC', LC_ALL: 'C.UTF-8' },
  second: { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8' },
}

/** Where the compiled code of this command is kept, so that the definition's is kept there, too. */
function compiledIn(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir()
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) }
}

/** What a definition prints goes to standard error once: standard output belongs to results. */
function start(file: string, run: 'first' | 'second', limit: number) {
  const child = fork(loader, [pathToFileURL(file).href, run], {
    cwd: dirname(file),
    env: { ...surroundings[run], ...compiledIn() },
    execArgv: [],
    serialization: 'json',
    stdio: ['ignore', run === 'first' ? process.stderr : 'ignore', 'pipe', 'ipc'],
  })
  return { result: resultOf(child, file, run === 'first', limit), stop: () => child.kill('SIGKILL') }
}

async function resultOf(
  child: ChildProcess,
  file: string,
  forward: boolean,
  limit: number,
): Promise<Loaded | { readonly problem: Problem }> {
  let loaded: Loaded | undefined
  let errors = ''
  let late = false
  child.on('message', (message) => (loaded = message as Loaded))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const timer = setTimeout(() => {
    late = true
    child.kill('SIGKILL')
  }, limit)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  if (loaded) {
    if (forward && errors !== '') process.stderr.write(errors)
    return loaded
  }
  if (late) return { problem: loadProblem(file, `The definition did not end within ${limit / 1000} seconds.`) }
  const failure = failureOf(errors, file)
  if (!failure)
    return {
      problem: loadProblem(
        file,
        `The definition ended its process (exit code ${code ?? 'none'}) before it exported a product.`,
      ),
    }
  return { problem: { ...problem('WB1008', [], { message: failure.message }), at: failure.at } }
}

const loadProblem = (file: string, message: string): Problem => ({
  ...problem('WB1008', [], { message }),
  at: { file, line: 1, column: 1 },
})
