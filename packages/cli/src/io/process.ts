import { readFileSync } from 'node:fs'
import { isSystemError } from './text-file.ts'

/** Whether a process with this id runs on this machine. */
export function isRunning(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return isSystemError(error) && error.code === 'EPERM'
  }
}

/**
 * When a process started, in ticks since the machine did: with its id it names a process that an id given again does not.
 * Empty where the system does not tell or there is no such process.
 */
export function startOf(id: number): string {
  try {
    // the name in parentheses may hold anything; the start is the 22nd field, the 20th after the name
    return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19] ?? ''
  } catch {
    return ''
  }
}
