import { expect, test } from 'vitest'
import { imagesOf } from './images.ts'

const pod = {
  initContainers: [{ name: 'a', image: 'shop/migrate:1' }],
  containers: [
    { name: 'b', image: 'shop/web:1', env: [{ name: 'image', value: 'x', image: 'no' }] },
    { name: 'c', image: 'shop/web:1' },
  ],
}

test.each([
  [
    'pods, wherever they stand',
    [{ kind: 'CronJob', spec: { jobTemplate: { spec: { template: { spec: pod } } } } }],
    ['shop/migrate:1', 'shop/web:1'],
  ],
  [
    'not what a ConfigMap carries',
    [{ kind: 'ConfigMap', metadata: { labels: { image: 'no' } }, data: { image: 'no' } }],
    [],
  ],
  ['custom resources', [{ kind: 'Cache', spec: { image: 'cache:7' } }], ['cache:7']],
  [
    'Compose services, and nothing else in them',
    [{ services: { web: { image: 'shop/web:1', environment: { image: 'no' }, labels: { image: 'no' } }, built: {} } }],
    ['shop/web:1'],
  ],
])('%s', (_, documents, expected) => {
  expect(imagesOf([{ path: 'base/all.yaml', content: { documents } }])).toEqual(expected)
})

test('text names none', () => {
  expect(imagesOf([{ path: 'base/run.sh', content: { text: 'image: shop/web:1' } }])).toEqual([])
})
