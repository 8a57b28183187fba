import type { DeployedService, DeployedVolume, Deployment } from '@waybill/model'
import { describe, expect, test } from 'vitest'
import { deployment, service } from '../containers/fixtures/parcels.ts'
import { authorityVariables } from '../site/authorities.ts'
import type { Rendered } from '../target.ts'
import { compose } from './compose/index.ts'
import { docker } from './docker/index.ts'

const port = { id: 'http', number: 8080, protocol: 'http' } as const
const egress = [{ to: 'mail.example', port: 25, reason: 'sends mail' }]
const data: DeployedVolume = {
  id: 'data',
  holds: 'x',
  data: 'must-back-up',
  size: 1,
  shared: false,
  class: 'standard',
}
const mounts = [{ path: '/data', volume: 'data', readOnly: false }]

const targets = { compose, docker }

describe.each(['compose', 'docker'] as const)('the site on %s', (id) => {
  const target = targets[id]
  const of = (
    site: Deployment['site'],
    services: readonly DeployedService[],
    volumes: readonly DeployedVolume[] = [],
  ) => deployment({ site, services, volumes })
  const envOf = (what: Deployment, name: string) => {
    const rendered: Rendered = target.render(what, {})
    return target.observe(rendered, what).services[name]?.env ?? {}
  }
  const proxy = { http: 'http://proxy.example:3128', https: 'http://proxy.example:3128', except: ['.corp.example'] }

  test('tells who goes out of the proxy, and what stays inside', () => {
    const what = of({ proxy }, [
      service('api', { ports: [port], egress }),
      service('store', { ports: [port], kind: 'sharded', replicas: 2 }),
      service('web', { ports: [port] }),
    ])
    const env = envOf(what, 'api')
    expect(env).toMatchObject({ HTTP_PROXY: proxy.http, http_proxy: proxy.http, HTTPS_PROXY: proxy.https })
    expect(JSON.stringify(target.render(what, {}).files)).toContain(
      'localhost,127.0.0.1,::1,api,store-0,store-1,web,.corp.example',
    )
    expect(env['no_proxy']).toBe(env['NO_PROXY'])
    expect(envOf(what, 'web')).toEqual({})
  })

  test("leaves a service's own word alone", () => {
    const own = service('api', { egress, env: [{ name: 'https_proxy', value: 'none' }] })
    const env = envOf(of({ proxy }, [own]), 'api')
    expect(env['https_proxy']).toBe('none')
    expect(env).not.toHaveProperty('HTTPS_PROXY')
  })

  test('gives everybody the certificates of its authorities', () => {
    const what = of({ certificateAuthority: { file: '/etc/site/ca.pem' } }, [service('api')])
    expect(envOf(what, 'api')).toEqual(Object.fromEntries(authorityVariables.map(({ name, value }) => [name, value])))
    expect(JSON.stringify(target.render(what, {}).files)).toMatch(/\/etc\/site\/ca\.pem/)
    expect(target.render(what, {}).problems).toEqual([])
  })

  test('has to name a file for them', () => {
    const what = of({ certificateAuthority: { configMap: 'ca' } }, [service('api')])
    expect(target.render(what, {}).problems.map(({ code }) => code)).toEqual(['WB5009'])
  })

  test('has volumes of its own, which are neither made nor marked', () => {
    const what = of({ claims: { data: 'their_data' } }, [service('api', { mounts })], [data])
    const text = JSON.stringify(target.render(what, {}).files)
    expect(text).toMatch(id === 'compose' ? /"external":true,"name":"their_data"/ : /existing_volume their_data/)
    expect(text).not.toMatch(/parcels-one_data/)
    expect(target.observe(target.render(what, {}), what).services['api']?.mounts).toEqual({ '/data': 'data' })
  })

  test('has one for each shard, by number', () => {
    const sharded = service('store', { kind: 'sharded', replicas: 2, mounts })
    const text = JSON.stringify(target.render(of({ claims: { data: 'theirs' } }, [sharded], [data]), {}).files)
    expect(text).toContain('theirs-0')
    expect(text).toContain('theirs-1')
  })

  const smtp = { id: 'smtp', number: 25, protocol: 'tcp' } as const
  const mail = { ports: [smtp], exposures: [{ port: 'smtp', host: 'mail.example', path: '/' }] }

  test('gives a TCP port another number of the machine', () => {
    const text = (ports: Record<string, number>) =>
      JSON.stringify(target.render(of({ publish: { address: '127.0.0.2', ports } }, [service('mail', mail)]), {}).files)
    const [own, other] =
      id === 'compose'
        ? ['"target":25,"published":"25"', '"target":25,"published":"2525"']
        : ['--publish=127.0.0.2:25:25/tcp', '--publish=127.0.0.2:2525:25/tcp']
    expect(text({ 'mail/smtp': 2525 })).toContain(other)
    expect(text({})).toContain(own)
  })

  test('cannot say where a service with the network of the machine listens', () => {
    const relax = [{ what: 'host-network', reason: 'for a test' }] as const
    const losses = (one: DeployedService) => target.render(of({}, [one]), {}).losses.map(({ loss, at }) => [loss, at])
    const expected = ['exposure.hostNetwork', 'services/mail/expose/smtp']
    expect(losses(service('mail', { ...mail, relax }))).toContainEqual(expected)
    expect(losses(service('mail', mail))).not.toContainEqual(expected)
  })

  test('says which of its words only a cluster understands', () => {
    const site: Deployment['site'] = {
      users: 'platform',
      pullSecrets: ['login'],
      ingress: { kind: 'none' },
      monitoring: { mode: 'annotations' },
      registry: 'registry.example',
    }
    const { losses } = target.render(of(site, [service('api')]), {})
    expect(losses.filter(({ at }) => at.startsWith('site/')).map(({ loss, at }) => `${loss} ${at}`)).toEqual([
      'site.unused site/pullSecrets',
      'site.unused site/ingress',
      'site.unused site/monitoring',
      'site.users site/users',
    ])
  })
})
