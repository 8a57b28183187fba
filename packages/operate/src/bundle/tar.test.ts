import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TarError, readTarHeader, tarBlock, tarEnd, tarHeader, tarLength, tarPadding } from './tar.ts'

const deep = `${'a-folder/'.repeat(20)}file`

test('the program tar reads what we write', () => {
  const files = [
    ['bundle.json', 'x'.repeat(513), false],
    [deep, '', false],
    ['targets/docker/up.sh', 'exit 0\n', true],
  ] as const
  const archive = Buffer.concat([
    ...files.flatMap(([path, text, executable]) => [
      tarHeader(path, text.length, executable),
      Buffer.from(text),
      tarPadding(text.length),
    ]),
    tarEnd,
  ])
  const folder = mkdtempSync(join(tmpdir(), 'waybill-tar-'))
  writeFileSync(join(folder, 'a.tar'), archive)
  const list = execFileSync('tar', ['-tvf', 'a.tar', '--full-time', '--utc'], { cwd: folder, encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  const rows = list
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/))
  expect(rows.map(([mode, owner, size, date, , path]) => [mode, owner, size, date, path])).toEqual([
    ['-rw-r--r--', '0/0', '513', '1970-01-01', 'bundle.json'],
    ['-rw-r--r--', '0/0', '0', '1970-01-01', deep],
    ['-rwxr-xr-x', '0/0', '7', '1970-01-01', 'targets/docker/up.sh'],
  ])
})

test('a header says what it was made of', () => {
  const segment = fc.stringMatching(/^[a-zA-Zäß0-9._-]{1,40}$/)
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(path, fc.integer({ min: 0, max: 2 ** 45 }), fc.boolean(), (name, size, executable) => {
      const header = tarHeader(name, size, executable)
      expect(header.length).toBe(tarBlock)
      expect(readTarHeader(header, 1024)).toEqual({ path: name, size, offset: 1536 })
      expect(tarLength(size) % tarBlock).toBe(0)
      expect(tarLength(size)).toBe(tarBlock + size + tarPadding(size).length)
    }),
  )
})

test('any changed byte of a header is noticed', () => {
  const header = tarHeader('blobs/sha256/aa', 1234, false)
  for (let i = 0; i < 500; i++) {
    // the checksum itself may be written in several ways
    if (i >= 148 && i < 156) continue
    const changed = Buffer.from(header)
    changed[i]! ^= 1
    expect(() => readTarHeader(changed, 0), `byte ${i}`).toThrow(TarError)
  }
})

test('an archive ends with zeros, and a path has a limit', () => {
  expect(readTarHeader(tarEnd.subarray(0, tarBlock), 0)).toBeUndefined()
  expect(() => tarHeader('x'.repeat(101), 0, false)).toThrow(TarError)
})

test.each(['-0000001000\0', 'zzzzzzzzzzz\0', '\u00ff'.repeat(12), `\u0080${'\0'.repeat(3)}${'\u00ff'.repeat(8)}`])(
  'a size that is none: %j',
  (size) => {
    const header = tarHeader('a', 1, false)
    header.write(size, 124, 'latin1')
    header.fill(0x20, 148, 156)
    const sum = header.reduce((all, byte) => all + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    expect(() => readTarHeader(header, 0)).toThrow(TarError)
  },
)
