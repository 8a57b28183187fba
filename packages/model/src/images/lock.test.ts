import { describe, expect, it, test } from 'vitest'
import { type ImagesLock, fullReference, pinned, printImagesLock, readImagesLock } from './lock.ts'

const digestOf = (letter: string) => `sha256:${letter.repeat(64)}`
const lock: ImagesLock = {
  schema: 1,
  images: [
    { image: 'ghcr.io/shop/web:1.0.0', digest: digestOf('b'), platforms: { 'linux/amd64': digestOf('c') } },
    {
      image: 'docker.io/library/postgres:16',
      digest: digestOf('a'),
      platforms: { 'linux/arm64/v8': digestOf('e'), 'linux/amd64': digestOf('d') },
    },
  ],
}

test('a lock is read as it was printed, sorted', () => {
  const text = printImagesLock(lock)
  expect(readImagesLock(text, 'images.lock.json')).toEqual({
    ok: true,
    value: { ...lock, images: lock.images.toReversed() },
    warnings: [],
  })
  expect(printImagesLock({ ...lock, images: lock.images.toReversed() })).toBe(text)
})

describe('what is no lock', () => {
  it.each([
    ['{', 'WB6009'],
    ['[]', 'WB3002'],
    ['{"schema":2,"images":[]}', 'WB3001'],
    ['{"schema":1,"images":[],"more":1}', 'WB1001'],
    ['{"schema":1,"images":[{"image":"a","digest":"sha256:1","platforms":{}}]}', 'WB1002'],
  ])('%s', (text, code) => {
    expect(readImagesLock(text, 'images.lock.json')).toMatchObject({ ok: false, problems: [{ code }] })
  })
})

test.each([
  ['postgres:16', `postgres:16@${digestOf('a')}`],
  ['docker.io/library/postgres:16', `docker.io/library/postgres:16@${digestOf('a')}`],
  ['ghcr.io/shop/web:1.0.0', `ghcr.io/shop/web:1.0.0@${digestOf('b')}`],
  [`postgres:16@${digestOf('f')}`, `postgres:16@${digestOf('f')}`],
  ['postgres:17', undefined],
])('%s is pinned as %s', (reference, expected) => {
  expect(pinned(reference, lock)).toBe(expected)
})

test.each([
  ['redis', 'docker.io/library/redis'],
  ['minio/minio:1', 'docker.io/minio/minio:1'],
  [`localhost:5000/a@${digestOf('0')}`, `localhost:5000/a@${digestOf('0')}`],
  ['no image at all', 'no image at all'],
])('%s in full is %s', (reference, full) => {
  expect(fullReference(reference)).toBe(full)
})
