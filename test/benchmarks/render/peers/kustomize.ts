import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Peer, PeerData, PeerService } from './peer.ts'
import { versionOf } from './programs.ts'

/** A base with one file per service, and the overlay of one installation: its namespace, labels and image tags. */
export const kustomize = (): Peer => ({
  id: 'kustomize',
  found: versionOf('kubectl', ['version', '--client'], /Kustomize Version: v(\S+)/),
  write(folder, data) {
    const base = join(folder, 'base')
    const overlay = join(folder, 'overlay')
    mkdirSync(base, { recursive: true })
    mkdirSync(overlay, { recursive: true })
    for (const service of data.services) {
      const documents = objectsOf(service, data).map((object) => yaml(object))
      writeFileSync(join(base, `${service.name}.yaml`), documents.join('---\n'))
    }
    const file = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' }
    const resources = data.services.map(({ name }) => `${name}.yaml`)
    writeFileSync(join(base, 'kustomization.yaml'), yaml({ ...file, resources }))
    const { namespace, siteLabels, version, services } = data
    const tags = new Map(services.map(({ image, tag }) => [image, tag]))
    writeFileSync(
      join(overlay, 'kustomization.yaml'),
      yaml({
        ...file,
        resources: ['../base'],
        namespace,
        labels: [{ pairs: siteLabels, includeTemplates: true }, { pairs: { 'app.kubernetes.io/version': version } }],
        images: [...tags].map(([name, newTag]) => ({ name, newTag })),
      }),
    )
  },
  command: (folder) => ['kubectl', 'kustomize', join(folder, 'overlay')],
})

const yaml = (value: object): string => stringify(value, { version: '1.1', aliasDuplicateObjects: false })

function objectsOf(service: PeerService, data: PeerData): object[] {
  const { name } = service
  const selector = (id: string) => ({
    'waybill.dev/product': data.product,
    'waybill.dev/instance': data.instance,
    'waybill.dev/service': id,
  })
  const labels = {
    'app.kubernetes.io/name': name,
    'app.kubernetes.io/instance': data.instance,
    'app.kubernetes.io/part-of': data.product,
    'app.kubernetes.io/managed-by': 'waybill',
    ...selector(name),
  }
  const ports = [{ protocol: 'TCP', port: service.port }]
  const peer = (id: string) => [{ podSelector: { matchLabels: selector(id) } }]
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: service.configMap, labels },
      immutable: true,
      data: { 'etc_service_config.yaml': service.config },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, labels },
      spec: {
        type: 'ClusterIP',
        selector: selector(name),
        ports: [{ name: 'http', port: service.port, targetPort: 'http', protocol: 'TCP', appProtocol: 'http' }],
      },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, labels },
      spec: {
        replicas: service.replicas,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        selector: { matchLabels: selector(name) },
        template: { metadata: { labels }, spec: podOf(service, selector(name)) },
      },
    },
    ...(service.replicas > 1
      ? [
          {
            apiVersion: 'policy/v1',
            kind: 'PodDisruptionBudget',
            metadata: { name, labels },
            spec: {
              maxUnavailable: 1,
              unhealthyPodEvictionPolicy: 'AlwaysAllow',
              selector: { matchLabels: selector(name) },
            },
          },
        ]
      : []),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, labels },
      spec: {
        podSelector: { matchLabels: selector(name) },
        policyTypes: ['Ingress', 'Egress'],
        ingress: service.callers.map((caller) => ({ from: peer(caller), ports })),
        egress: [
          {
            ports: [
              { protocol: 'UDP', port: 53 },
              { protocol: 'TCP', port: 53 },
            ],
          },
          ...service.callees.map((callee) => ({ to: peer(callee), ports })),
        ],
      },
    },
  ]
}

function podOf(service: PeerService, selector: object): object {
  const { name, image, port, wait, requests, limits } = service
  const securityContext = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }
  const probe = (path: string, failureThreshold: number) => ({
    httpGet: { path, port, scheme: 'HTTP' },
    periodSeconds: 10,
    timeoutSeconds: 3,
    failureThreshold,
  })
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 30,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10001,
      runAsGroup: 10001,
      fsGroup: 10001,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(service.replicas > 1 && {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: selector },
        },
      ],
    }),
    ...(wait && {
      initContainers: [
        {
          name: `wait-for-${wait.name}`,
          image: wait.image,
          imagePullPolicy: 'IfNotPresent',
          command: ['/app/probe', `http://${wait.name}:${wait.port}/ready`],
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: wait.limits },
          securityContext,
        },
      ],
    }),
    containers: [
      {
        name,
        image,
        imagePullPolicy: 'IfNotPresent',
        env: [
          ...Object.entries(service.env).map(([key, value]) => ({ name: key, value })),
          { name: 'UPSTREAM_URL', value: `http://${service.upstream}:${port}/v1` },
          { name: 'CACHE_ADDRESS', value: `${service.cache}:${port}` },
        ],
        ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }],
        startupProbe: probe('/live', 6),
        readinessProbe: probe('/ready', 3),
        livenessProbe: probe('/live', 3),
        resources: { requests, limits },
        securityContext,
        volumeMounts: [
          {
            name: 'config-files',
            mountPath: '/etc/service/config.yaml',
            subPath: 'etc_service_config.yaml',
            readOnly: true,
          },
        ],
      },
    ],
    volumes: [{ name: 'config-files', configMap: { name: service.configMap, defaultMode: 0o444 } }],
  }
}
