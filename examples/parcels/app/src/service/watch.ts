import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from './log.ts'

/** Why something failed, in a few words; also for a refused connection, whose error has a code but no message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || (error as NodeJS.ErrnoException).code || error.name
}

/** Milliseconds to wait before try `attempt` (0, 1, …): 250, 500, 1000, … and at most 5000. */
export const backoff = (attempt: number): number => Math.min(250 * 2 ** attempt, 5000)

/**
 * Looks again and again whether something outside answers: with growing pauses while it does not, every five seconds once it does.
 * Logs only when that changes. The answer tells the current state: true, or why not.
 */
export function watch(
  what: string,
  log: Logger,
  look: () => Promise<unknown>,
): { state: () => true | string; stop: () => void } {
  const end = new AbortController()
  let state: true | string = 'has not answered yet'
  const loop = async () => {
    for (let failures = 0; !end.signal.aborted;) {
      const before = state
      try {
        await look()
        state = true
        failures = 0
      } catch (error) {
        state = reasonOf(error)
        failures += 1
      }
      if (state === true && before !== true) log.info(`${what} answers`)
      if (state !== true && state !== before) log.warn({ reason: state }, `${what} does not answer`)
      await sleep(failures > 0 ? backoff(failures - 1) : 5000, undefined, { signal: end.signal, ref: false }).catch(
        () => {},
      )
    }
  }
  void loop()
  return { state: () => state, stop: () => end.abort() }
}
