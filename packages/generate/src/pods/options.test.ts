import { describe, expect, test } from 'vitest'
import { KubernetesOptions } from './options.ts'

describe('versions', () => {
  test.each(['1.29-1.35', '1.34', '1.30-1.30'])('%s is a range', (versions) => {
    expect(KubernetesOptions.parse({ versions }).versions).toBe(versions)
  })

  test.each(['1.28-1.35', '1.35-1.29', '1.29-1.36', '29-35', '1.29 - 1.35', '>=1.29'])('%s is none', (versions) => {
    expect(KubernetesOptions.safeParse({ versions }).error?.issues[0]?.message).toContain('1.29-1.35')
  })

  test('all that are supported, unless said otherwise', () => {
    expect(KubernetesOptions.parse({})).toEqual({ versions: '1.29-1.35', gateway: 'ingress' })
  })
})
