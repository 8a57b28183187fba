import { expect, test } from 'vitest'
import { deliver } from './notifier.ts'

const failing = (times: number) => {
  let calls = 0
  const send = async () => {
    calls += 1
    if (calls <= times) throw new Error('refused')
  }
  return { send, calls: () => calls }
}
const run = async (times: number, tries: number, signal = new AbortController().signal) => {
  const pauses: number[] = []
  const { send, calls } = failing(times)
  const outcome = await deliver({ send, tries, signal, pause: async (ms) => pauses.push(ms) })
  return { outcome, calls: calls(), pauses }
}

test('tries again with growing pauses until it works', async () => {
  expect(await run(3, 8)).toEqual({ outcome: 'sent', calls: 4, pauses: [250, 500, 1000] })
})
test('gives up after the last try, without a pause behind it', async () => {
  expect(await run(99, 3)).toEqual({ outcome: 'given up', calls: 3, pauses: [250, 500] })
})
test('does not begin when the process is ending', async () => {
  expect(await run(0, 3, AbortSignal.abort())).toEqual({ outcome: 'given up', calls: 0, pauses: [] })
})
