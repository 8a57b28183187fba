import { describe, expect, it } from 'vitest'
import type { Catalog } from '../product/catalog.ts'
import type { Deployment } from './deployment.ts'
import { checkPublish } from './site.ts'

const port = (id: string, number: number, protocol: string) => ({ id, number, protocol })
const own = [port('smtp', 25, 'tcp'), port('log', 514, 'udp'), port('inside', 26, 'tcp'), port('web', 8080, 'http')]
const expose = ['smtp', 'log', 'web'].map((id) => ({ port: id, host: 'x.example', path: '/' }))
const catalog = { services: new Map([['mail', { service: { id: 'mail', ports: own, expose } }]]) }

function problemsOf(ports: Readonly<Record<string, number>>, more: object = {}): string[] {
  const services = [{ id: 'mail', ports: own, exposures: expose }]
  const deployment = { services, edgeProxy: {}, site: { publish: { ports, ...more } } }
  // only what is looked at
  const found = checkPublish(deployment as unknown as Deployment, catalog as unknown as Catalog)
  return found.map((each) => `${each.code} ${each.path.join('.')} ${JSON.stringify(each)}`)
}

describe('published ports', () => {
  it('may be others than those of the containers', () => {
    expect(problemsOf({ 'mail/smtp': 2525, 'mail/log': 2525 })).toEqual([])
  })

  it.each(['mail/smpt', 'mial/smtp'])('have to exist, as %s does not', (name) => {
    expect(problemsOf({ [name]: 2525 })).toEqual([expect.stringMatching(/^WB2017 .*"near":"mail\/smtp"/)])
  })

  it.each(['mail/inside', 'mail/web'])('are no others, such as %s', (name) => {
    expect(problemsOf({ [name]: 2525 })).toEqual([expect.stringMatching(/^WB2017 /)])
  })

  it.each([80, 443])('belong to one only, and %d is of the edge', (number) => {
    expect(problemsOf({ 'mail/smtp': number })).toEqual([
      expect.stringMatching(/^WB2030 site.publish.ports.mail\/smtp/),
    ])
    expect(problemsOf({ 'mail/log': number })).toEqual([])
    expect(problemsOf({ 'mail/smtp': number }, { http: 8080, https: 8443 })).toEqual([])
  })
})
