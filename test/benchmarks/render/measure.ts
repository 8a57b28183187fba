import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from '../report.ts'

/** A command that is started again and again; the time of `before` does not count. */
export interface Contender {
  readonly id: string
  readonly command: readonly [string, ...string[]]
  readonly before?: () => void
}
/** Medians of whole processes. */
export interface Measured {
  readonly milliseconds: number
  /** Peak resident memory; undefined where nothing tells it. */
  readonly mebibytes?: number
}

const gnuTime = '/usr/bin/time'

/** Whether the peak memory of a process can be known here. */
export const knowsMemory = existsSync(gnuTime)

/** Slower contenders than this run fewer times, so that the whole run ends; caches make no difference to them. */
const slow = { milliseconds: 5000, runs: 3 }

/**
 * Runs every contender `runs` times in turn (A B C A B C …), after one turn that does not count: it fills the caches of the
 * file system and of Node's compiled code.
 */
export function measureProcesses(contenders: readonly Contender[], runs: number): ReadonlyMap<string, Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-'))
  const results = new Map(contenders.map(({ id }) => [id, { milliseconds: [] as number[], mebibytes: [] as number[] }]))
  for (let turn = -1; turn < runs; turn++) {
    for (const { id, command, before } of contenders) {
      const result = results.get(id)!
      const isSlow = (result.milliseconds[0] ?? 0) > slow.milliseconds
      if (isSlow && result.milliseconds.length >= slow.runs) continue
      before?.()
      const { milliseconds, mebibytes } = runOnce(command, folder)
      if (turn < 0 && milliseconds <= slow.milliseconds) continue
      result.milliseconds.push(milliseconds)
      if (mebibytes !== undefined) result.mebibytes.push(mebibytes)
    }
  }
  rmSync(folder, { recursive: true })
  return new Map(
    [...results].map(([id, { milliseconds, mebibytes }]) => [
      id,
      { milliseconds: median(milliseconds), ...(mebibytes.length > 0 && { mebibytes: median(mebibytes) }) },
    ]),
  )
}

/** The same environment for all; Node may keep compiled code, for whoever runs on it. */
const environmentIn = (folder: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  NODE_COMPILE_CACHE: join(folder, 'compile-cache'),
})

function runOnce([program, ...args]: readonly [string, ...string[]], folder: string): Measured {
  const usage = join(folder, 'usage')
  const whole: readonly [string, ...string[]] = knowsMemory
    ? [gnuTime, '--format=%M', `--output=${usage}`, program, ...args]
    : [program, ...args]
  const options: SpawnSyncOptions = { stdio: ['ignore', 'ignore', 'pipe'], env: environmentIn(folder) }
  const start = performance.now()
  const { status, stderr, error } = spawnSync(whole[0], whole.slice(1), options)
  const milliseconds = performance.now() - start
  if (error) throw error
  if (status !== 0)
    throw new Error(`${[program, ...args].join(' ')} ended with ${status ?? 'a signal'}:\n${String(stderr)}`)
  if (!knowsMemory) return { milliseconds }
  const kibibytes = Number(readFileSync(usage, 'utf8').trim().split('\n').at(-1))
  return { milliseconds, mebibytes: kibibytes / 1024 }
}

/** Medians of functions that run in turn in this process, after `warmUp` turns that do not count. */
export function measureCalls(
  calls: Readonly<Record<string, () => void>>,
  runs: number,
  warmUp: number,
): ReadonlyMap<string, number> {
  const times = new Map(Object.keys(calls).map((id) => [id, [] as number[]]))
  for (let turn = -warmUp; turn < runs; turn++) {
    for (const [id, call] of Object.entries(calls)) {
      const start = performance.now()
      call()
      const milliseconds = performance.now() - start
      if (turn >= 0) times.get(id)!.push(milliseconds)
    }
  }
  return new Map([...times].map(([id, list]) => [id, median(list)]))
}
