import { readdirSync } from 'node:fs'
import { type Deployment, type Json, checkProduct, resolve } from '@waybill/model'
import { describe, expect, it } from 'vitest'
import { checkAgreement } from '../agreement/agreement.ts'
import type { OutputFile, Rendered, Target } from '../target.ts'
import { everything, instances } from './conformance.fixture.ts'
import { targets } from './index.ts'

const deployments = Object.entries(instances).map(([name, instance]) => {
  const resolved = resolve(everything, instance)
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems))
  return { name, deployment: resolved.value }
})

const render = (target: Target, deployment: Deployment): Rendered =>
  target.render(deployment, target.options.parse(deployment.targets[target.id]?.options ?? {}))

/** The files, or what they come to where they leave choices open. */
const appliedOf = ({ files, objects }: Rendered): readonly OutputFile[] => objects ?? files

const textOf = ({ content }: OutputFile): string =>
  'text' in content ? content.text : JSON.stringify(content.documents)

/** The conformance suite: every target passes it, for a product that uses every word of the model. */
describe('the list of targets', () => {
  it('names every folder beside it and nothing else', () => {
    const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter(
      (entry) => entry.isDirectory() && entry.name !== 'fixtures',
    )
    expect(targets.map(({ id }) => id).sort()).toEqual(folders.map(({ name }) => name).sort())
  })
  it('has a readme for each, which is its documentation', () => {
    for (const { id } of targets) expect(readdirSync(`${import.meta.dirname}/${id}`)).toContain('readme.md')
  })
})

it('has a fixture that is itself a correct product', () => {
  expect(checkProduct(everything)).toEqual([])
})

describe.each(targets.map((target) => ({ id: target.id, target })))('$id', ({ id, target }) => {
  describe.each(deployments)('with the $name instance', ({ deployment }) => {
    const rendered = render(target, deployment)

    it('renders without problems', () => {
      expect(rendered.problems).toEqual([])
    })

    it('gives the same again, and leaves its input as it was', () => {
      const before = JSON.stringify(deployment)
      expect(render(target, deployment)).toEqual(rendered)
      expect(JSON.stringify(deployment)).toBe(before)
    })

    it('writes only inside of its folder, each file once', () => {
      const paths = rendered.files.map(({ path }) => path)
      expect(new Set(paths).size).toBe(paths.length)
      for (const path of paths) expect(path).toMatch(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[\w.@/-]+$/)
    })

    it('keeps what is ours in base/ and what is the customer’s in custom/', () => {
      for (const { path, custom } of rendered.files) expect(path.startsWith('custom/')).toBe(custom ?? false)
      expect(rendered.files.some(({ custom }) => custom)).toBe(true)
    })

    it('explains each loss', () => {
      for (const loss of rendered.losses) {
        expect(loss.target).toBe(id)
        expect(loss.loss).toMatch(/^[a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)*$/)
        for (const text of [loss.reason, loss.workaround]) expect(text.length).toBeGreaterThan(10)
      }
    })

    it('labels what it makes with product and instance', () => {
      const missing = objectsIn(appliedOf(rendered)).filter((object) => !labelled(object, deployment))
      expect(missing).toEqual([])
    })

    it('uses the images of the site', () => {
      const text = appliedOf(rendered).map(textOf).join('\n')
      for (const { image, shape } of deployment.services) {
        if (shape[target.family].shape !== 'absent') expect(text).toContain(image)
      }
    })

    it('says what the others say', () => {
      const witnesses = targets.map((each) => {
        const made = render(each, deployment)
        return { target: each.id, observation: each.observe(made, deployment), losses: made.losses }
      })
      expect(checkAgreement(deployment, witnesses)).toEqual([])
    })

    it('shows every service, wherever it lives', () => {
      const { services } = target.observe(rendered, deployment)
      const lost = rendered.losses.filter(({ severity }) => severity === 'unsupported').map(({ at }) => at)
      const expected = deployment.services
        .filter(({ id: service }) => !lost.includes(`services/${service}`))
        .map(({ id: service }) => service)
      expect(Object.keys(services).sort()).toEqual(expect.arrayContaining([...expected].sort()))
    })
  })

  it('leaves nothing of a feature that is off', () => {
    const { deployment } = deployments.find(({ name }) => name === 'plain')!
    const text = appliedOf(render(target, deployment)).map(textOf).join('\n')
    for (const gone of ['indexer', 'blobs', 'mail.example.org']) expect(text).not.toContain(gone)
  })

  it('leaves nothing of a dependency that the customer brings, but its address', () => {
    const { deployment } = deployments.find(({ name }) => name === 'external')!
    const { services, volumes } = target.observe(render(target, deployment), deployment)
    for (const gone of ['db', 'cache', 'exporter']) expect(Object.keys(services)).not.toContain(gone)
    for (const gone of ['db-data', 'cache-data']) expect(Object.keys(volumes)).not.toContain(gone)
  })
})

interface Labelled {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** Everything in structured files that carries labels: Kubernetes objects, Compose services, volumes and networks. */
function objectsIn(files: readonly OutputFile[]): Labelled[] {
  return files.flatMap(({ content, custom }) =>
    'documents' in content && !custom ? content.documents.flatMap(objectsOf) : [],
  )
}

function objectsOf(document: Json): Labelled[] {
  const { kind, metadata, services, volumes, networks } = document as Readonly<Record<string, Json>> & {
    metadata?: { name: string; labels?: Labelled['labels'] }
  }
  if (typeof kind === 'string')
    return kind === 'Kustomization' ? [] : [{ name: `${kind}/${metadata!.name}`, labels: metadata!.labels ?? {} }]
  return [services, volumes, networks].flatMap((group) =>
    Object.entries((group ?? {}) as Record<string, { labels?: Labelled['labels'] } | null>).map(([name, each]) => ({
      name,
      labels: each?.labels ?? {},
    })),
  )
}

const labelled = ({ labels }: Labelled, { product, instance }: Deployment): boolean =>
  labels['waybill.dev/product'] === product.id && labels['waybill.dev/instance'] === instance.id
