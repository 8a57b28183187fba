import { expect, test } from 'vitest'
import { objectsOfOutput } from './objects.ts'

test('objects go by kind and name, by section, or by path', () => {
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api' } }
  const objects = objectsOfOutput({
    files: [
      { path: 'base/api.yaml', content: { documents: [deployment] } },
      { path: 'base/compose.yaml', content: { documents: [{ name: 'shop', services: { api: { image: 'a' } } }] } },
      { path: 'base/secrets.sh', content: { text: 'true\n' } },
    ],
    images: [],
    losses: [],
    problems: [],
  })
  expect([...objects]).toEqual([
    ['Deployment/api', deployment],
    ['base/compose.yaml', { name: 'shop' }],
    ['base/compose.yaml services/api', { image: 'a' }],
    ['base/secrets.sh', { text: 'true\n' }],
  ])
})
