// The product as a cdk8s-plus app: constructs where the library has them, its Kubernetes objects and patches where not.
import { ApiObject, App, Chart, Duration, JsonPatch, Size } from 'cdk8s'
import * as kplus from 'cdk8s-plus-34'
import type { PeerData, PeerService } from './peer.ts'

/** The objects as one YAML stream. */
export function manifests(data: PeerData): string {
  const app = new App()
  const { product, instance, namespace, version, siteLabels } = data
  const common = {
    ...siteLabels,
    'app.kubernetes.io/instance': instance,
    'app.kubernetes.io/part-of': product,
    'app.kubernetes.io/managed-by': 'waybill',
    'waybill.dev/product': product,
    'waybill.dev/instance': instance,
  }
  const labels = { ...common, 'app.kubernetes.io/version': version }
  const chart = new Chart(app, product, { namespace, labels, disableResourceNameHashes: true })
  for (const service of data.services) addService(chart, service, data, common)
  return app.synthYaml()
}

type Labels = Readonly<Record<string, string>>
interface Scope {
  readonly service: PeerService
  readonly data: PeerData
  readonly metadata: { readonly name: string; readonly labels: { [key: string]: string } }
  readonly selector: (name: string) => { [key: string]: string }
}

function addService(chart: Chart, service: PeerService, data: PeerData, common: Labels): void {
  const { name } = service
  const selector = (id: string) => ({
    'waybill.dev/product': data.product,
    'waybill.dev/instance': data.instance,
    'waybill.dev/service': id,
  })
  const own = { 'app.kubernetes.io/name': name, 'waybill.dev/service': name }
  const scope: Scope = { service, data, metadata: { name, labels: own }, selector }
  const config = new kplus.ConfigMap(chart, `${name}-config`, {
    metadata: { name: service.configMap, labels: own },
    immutable: true,
    data: { 'etc_service_config.yaml': service.config },
  })
  addDeployment(chart, scope, config, { ...common, ...own })
  addServiceObject(chart, scope)
  if (service.replicas > 1) {
    new kplus.k8s.KubePodDisruptionBudget(chart, `${name}-budget`, {
      metadata: scope.metadata,
      spec: {
        maxUnavailable: kplus.k8s.IntOrString.fromNumber(1),
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
        selector: { matchLabels: selector(name) },
      },
    })
  }
  addPolicy(chart, scope)
}

function addServiceObject(chart: Chart, { service, metadata, selector }: Scope): void {
  const { name } = service
  const object = new kplus.Service(chart, `${name}-service`, {
    metadata,
    type: kplus.ServiceType.CLUSTER_IP,
    ports: [{ name: 'http', port: service.port, protocol: kplus.Protocol.TCP }],
  })
  for (const [key, value] of Object.entries(selector(name))) object.selectLabel(key, value)
  // the construct knows neither a port by name nor its protocol above TCP
  const targetPort = kplus.k8s.IntOrString.fromString('http')
  const port = { name: 'http', port: service.port, targetPort, protocol: 'TCP', appProtocol: 'http' }
  ApiObject.of(object).addJsonPatch(JsonPatch.replace('/spec/ports/0', port))
}

const mebibytes = (text: string): Size => Size.mebibytes(Number.parseInt(text, 10))
const cpu = (text: string): kplus.Cpu =>
  text.endsWith('m') ? kplus.Cpu.millis(Number.parseInt(text, 10)) : kplus.Cpu.units(Number(text))

const securityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  ensureNonRoot: true,
  capabilities: { drop: [kplus.Capability.ALL] },
}

function addDeployment(
  chart: Chart,
  scope: Scope,
  config: kplus.ConfigMap,
  podLabels: { [key: string]: string },
): void {
  const { service, metadata, selector } = scope
  const { name, port, wait } = service
  const probe = (path: string, failureThreshold: number) =>
    kplus.Probe.fromHttpGet(path, {
      port,
      scheme: kplus.ConnectionScheme.HTTP,
      periodSeconds: Duration.seconds(10),
      timeoutSeconds: Duration.seconds(3),
      failureThreshold,
    })
  // its class is no IConfigMap under exactOptionalPropertyTypes
  const files = kplus.Volume.fromConfigMap(chart, `${name}-files`, config as unknown as kplus.IConfigMap, {
    name: 'config-files',
    defaultMode: 0o444,
  })
  const deployment = new kplus.Deployment(chart, name, {
    metadata,
    podMetadata: { labels: podLabels },
    replicas: service.replicas,
    select: false,
    strategy: kplus.DeploymentStrategy.rollingUpdate({
      maxSurge: kplus.PercentOrAbsolute.absolute(1),
      maxUnavailable: kplus.PercentOrAbsolute.absolute(0),
    }),
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriod: Duration.seconds(30),
    securityContext: {
      ensureNonRoot: true,
      user: 10001,
      group: 10001,
      fsGroup: 10001,
      fsGroupChangePolicy: kplus.FsGroupChangePolicy.ON_ROOT_MISMATCH,
    },
    ...(wait && { initContainers: [waitFor(wait)] }),
    containers: [
      {
        name,
        image: `${service.image}:${service.tag}`,
        imagePullPolicy: kplus.ImagePullPolicy.IF_NOT_PRESENT,
        envVariables: {
          ...Object.fromEntries(
            Object.entries(service.env).map(([key, value]) => [key, kplus.EnvValue.fromValue(value)]),
          ),
          UPSTREAM_URL: kplus.EnvValue.fromValue(`http://${service.upstream}:${port}/v1`),
          CACHE_ADDRESS: kplus.EnvValue.fromValue(`${service.cache}:${port}`),
        },
        ports: [{ name: 'http', number: port, protocol: kplus.Protocol.TCP }],
        startup: probe('/live', 6),
        readiness: probe('/ready', 3),
        liveness: probe('/live', 3),
        resources: {
          cpu: { request: cpu(service.requests.cpu), limit: cpu(service.limits.cpu) },
          memory: { request: mebibytes(service.requests.memory), limit: mebibytes(service.limits.memory) },
        },
        securityContext,
        volumeMounts: [
          { volume: files, path: '/etc/service/config.yaml', subPath: 'etc_service_config.yaml', readOnly: true },
        ],
      },
    ],
  })
  deployment.select(kplus.LabelSelector.of({ labels: selector(name) }))
  ApiObject.of(deployment).addJsonPatch(...missing(scope))
}

const waitFor = ({ name, image, tag, port, limits }: NonNullable<PeerService['wait']>): kplus.ContainerProps => ({
  name: `wait-for-${name}`,
  image: `${image}:${tag}`,
  imagePullPolicy: kplus.ImagePullPolicy.IF_NOT_PRESENT,
  command: ['/app/probe', `http://${name}:${port}/ready`],
  resources: {
    cpu: { request: kplus.Cpu.millis(10), limit: cpu(limits.cpu) },
    memory: { request: Size.mebibytes(32), limit: mebibytes(limits.memory) },
  },
  securityContext,
})

/** What the constructs cannot say. */
function missing({ service, selector }: Scope): JsonPatch[] {
  const pod = '/spec/template/spec'
  const seccomp = JsonPatch.add(`${pod}/securityContext/seccompProfile`, { type: 'RuntimeDefault' })
  if (service.replicas === 1) return [seccomp]
  const constraint = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: selector(service.name) },
  }
  return [seccomp, JsonPatch.add(`${pod}/topologySpreadConstraints`, [constraint])]
}

function addPolicy(chart: Chart, { service, metadata, selector }: Scope): void {
  const number = (port: number) => kplus.k8s.IntOrString.fromNumber(port)
  const ports = [{ protocol: 'TCP', port: number(service.port) }]
  const peer = (name: string) => [{ podSelector: { matchLabels: selector(name) } }]
  new kplus.k8s.KubeNetworkPolicy(chart, `${service.name}-policy`, {
    metadata,
    spec: {
      podSelector: { matchLabels: selector(service.name) },
      policyTypes: ['Ingress', 'Egress'],
      ingress: service.callers.map((caller) => ({ from: peer(caller), ports })),
      egress: [
        {
          ports: [
            { protocol: 'UDP', port: number(53) },
            { protocol: 'TCP', port: number(53) },
          ],
        },
        ...service.callees.map((callee) => ({ to: peer(callee), ports })),
      ],
    },
  })
}
