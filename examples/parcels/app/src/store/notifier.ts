import { setTimeout as sleep } from 'node:timers/promises'
import { backoff } from '../service/watch.ts'

type Options = {
  send: () => Promise<void>
  tries: number
  signal: AbortSignal
  pause?: (milliseconds: number) => Promise<unknown>
}

/** Tries to `send`, with growing pauses, at most `tries` times. The outcome is a value, because nobody waits for it. */
export async function deliver({
  send,
  tries,
  signal,
  pause = (ms) => sleep(ms, undefined, { signal }),
}: Options): Promise<'sent' | 'given up'> {
  for (let attempt = 0; attempt < tries && !signal.aborted; attempt += 1) {
    try {
      await send()
      return 'sent'
    } catch {
      if (attempt + 1 < tries) await pause(backoff(attempt)).catch(() => {})
    }
  }
  return 'given up'
}
