import { get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { reasonOf } from './service/watch.ts'

const usage = `usage: probe [--wait SECONDS] http://HOST:PORT/PATH | tcp://HOST:PORT

Ends with 0 when the address answers (http: with 2xx) within three seconds, else with 1.
With --wait it asks again every half second, for SECONDS at most.`

const limit = 3000

function ask(url: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no answer within ${limit / 1000} seconds`))
    setTimeout(late, limit).unref()
    if (url.protocol === 'tcp:') {
      const socket = connect(
        { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port), timeout: limit },
        () => {
          socket.destroy()
          resolve()
        },
      )
      socket.on('error', reject).on('timeout', late)
      return
    }
    const request = get(url, { timeout: limit, agent: false }, (response) => {
      const status = response.statusCode ?? 0
      response.resume()
      if (status >= 200 && status < 300) resolve()
      else reject(new Error(`answers ${status}`))
    })
    request.on('error', reject).on('timeout', late)
  })
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { wait: { type: 'string', default: '0' } },
  })
  const url = URL.parse(positionals[0] ?? '')
  const fits = url?.protocol === 'http:' || (url?.protocol === 'tcp:' && url.port !== '')
  if (positionals.length !== 1 || !fits || !(Number(values.wait) >= 0)) {
    process.stderr.write(`${usage}\n`)
    return 2
  }
  const end = Date.now() + Number(values.wait) * 1000
  for (;;) {
    try {
      await ask(url)
      return 0
    } catch (error) {
      if (Date.now() + 500 >= end) {
        process.stderr.write(`${url.href}: ${reasonOf(error)}\n`)
        return 1
      }
      await sleep(500)
    }
  }
}

try {
  process.exit(await main())
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n${usage}\n`)
  process.exit(2)
}
