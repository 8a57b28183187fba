import { z } from 'zod'
import type { Redis } from '../api/queue.ts'

/** Mail to the recipient of a parcel. `trace` is the traceparent of the request that caused it. */
const job = z.object({
  parcel: z.string(),
  queuedAt: z.number(),
  attempts: z.number().int().default(0),
  trace: z.string().optional(),
})
export type Job = z.output<typeof job>

const waiting = 'parcels:jobs'
const leased = 'parcels:jobs:leased' // scored by when the lease ends
const dead = 'parcels:jobs:dead'
const leaseMilliseconds = 60_000
const maxAttempts = 5

const take = `
for _, job in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', ARGV[1], 'BYSCORE', 'LIMIT', 0, 100)) do
  redis.call('ZREM', KEYS[2], job)
  redis.call('RPUSH', KEYS[1], job)
end
local job = redis.call('RPOP', KEYS[1])
if job then redis.call('ZADD', KEYS[2], ARGV[2], job) end
return job`

/** A queue of jobs in Redis: each is done at least once, also when a worker dies; after five failures it is put aside. */
export function createJobs(redis: Redis) {
  return {
    add: (one: Omit<Job, 'attempts'>) => redis.lPush(waiting, JSON.stringify(one)),
    /** The oldest job and its lease, or undefined when none waits. */
    take: async (now: number): Promise<{ job: Job; lease: string } | undefined> => {
      const lease = await redis.eval(take, {
        keys: [waiting, leased],
        arguments: [String(now), String(now + leaseMilliseconds)],
      })
      if (typeof lease !== 'string') return undefined
      try {
        return { job: job.parse(JSON.parse(lease)), lease }
      } catch {
        await redis.multi().zRem(leased, lease).lPush(dead, lease).exec()
        return undefined
      }
    },
    done: (lease: string) => redis.zRem(leased, lease),
    /** Gives a job back; `dead` when it was its last try. */
    failed: async (one: Job, lease: string): Promise<'again' | 'dead'> => {
      const attempts = one.attempts + 1
      const to = attempts < maxAttempts ? waiting : dead
      await redis
        .multi()
        .zRem(leased, lease)
        .lPush(to, JSON.stringify({ ...one, attempts }))
        .exec()
      return to === dead ? 'dead' : 'again'
    },
    waiting: () => redis.lLen(waiting),
    dead: () => redis.lLen(dead),
    /** Seconds that the oldest waiting job has waited; 0 when none waits. */
    oldest: async (now: number): Promise<number> => {
      const last = await redis.lIndex(waiting, -1)
      const parsed = last ? job.safeParse(JSON.parse(last)) : undefined
      return parsed?.success ? Math.max(0, (now - parsed.data.queuedAt) / 1000) : 0
    },
  }
}
export type Jobs = ReturnType<typeof createJobs>
