import { expect, test } from 'vitest'
import { area, constant, cores, estimated, GiB, none, product, stateless } from '../authoring/index.ts'
import { resolve } from '../resolve/resolve.ts'
import { imagesOfProduct } from './product.ts'

const guess = estimated('a test')
const app = stateless('app', { does: 'Answers', area: area('core', 'Core'), ports: {} })
const size = { cpu: constant(cores(1), guess), memory: constant(GiB(1), guess) }
const made = product('p', {
  version: '1',
  title: 'P',
  services: [app.runs({ image: 'app:1', health: none('a test'), size })],
  targets: [{ id: 'single', images: ['supervisor:1'] }],
})

test('an image that only a target needs is one of the product, pinned and mirrored like the others', () => {
  expect(imagesOfProduct(made)).toEqual(['app:1', 'supervisor:1'])
  const digest = `sha256:${'a'.repeat(64)}`
  const lock = {
    schema: 1,
    images: [{ image: 'docker.io/library/supervisor:1', digest, platforms: {} }],
  } as const
  const instance = { schema: 1, id: 'i', product: 'p', site: { registry: 'mirror.example' } } as const
  const resolved = resolve(made, instance, undefined, lock as never)
  expect(resolved).toMatchObject({
    ok: true,
    value: { targets: { single: { images: { 'supervisor:1': `mirror.example/library/supervisor:1@${digest}` } } } },
  })
})
