import type { DeployedVolume, Deployment } from '@waybill/model'
import { describe, expect, test } from 'vitest'
import { documentsOf, kindsOf, objectOf } from '../fixtures/objects.ts'
import { deployment, render, service } from '../fixtures/parts.ts'
import { kubernetes } from '../../targets/kubernetes/index.ts'
import { at, listAt } from '../observe/read.ts'

type Site = Deployment['site']
const volume = (given: Partial<DeployedVolume> = {}): DeployedVolume => ({
  id: 'data',
  holds: 'x',
  data: 'must-back-up',
  size: 2 ** 30,
  shared: false,
  class: 'fast',
  ...given,
})
const mounts = [{ path: '/data', volume: 'data', readOnly: false }]
const stored = (kind: 'stateless' | 'stateful' | 'sharded', site: Site, given: Partial<DeployedVolume> = {}) =>
  deployment([service('db', { kind, mounts })], { site, volumes: [volume(given)] })

describe('the storage class', () => {
  const classOf = (storageClass: NonNullable<Site['storageClass']>) =>
    at(
      objectOf(stored('stateful', { storageClass }), 'StatefulSet'),
      'spec',
      'volumeClaimTemplates',
      0,
      'spec',
      'storageClassName',
    )

  test('is the one of the volume, of its data, of its speed, of all, in this order', () => {
    const all = { default: 'd', fast: 'f', 'must-back-up': 'm', volumes: { data: 'v' } }
    const { volumes: _, ...byData } = all
    const { 'must-back-up': __, ...bySpeed } = byData
    const { fast: ___, ...byDefault } = bySpeed
    expect([all, byData, bySpeed, byDefault, { standard: 's', disposable: 'x' }].map(classOf)).toEqual([
      'v',
      'm',
      'f',
      'd',
      undefined,
    ])
  })
})

describe('an existing claim', () => {
  const site: Site = { claims: { data: 'old-data' } }
  const claimed = [{ name: 'data', persistentVolumeClaim: { claimName: 'old-data' } }]

  test.each(['stateless', 'stateful'] as const)('is mounted by a %s service, and none is made', (kind) => {
    const what = stored(kind, site)
    const workload = documentsOf(what).find((each) => at(each, 'spec', 'template') !== undefined)
    expect(listAt(workload, 'spec', 'template', 'spec', 'volumes')).toEqual(claimed)
    expect(kindsOf(what)).not.toContain('PersistentVolumeClaim')
    expect(workload).not.toHaveProperty('spec.volumeClaimTemplates')
    expect(render(what).problems).toEqual([])
  })

  test('is seen as the volume that it is', () => {
    for (const kind of ['stateless', 'stateful'] as const) {
      const [ours, theirs] = [stored(kind, {}), stored(kind, site)]
      const [one, two] = [ours, theirs].map((what) => kubernetes.observe(render(what), what))
      expect(two?.volumes).toEqual({ data: { data: 'must-back-up', mountedBy: ['db'] } })
      expect(two).toEqual(one)
    }
  })

  test('cannot be that of several shards', () => {
    const { problems } = render(stored('sharded', site))
    expect(problems.map(({ code, path }) => `${code} ${path.join('/')}`)).toEqual(['WB5006 site/claims/data'])
    expect(JSON.stringify(problems)).toContain('data-db-0')
  })

  test('may be shared', () => {
    const what = stored('stateful', site, { shared: true })
    expect(kindsOf(what)).not.toContain('PersistentVolumeClaim')
    expect(render(what).losses).toEqual([])
  })
})
