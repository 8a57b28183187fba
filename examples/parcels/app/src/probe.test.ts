import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

let ready = 0
const server = createServer((request, response) => {
  if (request.url === '/late') ready += 1
  const status = request.url === '/ready' || ready > 1 ? 204 : 503
  response.writeHead(status).end()
})
let port: number
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(() => void server.close())

const probe = (...args: string[]) =>
  new Promise<number>((done) => {
    const child = execFile(process.execPath, [fileURLToPath(new URL('probe.ts', import.meta.url)), ...args])
    child.on('exit', (code) => done(code ?? -1))
  })

test('answers by exit code', async () => {
  expect(await probe(`http://127.0.0.1:${port}/ready`)).toBe(0)
  expect(await probe(`tcp://127.0.0.1:${port}`)).toBe(0)
  expect(await probe(`http://127.0.0.1:${port}/broken`)).toBe(1)
  expect(await probe('http://127.0.0.1:1/ready')).toBe(1)
  expect(await probe('tcp://127.0.0.1:1')).toBe(1)
  expect(await probe('nonsense')).toBe(2)
  expect(await probe('--nonsense')).toBe(2)
})
test('waits when it is told to', async () => {
  expect(await probe('--wait', '10', `http://127.0.0.1:${port}/late`)).toBe(0)
})
