import { describe, expect, it } from 'vitest'
import { mirrored, parseImage } from './images.ts'

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`

// the cases of github.com/distribution/reference, as far as a reference has a tag or a digest that we accept
describe('parseImage', () => {
  it.each([
    ['postgres', { host: 'docker.io', path: 'library/postgres' }],
    ['postgres:16', { host: 'docker.io', path: 'library/postgres', tag: '16' }],
    ['minio/minio:RELEASE.2025-04-22', { host: 'docker.io', path: 'minio/minio', tag: 'RELEASE.2025-04-22' }],
    ['docker.io/library/redis:7', { host: 'docker.io', path: 'library/redis', tag: '7' }],
    ['docker.io/redis:7', { host: 'docker.io', path: 'library/redis', tag: '7' }],
    ['test.com:8080/a/b:tag', { host: 'test.com:8080', path: 'a/b', tag: 'tag' }],
    ['localhost/a:1', { host: 'localhost', path: 'a', tag: '1' }],
    ['localhost:5000/a:1', { host: 'localhost:5000', path: 'a', tag: '1' }],
    ['ghcr.io/a/b/c:v1.2.3-rc.1', { host: 'ghcr.io', path: 'a/b/c', tag: 'v1.2.3-rc.1' }],
    [`a/b@${digest}`, { host: 'docker.io', path: 'a/b', digest }],
    [`a/b:1@${digest}`, { host: 'docker.io', path: 'a/b', tag: '1', digest }],
    ['a--b/c__d.e:1', { host: 'docker.io', path: 'a--b/c__d.e', tag: '1' }],
    ['UPPER.example/a:1', { host: 'UPPER.example', path: 'a', tag: '1' }],
    ['[2001:db8::1]:5000/a:1', { host: '[2001:db8::1]:5000', path: 'a', tag: '1' }],
  ])('%s', (reference, parts) => {
    expect(parseImage(reference)).toEqual(parts)
  })

  it.each([
    '',
    ':tag',
    'Uppercase:tag',
    'test:5000/Uppercase/lowercase:tag',
    'a b:1',
    'a//b:1',
    '-foo/bar:1',
    'foo/bar-:1',
    'foo..bar:1',
    'a___b:1',
    'repo@sha256:ffff',
    `repo@sha512:${'f'.repeat(128)}`,
    `repo:${'t'.repeat(129)}`,
    'repo:-tag',
    'https://ghcr.io/a:1',
    'a:1\n',
  ])('%j is none', (reference) => {
    expect(parseImage(reference)).toBeUndefined()
  })
})

describe('mirrored', () => {
  it.each([
    ['postgres:16', 'registry.example:5000', 'registry.example:5000/library/postgres:16'],
    ['ghcr.io/a/b:1', 'registry.example/mirror/', 'registry.example/mirror/a/b:1'],
    [`a/b:1@${digest}`, 'r.example', `r.example/a/b:1@${digest}`],
    ['postgres:16', undefined, 'postgres:16'],
  ])('%s through %s', (reference, registry, expected) => {
    expect(mirrored(reference, registry)).toBe(expected)
  })
})
