import { describe, expect, test } from 'vitest'
import { printYamlDocuments } from '../../print/yaml.ts'
import type { OutputFile } from '../../target.ts'
import { kubernetes } from './index.ts'
import { render } from '../../pods/fixtures/parts.ts'
import { shop } from './fixtures/shop.ts'

const rendered = render(shop)

const textOf = ({ content }: OutputFile) =>
  'documents' in content ? printYamlDocuments(content.documents) : content.text

describe('the output for one of everything', () => {
  test('has no problems', () => {
    expect(rendered.problems).toEqual([])
  })

  test.each(rendered.files.map((file) => [file.path, file] as const).filter(([path]) => path !== 'base/secrets.sh'))(
    '%s',
    async (path, file) => {
      await expect(textOf(file)).toMatchFileSnapshot(`fixtures/shop/${path}`)
    },
  )

  test('loses what Kubernetes cannot say', async () => {
    await expect(`${JSON.stringify(rendered.losses, null, 2)}\n`).toMatchFileSnapshot('fixtures/shop/losses.json')
  })

  test('reads back as neutral facts', async () => {
    await expect(`${JSON.stringify(kubernetes.observe(rendered, shop), null, 2)}\n`).toMatchFileSnapshot(
      'fixtures/shop/observation.json',
    )
  })
})
