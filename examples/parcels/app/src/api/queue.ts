import { createClient } from '@redis/client'
import type { Service } from '../service/service.ts'
import { backoff, reasonOf } from '../service/watch.ts'

/** A connection to Redis that is part of /ready and comes back by itself; while it is away, commands fail at once. */
export function openRedis(service: Service, url: string) {
  let problem = 'has not answered yet'
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 3000, reconnectStrategy: backoff },
  })
  client.on('ready', () => service.log.info('Redis answers'))
  client.on('error', (error: Error) => {
    const now = reasonOf(error)
    if (now !== problem) service.log.warn({ reason: now }, 'Redis does not answer')
    problem = now
  })
  client.connect().catch(() => {}) // every failure was an 'error' event
  service.needs('queue', () => client.isReady || problem)
  service.onStop(() => client.destroy())
  return client
}
export type Redis = ReturnType<typeof openRedis>
