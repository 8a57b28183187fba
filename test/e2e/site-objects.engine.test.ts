import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mustRun, run } from './program.ts'
import { parcelsDefinition, registry, render, temporaryFolder } from './rendering.ts'

const id = 'site-objects'

/** Everything that a site can say at once, but for other words about published ports. */
const everything = (ingress: string, monitoring: string) => `schema: 1
id: ${id}
product: parcels
load: { users: 2000 }
settings: { site: { host: parcels.test } }
features: { photos: true, tracing: true }
dependencies:
  collector: { mode: external, host: collector.test, port: 4318 }
site:
  registry: ${registry}
  pullSecrets: [mirror]
  storageClass: { default: standard, must-back-up: safe, volumes: { pictures-data: cheap } }
  claims: { cache-data: old-cache }
  ingress: ${ingress}
  placement:
    nodeSelector: { pool: apps }
    tolerations: [{ key: apps, operator: Exists, effect: NoSchedule }]
    affinity:
      nodeAffinity:
        preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 1
            preference: { matchExpressions: [{ key: disk, operator: In, values: [ssd] }] }
    services:
      db: { nodeSelector: { disk: ssd } }
  serviceAccount: { annotations: { example.com/role: 'arn:1' } }
  users: platform
  proxy: { http: 'http://proxy.test:3128', https: 'http://proxy.test:3128', except: [10.0.0.0/8] }
  certificateAuthority: { secret: company-ca, key: bundle.pem }
  monitoring: ${monitoring}
  ranges: { proxy.test: [192.0.2.1/32], collector: [198.51.100.0/24, 2001:db8::/32] }
  labels: { cost-centre: a1 }
`
const operator =
  '{ mode: operator, labels: { release: prometheus }, from: { namespace: { name: monitoring }, pods: { app: prometheus } } }'
const annotations = '{ mode: annotations, from: { namespace: { name: monitoring } } }'

/** As much of the operator's definition as the API server needs to know the kind. */
const podMonitor = JSON.stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'podmonitors.monitoring.coreos.com' },
  spec: {
    group: 'monitoring.coreos.com',
    names: { kind: 'PodMonitor', plural: 'podmonitors', singular: 'podmonitor' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
})

describe('the objects of a site that says everything', () => {
  let folder: string

  beforeAll(async () => {
    folder = await temporaryFolder()
    process.env['KUBECONFIG'] = process.env['WAYBILL_TEST_KUBECONFIG']
    await mustRun('kubectl', ['create', 'namespace', id])
    await mustRun('kubectl', ['label', 'namespace', id, 'pod-security.kubernetes.io/enforce=restricted'])
    await mustRun('kubectl', ['apply', '-f', '-'], { input: podMonitor })
    await mustRun('kubectl', ['wait', '--for=condition=established', 'crd/podmonitors.monitoring.coreos.com'])
  })

  afterAll(async () => {
    await run('kubectl', ['delete', 'crd', 'podmonitors.monitoring.coreos.com', '--timeout=60s'])
    await run('kubectl', ['delete', 'namespace', id, '--timeout=120s'])
    await rm(folder, { recursive: true, force: true })
  })

  it.each([
    [
      'an ingress',
      '{ kind: ingress, class: nginx, annotations: { a: b }, tls: { issuer: company, kind: ClusterIssuer }, from: { namespace: { name: ingress } } }',
      operator,
    ],
    ['an ingress with a Secret', '{ kind: ingress, tls: { secret: wildcard } }', annotations],
    ['ports of the nodes', '{ kind: service, type: NodePort, annotations: { a: b } }', operator],
    ['a load balancer', '{ kind: service, type: LoadBalancer }', annotations],
    ['nothing', '{ kind: none }', operator],
  ])('are taken by the API server with %s in front', async (name, ingress, monitoring) => {
    const out = join(folder, name.replaceAll(' ', '-'))
    const output = await render(parcelsDefinition, everything(ingress, monitoring), 'kubernetes', out)
    // "strict": a field that the server does not know is an error
    const {
      code,
      err,
      out: told,
    } = await run('kubectl', ['apply', '-k', output, '--dry-run=server', '--validate=strict'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const kind of ['serviceaccount/parcels', 'networkpolicy.networking.k8s.io/api', 'statefulset.apps/store'])
      expect(told).toContain(kind)
    expect(told.includes('podmonitor.monitoring.coreos.com/api')).toBe(monitoring === operator)
    expect(told).not.toContain('old-cache')
  })
})
