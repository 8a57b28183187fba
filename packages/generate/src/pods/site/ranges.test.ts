import { expect, test } from 'vitest'
import { lossesOf, objectOf } from '../fixtures/objects.ts'
import { deployment, service } from '../fixtures/parts.ts'
import { listAt } from '../observe/read.ts'

const egress = [{ to: 'rates.example', port: 443, reason: 'x' }]
const external = [{ id: 'mail', kind: 'smtp', host: 'mail.example', port: 587, usedBy: ['app'] }]
const with_ = (ranges: Record<string, string[]>) =>
  deployment([service('app', { egress })], { external, site: { ranges } })
const rulesOf = (ranges: Record<string, string[]>) =>
  listAt(objectOf(with_(ranges), 'NetworkPolicy'), 'spec', 'egress').slice(1)

test('ranges narrow a dependency by its id and an egress by its host', () => {
  const ranges = { mail: ['192.0.2.0/28', '2001:db8::/64'], 'rates.example': ['198.51.100.0/24'] }
  expect(rulesOf(ranges)).toEqual([
    {
      to: [{ ipBlock: { cidr: '192.0.2.0/28' } }, { ipBlock: { cidr: '2001:db8::/64' } }],
      ports: [{ protocol: 'TCP', port: 587 }],
    },
    { to: [{ ipBlock: { cidr: '198.51.100.0/24' } }], ports: [{ protocol: 'TCP', port: 443 }] },
  ])
  expect(lossesOf(with_(ranges))).toEqual([])
})

test('a range that is not given is a port and a loss', () => {
  expect(rulesOf({ mail: ['192.0.2.0/28'] })).toContainEqual({ ports: [{ protocol: 'TCP', port: 443 }] })
  expect(lossesOf(with_({ mail: ['192.0.2.0/28'] }))).toEqual([
    'note network.externalRange services/app/egress/rates.example',
  ])
})
