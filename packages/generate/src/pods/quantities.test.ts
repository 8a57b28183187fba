import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteQuantity, cpuQuantity, readBytes, readCpu, wholeSeconds } from './quantities.ts'

test.each([
  [0, '0'],
  [1000, '1000'],
  [1024, '1Ki'],
  [256 * 2 ** 20, '256Mi'],
  [1.5 * 2 ** 30, '1536Mi'],
  [2 ** 40, '1Ti'],
])('%d bytes are %s', (bytes, text) => expect(byteQuantity(bytes)).toBe(text))

test.each([
  [250, '250m'],
  [1000, '1'],
  [1500, '1500m'],
])('%d millicores are %s', (millicores, text) => expect(cpuQuantity(millicores)).toBe(text))

test.each([
  [0, 1],
  [1, 1],
  [1001, 2],
  [60_000, 60],
])('%d milliseconds are %d seconds', (milliseconds, seconds) => expect(wholeSeconds(milliseconds)).toBe(seconds))

test('amounts are exact', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 45 }), (n, shift) => {
      const amount = (n % 1024) * 2 ** (shift % 40)
      expect(readBytes(byteQuantity(amount))).toBe(amount)
      expect(readCpu(cpuQuantity(n))).toBe(n)
    }),
  )
})
