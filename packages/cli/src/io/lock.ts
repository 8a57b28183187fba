import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Problem, problem } from '@waybill/model'
import { isRunning, startOf } from './process.ts'
import { isSystemError } from './text-file.ts'

export const lockName = '.waybill.lock'

interface Holder {
  readonly process: number
  readonly start: string
}

/**
 * Does something while no other process does it in the same folder. Who finds another one there does not wait: it gives a
 * problem. A lock of a process that is gone is taken over.
 */
export function whileLocked<T>(folder: string, work: () => T): T | Problem {
  mkdirSync(folder, { recursive: true })
  const lock = join(folder, lockName)
  const other = acquire(lock)
  if (other) return { ...problem('WB4011', [], { folder, process: other.process, lock }), at: { file: lock } }
  try {
    return work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** Takes the lock, or gives who has it. */
function acquire(lock: string): Holder | undefined {
  const own = `${lock}.${process.pid}`
  // a link appears with its content, so that nobody reads a lock that is still empty
  writeFileSync(own, JSON.stringify({ process: process.pid, start: startOf(process.pid) } satisfies Holder))
  try {
    for (;;) {
      if (linked(own, lock)) return undefined
      const other = holderOf(lock)
      if (other && isAlive(other)) return other
      clear(lock)
    }
  } finally {
    rmSync(own, { force: true })
  }
}

/**
 * Removes a lock whose holder is gone. Between the look at it and the removal somebody else may have taken it over: what
 * was moved away is looked at again and put back.
 */
function clear(lock: string): void {
  const aside = `${lock}.${process.pid}.old`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return
    throw error
  }
  const moved = holderOf(aside)
  if (moved && isAlive(moved)) linked(aside, lock)
  rmSync(aside, { force: true })
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return false
    throw error
  }
}

/** Undefined when there is no lock any more or nobody could have written what it holds. */
function holderOf(lock: string): Holder | undefined {
  try {
    const { process: id, start } = JSON.parse(readFileSync(lock, 'utf8')) as Partial<Holder>
    return Number.isInteger(id) && typeof start === 'string' ? { process: id!, start } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || (isSystemError(error) && error.code === 'ENOENT')) return undefined
    throw error
  }
}

const isAlive = ({ process: id, start }: Holder): boolean => isRunning(id) && startOf(id) === start
