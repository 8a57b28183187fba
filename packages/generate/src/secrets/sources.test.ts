import { type DeployedService, type Deployment, wordingOf } from '@waybill/model'
import { describe, expect, it } from 'vitest'
import { planSecrets } from './plan.ts'
import { secretReference } from './reference.ts'
import { sampleDeployment } from './secrets.fixture.ts'
import { sourceProblems } from './sources.ts'

type Existing = Deployment['secrets'][number]['existing']

const exposure = { port: 'sql', host: 'parcels.example.com', path: '/', certificate: 'edge-tls' }

/** The sample with its certificate published, and what the site has of it. */
function existing(
  parts: Readonly<Record<string, Existing>>,
  values: Extract<Deployment['secretSource'], { source: 'existing' }>['values'] = [],
  versions: Readonly<Record<string, number>> = {},
): Deployment {
  const sample = sampleDeployment(versions)
  const [api, ...others] = sample.services as [DeployedService, ...DeployedService[]]
  return {
    ...sample,
    services: [{ ...api, exposures: [exposure] }, ...others],
    secrets: sample.secrets.map((secret) => {
      const known = parts[secret.id]
      return known ? { ...secret, existing: known } : secret
    }),
    secretSource: { source: 'existing', values },
  }
}

const inCluster = {
  'db-password': { value: { name: 'db', key: 'pw' } },
  'session-key': { value: { name: 'session', key: 'value' } },
  signing: {
    'private.pem': { name: 'signing', key: 'private.pem' },
    'public.pem': { name: 'signing', key: 'public.pem' },
  },
  'edge-tls': { 'tls.crt': { name: 'edge', key: 'tls.crt' }, 'tls.key': { name: 'edge', key: 'tls.key' } },
  'smtp-password': { value: { name: 'mail', key: 'pw' } },
}
const onHost = Object.fromEntries(
  Object.entries(inCluster).map(([id, parts]) => [
    id,
    Object.fromEntries(Object.keys(parts).map((part) => [part, { file: `/etc/corp/${id}/${part}` }])),
  ]),
)

const planOf = (deployment: Deployment, family: 'pods' | 'containers' | 'processes') =>
  planSecrets(deployment, () => 'tcp://db:5432', family)
const problemsOf = (deployment: Deployment, family: 'pods' | 'containers' | 'processes') =>
  sourceProblems(deployment, planOf(deployment, family), { target: 'here', family })
const told = (deployment: Deployment, family: 'pods' | 'containers' | 'processes') =>
  problemsOf(deployment, family).map(
    (each) => `${each.code} ${each.path.join('/')}: ${wordingOf(each).what} ${wordingOf(each).fix}`,
  )

describe('what a target can do', () => {
  it.each(['externalSecrets', 'job'] as const)('%s needs a cluster', (source) => {
    const secretSource =
      source === 'job' ? { source, image: 'x' } : { source, store: { name: 'v', kind: 'SecretStore', prefix: '' } }
    const deployment: Deployment = { ...sampleDeployment(), secretSource }
    expect(problemsOf(deployment, 'pods')).toEqual([])
    for (const family of ['containers', 'processes'] as const) {
      expect(problemsOf(deployment, family)).toMatchObject([{ code: 'WB2053', path: ['secrets', 'source'] }])
    }
  })

  it('takes what is mapped for it', () => {
    expect(problemsOf(existing(inCluster), 'pods')).toEqual([])
    expect(problemsOf(existing(onHost), 'containers')).toEqual([])
    expect(problemsOf(sampleDeployment(), 'pods')).toEqual([])
  })

  it('tells a mapping that is for other targets', () => {
    expect(told(existing(onHost), 'pods').slice(0, 3)).toEqual([
      'WB2054 secrets/existing/db-password: The mapping of "db-password" has no "name" of a Secret, which the target here needs. Add the "name" of a Secret to the mapping; one mapping may have both.',
      expect.stringContaining('secrets/existing/session-key'),
      expect.stringContaining('secrets/existing/signing/private.pem'),
    ])
    expect(problemsOf(existing(inCluster), 'containers')).toHaveLength(7)
  })

  it('tells what is not mapped, who uses it and what to add', () => {
    const { 'smtp-password': _, signing: __, ...others } = inCluster
    expect(told(existing(others), 'pods')).toEqual([
      'WB2051 secrets/existing/signing: "signing" is used by /etc/app/key.pem of "api", and "existing" does not say where it is. Add `signing: { name: SECRET }` under "secrets.existing".',
      'WB2051 secrets/existing/smtp-password: "smtp-password" is used by SMTP_PASSWORD of "api", SMTP_URL of "api", SETTINGS of "api" and 2 more, and "existing" does not say where it is. Add `smtp-password: { name: SECRET, key: KEY }` under "secrets.existing".',
    ])
    expect(told(existing({ ...onHost, 'edge-tls': undefined }), 'containers')).toEqual([
      'WB2051 secrets/existing/edge-tls: "edge-tls" is used by a published port, and "existing" does not say where it is. Add `edge-tls/tls.crt: { file: /FOLDER/FILE }, edge-tls/tls.key: { file: /FOLDER/FILE }` under "secrets.existing".',
    ])
  })

  it('wants the certificate of a published port in one Secret, under the keys that an Ingress reads', () => {
    for (const parts of [
      { 'tls.crt': { name: 'edge', key: 'crt' }, 'tls.key': { name: 'edge', key: 'tls.key' } },
      { 'tls.crt': { name: 'edge', key: 'tls.crt' }, 'tls.key': { name: 'other', key: 'tls.key' } },
    ]) {
      expect(problemsOf(existing({ ...inCluster, 'edge-tls': parts }), 'pods')).toMatchObject([
        { code: 'WB2052', path: ['secrets', 'existing', 'edge-tls'] },
      ])
    }
  })
})

describe('what is there already', () => {
  it('is referred to in a cluster, and copied to our own names on a Docker host', () => {
    const both = existing(inCluster)
    const env = planOf(both, 'pods').env.get('api')!
    expect(env.get('DB_PASSWORD')).toEqual({ object: 'db', key: 'pw' })
    expect(env.get('DATABASE_URL')).toMatchObject({ key: 'DATABASE_URL' })
    expect(planOf(both, 'containers').env.get('api')!.get('DB_PASSWORD')).toEqual({
      object: 'db-password-v1',
      key: 'value',
    })
  })

  it('spares what a whole value would have been made of', () => {
    const values = ['SMTP_PASSWORD', 'SMTP_URL', 'SETTINGS', 'CALLBACK', '/etc/app/app.conf'].map((place) => ({
      service: 'api',
      place,
      at: { name: 'api', key: place.replaceAll('/', '_') },
    }))
    const { 'smtp-password': _, ...others } = inCluster
    const deployment = existing(others, values)
    expect(problemsOf(deployment, 'pods')).toEqual([])
    const plan = planOf(deployment, 'pods')
    expect(plan.env.get('api')!.get('SMTP_URL')).toEqual({ object: 'api', key: 'SMTP_URL' })
    expect(plan.composed[0]!.entries.map(({ key }) => key)).toEqual(['DATABASE_URL'])
    expect(plan.base.map(({ id }) => id)).not.toContain('smtp-password')
  })

  it('is the same value for the comparison of targets', () => {
    const values = [{ service: 'api', place: 'SMTP_URL', at: { name: 'api', key: 'url' } }]
    const [pods, containers] = [planOf(existing(inCluster, values), 'pods'), planOf(existing(onHost), 'containers')]
    const neutral = (text: string) => text
    for (const [name, key] of pods.env.get('api')!) {
      const other = secretReference(containers.env.get('api')!.get(name)!, containers, neutral)
      expect(secretReference(key, pods, neutral)).toBe(other)
    }
    expect(secretReference({ object: 'api', key: 'url' }, pods, neutral)).toBe(
      'secret:smtp://app:{smtp-password-v1/value percent}@mail:25',
    )
  })

  it('gets composed anew when the admin says that it changed', () => {
    const name = (versions: Readonly<Record<string, number>>) =>
      planOf(existing(inCluster, [], versions), 'pods').composed[0]!.object
    expect(name({ 'db-password': 2 })).not.toBe(name({}))
    expect(name({ 'session-key': 2 })).toBe(name({}))
  })
})
