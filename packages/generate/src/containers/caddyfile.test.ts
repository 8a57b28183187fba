import { describe, expect, test } from 'vitest'
import { caddyfile } from './caddyfile.ts'
import { deployment, service } from './fixtures/parcels.ts'

const port = (protocol: 'http' | 'https' | 'grpc') => ({ id: 'main', number: 9000, protocol })
const published = (
  id: string,
  protocol: 'http' | 'https' | 'grpc',
  ...at: { host: string; path: string; certificate?: string }[]
) => service(id, { ports: [port(protocol)], exposures: at.map((each) => ({ port: 'main', ...each })) })
const certificate = {
  id: 'tls',
  version: 3,
  kind: 'certificate',
  title: 'TLS',
  length: 0,
  hosts: ['a.example'],
  brought: false,
  parts: ['tls.crt', 'tls.key'],
} as const

const sitesOf = (text: string) => [...text.matchAll(/^(http\S+) \{$/gm)].map(([, site]) => site)

describe('caddyfile', () => {
  test('tries the longest path first and matches whole names only', () => {
    const text = caddyfile(
      deployment({
        services: [
          published('web', 'http', { host: 'a.example', path: '/' }),
          published('api', 'http', { host: 'a.example', path: '/api' }),
          published('files', 'http', { host: 'a.example', path: '/api/files/' }),
        ],
      }),
    )
    const order = [...text.matchAll(/path (\S+ \S+)|to (\S+)/g)].map(([, path, to]) => path ?? to)
    expect(order).toEqual(['/api/files /api/files/*', 'files:9000', '/api /api/*', 'api:9000', 'web:9000'])
  })

  test('answers 404 where nothing is published', () => {
    const text = caddyfile(deployment({ services: [published('api', 'http', { host: 'a.example', path: '/api' })] }))
    expect(text).toContain('\t\thandle {\n\t\t\trespond 404\n\t\t}')
  })

  test.each([
    ['http', []],
    ['https', ['tls', 'tls_insecure_skip_verify']],
    ['grpc', ['versions h2c']],
  ] as const)('speaks %s to the service', (protocol, words) => {
    const text = caddyfile(deployment({ services: [published('api', protocol, { host: 'a.example', path: '/' })] }))
    const block = /transport http \{([^}]*)\}/.exec(text)?.[1] ?? ''
    expect(block.trim().split(/\s*\n\s*/)).toEqual(['dial_timeout 5s', ...words])
  })

  test('leads from the plain port to TLS, with the port of the site', () => {
    const text = caddyfile(
      deployment({
        services: [published('web', 'http', { host: 'a.example', path: '/', certificate: 'tls' })],
        secrets: [certificate],
        site: { publish: { https: 444 } },
      }),
    )
    expect(sitesOf(text)).toEqual([
      'http://127.0.0.1:2015',
      'http://:8080',
      'https://a.example:8443',
      'http://a.example:8080',
    ])
    expect(text).toContain('tls /run/secrets/tls-v3/tls.crt /run/secrets/tls-v3/tls.key')
    expect(text).toContain('redir https://{host}:444{uri} 308')
  })

  test('serves what has no certificate on the plain port beside what has one', () => {
    const text = caddyfile(
      deployment({
        services: [
          published('web', 'http', { host: 'a.example', path: '/', certificate: 'tls' }),
          published('hooks', 'http', { host: 'a.example', path: '/hooks' }),
        ],
        secrets: [certificate],
      }),
    )
    expect(sitesOf(text).filter((site) => site?.includes('a.example'))).toEqual([
      'https://a.example:8443',
      'http://a.example:8080',
    ])
    expect(text.match(/redir https:\/\/\{host\}\{uri\} 308/g)).toHaveLength(1)
  })
})
