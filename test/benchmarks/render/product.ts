import {
  type ProductDefinition,
  area,
  bytes,
  canonicalJson,
  constant,
  cores,
  estimated,
  get,
  healthy,
  http,
  probe,
  product,
  stateless,
} from '@waybill/model'
import { compose, docker, helm, kubernetes, single } from '@waybill/generate/targets'
import type { BenchData, BenchService } from './data.ts'

const evidence = estimated('made up')

const versions = '1.29-1.35'
const targets = [
  kubernetes({ versions }),
  helm({ versions }),
  compose(),
  docker(),
  single({ supervisor: 'registry.example/bench/process-compose:1.87.0' }),
]

/** Every target there is: the product offers them all. */
export const targetIds: readonly string[] = targets.map(({ id }) => id)

/** The product as a vendor would declare it. */
export function benchProduct(data: BenchData): ProductDefinition {
  const core = area('core', 'Everything')
  const parts = new Map(
    data.services.map(({ name, port }) => [
      name,
      stateless(name, { does: `Does the work of ${name}`, area: core, ports: { http: http(port) } }),
    ]),
  )
  return product(data.product, {
    version: data.version,
    title: 'Bench',
    services: data.services.map((service) => defined(service, parts)),
    targets,
  })
}

type Part = ReturnType<typeof stateless<{ http: ReturnType<typeof http> }>>

function defined(service: BenchService, parts: ReadonlyMap<string, Part>) {
  const part = (name: string): Part => parts.get(name)!
  const self = part(service.name)
  return self.runs({
    image: `${service.image}:${service.tag}`,
    env: {
      ...service.env,
      // in one container every service listens on a port of its own
      PORT: self.ports.http.number(),
      UPSTREAM_URL: part(service.upstream).ports.http.url('/v1'),
      CACHE_ADDRESS: part(service.cache).ports.http.hostPort(),
    },
    files: { '/etc/service/config.yaml': service.config },
    prober: { http: ['/app/probe', probe.url] },
    health: { ready: get(self.ports.http, '/ready'), live: get(self.ports.http, '/live') },
    needs: service.waitsFor === null ? [] : [healthy(part(service.waitsFor))],
    size: {
      replicas: service.replicas,
      cpu: {
        request: constant(cores(service.cpuRequest / 1000), evidence),
        limit: constant(cores(service.cpuLimit / 1000), evidence),
      },
      memory: {
        request: constant(bytes(service.memoryRequest), evidence),
        limit: constant(bytes(service.memoryLimit), evidence),
      },
    },
  })
}

/** The text of `product.json`. */
export const productJson = (data: BenchData): string => `${canonicalJson(benchProduct(data))}\n`

/** The text of `instance.yaml`. */
export const instanceYaml = ({ product: id, version, instance, namespace, siteLabels }: BenchData): string => `schema: 1
id: ${instance}
product: ${id}
version: ${version}
site:
  namespace: ${namespace}
  labels:
${Object.entries(siteLabels)
  .map(([key, value]) => `    ${key}: ${value}\n`)
  .join('')}`
