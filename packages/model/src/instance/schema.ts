import { z } from 'zod'
import { dependencyModes } from '../product/schema.ts'
import { parseImage } from '../resolve/images.ts'

/** The version of the format of `instance.yaml` that this code writes and reads. */
export const instanceSchemaVersion = 1

const id = z.string().min(1).max(253)
const text = z.string()
/** A number, or a quantity with its unit such as `20 GiB`; which of them is checked against the product. */
const amount = z.union([z.number(), z.string()])

const objectName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'a name of small letters, digits, "-" and "."')
const labelKey = z
  .string()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/,
    'a label key such as team or example.com/team',
  )
const labelValue = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/,
    'a label value of at most 63 letters, digits, "-", "_" and "."',
  )
const registry = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/,
    'a registry such as registry.example.com:5000/mirror, without https:// and without a slash at the end',
  )

export const DependencyChoice = z.strictObject({ mode: z.enum(dependencyModes).exactOptional() }).catchall(z.json())

export const SizeOverride = z.strictObject({
  replicas: z.int().nonnegative().exactOptional(),
  cpu: z.strictObject({ request: amount.exactOptional(), limit: amount.exactOptional() }).exactOptional(),
  memory: z.strictObject({ request: amount.exactOptional(), limit: amount.exactOptional() }).exactOptional(),
})

/** A range of addresses such as 10.0.0.0/8 or 2001:db8::/32. */
const addressRange = z.union([z.cidrv4(), z.cidrv6()], 'a range of addresses such as 10.0.0.0/8')
const annotations = z.record(labelKey, text)
const labels = z.record(labelKey, labelValue)

/** Labels that selectors and inventories go by. */
const reservedLabel = /^waybill\.dev\/|^app\.kubernetes\.io\/(?:name|instance|part-of|managed-by|version)$/
const siteLabels = labels.refine(
  (all) => !Object.keys(all).some((key) => reservedLabel.test(key)),
  'labels other than waybill.dev/… and the five of app.kubernetes.io that mark what belongs together',
)

/** Pods of somebody else, by the labels of their namespace and their own; without `namespace`, pods beside ours. */
export const PodSelector = z
  .strictObject({ namespace: labels.exactOptional(), pods: labels.exactOptional() })
  .refine(
    ({ namespace, pods }) => namespace !== undefined || pods !== undefined,
    'labels of a namespace, of pods, or of both',
  )

/** The certificate of published ports: a secret of the product unless the site says otherwise. */
const SiteTls = z.union([
  /** A TLS Secret that is there already. */
  z.strictObject({ secret: objectName }),
  /** cert-manager makes it. */
  z.strictObject({ issuer: objectName, kind: z.enum(['Issuer', 'ClusterIssuer']).exactOptional() }),
])

export const Toleration = z
  .strictObject({
    key: z
      .string()
      .regex(/^[-._a-zA-Z0-9]{1,253}$/, 'a key of letters, digits, "-", "_" and "."')
      .exactOptional(),
    operator: z.enum(['Equal', 'Exists']).exactOptional(),
    value: text.exactOptional(),
    effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).exactOptional(),
    tolerationSeconds: z.int().exactOptional(),
  })
  .refine(
    ({ operator, value }) => operator !== 'Exists' || value === undefined,
    'no value where the operator is Exists',
  )
  .refine(
    ({ key, operator }) => key !== undefined || operator === 'Exists',
    'a key, or the operator Exists for all taints',
  )
  .refine(
    ({ effect, tolerationSeconds }) => tolerationSeconds === undefined || effect === 'NoExecute',
    'tolerationSeconds only with the effect NoExecute',
  )

const placement = {
  nodeSelector: labels.exactOptional(),
  tolerations: z.array(Toleration).exactOptional(),
  /** As in the pod's own `affinity`. */
  affinity: z.partialRecord(z.enum(['nodeAffinity', 'podAffinity', 'podAntiAffinity']), z.json()).exactOptional(),
  priorityClass: objectName.exactOptional(),
}

/** Where pods run: for all, and what differs for single services. */
export const Placement = z.strictObject({
  ...placement,
  services: z.record(id, z.strictObject(placement)).exactOptional(),
})

/** Certificates of authorities that the site's own servers have. */
export const CertificateAuthority = z
  .strictObject({
    /** A ConfigMap or Secret on Kubernetes. */
    configMap: objectName.exactOptional(),
    secret: objectName.exactOptional(),
    key: text.exactOptional(),
    /** A file on a Docker host, absolute. */
    file: z.string().startsWith('/').exactOptional(),
  })
  .refine(({ configMap, secret }) => configMap === undefined || secret === undefined, 'configMap or secret, not both')
  .refine(
    ({ configMap, secret, file }) => (configMap ?? secret ?? file) !== undefined,
    'configMap, secret or file, which holds the certificates',
  )

/** Who asks for metrics, and how it finds the pods. */
export const SiteMonitoring = z.strictObject({
  mode: z.enum(['operator', 'annotations', 'none']).exactOptional(),
  /** Labels that the Prometheus of the operator selects pod monitors by. */
  labels: labels.exactOptional(),
  /** The pods that scrape; without it no policy opens the metrics. */
  from: PodSelector.exactOptional(),
})

/** The address of a proxy. Whoever may look at the pods sees it, so it holds no password. */
const proxyUrl = z
  .url({ protocol: /^https?$/ })
  .refine((url) => !url.includes('@'), 'a proxy without user and password, such as http://proxy.example.com:3128')

export const Site = z.strictObject({
  /** A registry that holds the images under their public paths, such as `registry.example:5000/mirror`. */
  registry: registry.exactOptional(),
  pullSecrets: z.array(objectName).exactOptional(),
  namespace: id.exactOptional(),
  storageClass: z
    .strictObject({
      default: objectName.exactOptional(),
      standard: objectName.exactOptional(),
      fast: objectName.exactOptional(),
      archive: objectName.exactOptional(),
      /** By what the data is worth: wins over the speeds above. */
      'must-back-up': objectName.exactOptional(),
      'slow-to-rebuild': objectName.exactOptional(),
      disposable: objectName.exactOptional(),
      /** By the id of a volume: wins over all of these. */
      volumes: z.record(id, objectName).exactOptional(),
    })
    .exactOptional(),
  /** Volumes that are there already, by the id of the product's volume: a claim, or the name of a Docker volume. */
  claims: z.record(id, z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,252}$/, 'the name of a volume')).exactOptional(),
  /** What brings traffic to published ports on Kubernetes. */
  ingress: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('ingress'),
        class: objectName.exactOptional(),
        annotations: annotations.exactOptional(),
        tls: SiteTls.exactOptional(),
        /** The controller's pods; without it published ports are open to all. */
        from: PodSelector.exactOptional(),
      }),
      z.strictObject({
        kind: z.literal('gateway'),
        name: objectName,
        namespace: objectName.exactOptional(),
        section: objectName.exactOptional(),
        annotations: annotations.exactOptional(),
        from: PodSelector.exactOptional(),
      }),
      /** The services themselves, with ports of the nodes or of a load balancer; TLS is not ended then. */
      z.strictObject({
        kind: z.literal('service'),
        type: z.enum(['NodePort', 'LoadBalancer']),
        annotations: annotations.exactOptional(),
      }),
      z.strictObject({ kind: z.literal('none') }),
    ])
    .exactOptional(),
  /** Where the edge, and what no HTTP proxy can route, listens on a Docker host. */
  publish: z
    .strictObject({
      address: z.union([z.ipv4(), z.ipv6()], 'an address of the machine such as 127.0.0.1').exactOptional(),
      http: z.int().min(0).max(65535).exactOptional(),
      https: z.int().min(1).max(65535).exactOptional(),
      /** Of TCP and UDP ports, by `<service>/<port>`; each has its own number unless it is here. */
      ports: z.record(text, z.int().min(1).max(65535)).exactOptional(),
    })
    .refine(({ http = 80, https = 443 }) => http !== https, 'two different ports for http and https')
    .exactOptional(),
  /** The folder on a Docker host that holds the secrets; absolute, outside of the output. */
  secretsFolder: z.string().startsWith('/').exactOptional(),
  placement: Placement.exactOptional(),
  serviceAccount: z.strictObject({ annotations }).exactOptional(),
  /** `fixed`: the ids that the product names; `platform`: the cluster gives them, as OpenShift does. */
  users: z.enum(['fixed', 'platform']).exactOptional(),
  /** The way out. What stays inside is never sent to it: names of the product and of bundled parts are derived. */
  proxy: z
    .strictObject({
      http: proxyUrl.exactOptional(),
      https: proxyUrl.exactOptional(),
      /** Further names, domains and ranges that are reached without it. */
      except: z.array(z.string().regex(/^[^\s,]+$/, 'one name, domain or range')).exactOptional(),
    })
    .refine(({ http, https }) => (http ?? https) !== undefined, 'http, https or both')
    .exactOptional(),
  certificateAuthority: CertificateAuthority.exactOptional(),
  monitoring: SiteMonitoring.exactOptional(),
  /** Where names outside of the cluster lead: by dependency, or by the host of an egress. Unset: any address, that port. */
  ranges: z.record(text, z.array(addressRange).min(1)).exactOptional(),
  labels: siteLabels.exactOptional(),
})

/** Where a value is already: in a Secret of the cluster, in a file of a Docker host, or in both for two targets. */
const ExistingSecret = z
  .strictObject({
    name: objectName.exactOptional(),
    /** The name of the part unless it says otherwise: `value`, `tls.crt`, `private.pem` … */
    key: z
      .string()
      .regex(/^[-._a-zA-Z0-9]{1,253}$/, 'a key of letters, digits, "-", "_" and "."')
      .exactOptional(),
    /** A file on a Docker host, absolute. */
    file: z
      .string()
      .regex(/^\/[^\0\n]*$/, 'the absolute path of a file')
      .exactOptional(),
  })
  .refine(({ name, file }) => name !== undefined || file !== undefined, 'the name of a Secret, or a file')
  .refine(({ name, key }) => key === undefined || name !== undefined, 'the name of the Secret that has the key')

const imageReference = z
  .string()
  .refine((reference) => parseImage(reference) !== undefined, 'an image such as registry.example.com/tools:1.2')

/** Where secret values come from; no value is ever in here. */
export const secretSources = ['precreated', 'externalSecrets', 'existing', 'job'] as const
export const SecretChoices = z.strictObject({
  source: z.enum(secretSources).exactOptional(),
  versions: z.record(id, z.int().positive()).exactOptional(),
  /** `externalSecrets`: the store of the External Secrets Operator that holds `<prefix><secret id>-v<N>`. */
  store: z
    .strictObject({
      name: objectName,
      kind: z.enum(['SecretStore', 'ClusterSecretStore']).exactOptional(),
      prefix: text.exactOptional(),
      /** The property of a single value, for stores that hold maps, such as `value` in Vault; parts have their own names. */
      property: text.exactOptional(),
    })
    .exactOptional(),
  /**
   * `existing`: what is there already, by secret id, `<secret id>/<part>`, or `<service>/<variable or path>` of a composed
   * value.
   */
  existing: z.record(text, ExistingSecret).exactOptional(),
  /** `job`: an image with a POSIX shell, openssl and kubectl that makes the secrets inside of the cluster. */
  job: z.strictObject({ image: imageReference }).exactOptional(),
})

export const Overlay = z.strictObject({
  at: text,
  /** The value that the patch was made against. */
  base: z.json().exactOptional(),
  set: z.json(),
  reason: text.exactOptional(),
})

export const InstanceDefinition = z.strictObject({
  schema: z.literal(instanceSchemaVersion),
  id,
  product: id,
  version: text.exactOptional(),
  target: id.exactOptional(),
  delivery: z.enum(['waybill', 'helm', 'gitops', 'manual']).exactOptional(),
  profile: id.exactOptional(),
  load: z.record(id, amount).exactOptional(),
  settings: z.record(id, z.record(id, z.json())).exactOptional(),
  features: z.record(id, z.boolean()).exactOptional(),
  dependencies: z.record(id, DependencyChoice).exactOptional(),
  secrets: SecretChoices.exactOptional(),
  sizes: z.record(id, SizeOverride).exactOptional(),
  site: Site.exactOptional(),
  overlays: z.array(Overlay).exactOptional(),
})

export type Site = z.infer<typeof Site>
export type PodSelector = z.infer<typeof PodSelector>
export type Placement = z.infer<typeof Placement>
export type SecretChoices = z.infer<typeof SecretChoices>
export type Overlay = z.infer<typeof Overlay>
export type SizeOverride = z.infer<typeof SizeOverride>
export type InstanceDefinition = z.infer<typeof InstanceDefinition>
