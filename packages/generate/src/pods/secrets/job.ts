import { jobName, kubernetesSecretsScript } from '../../secrets/scripts.ts'
import type { Context } from '../context.ts'
import { manifest, objectLabels } from '../labels.ts'
import type { Block, Manifest } from '../manifest.ts'

/** How long a finished run stays to be looked at, in seconds; one that is applied again finds everything there. */
const keptFor = 86_400

/** A cluster that is not ready yet, or a value that somebody brings later, is waited for by trying again. */
const tries = 100

const scriptFolder = '/waybill'

/**
 * A Job that runs `secrets.sh` inside of the cluster, with an account that may read the Secrets of this instance and make
 * new ones, in its namespace only. Another script is another Job.
 */
export function secretsJob(image: string, context: Context): Manifest[] {
  const { deployment, stage } = context
  const text = kubernetesSecretsScript(context.secrets, deployment)
  const script = `${jobName}-${stage.name(text)}`
  const template = podTemplate(image, script, context)
  const name = `${jobName}-${stage.name([text, template])}`
  noteBrought(context)
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', name: jobName }
  return [
    manifest(context, account, { automountServiceAccountToken: false }),
    manifest(
      context,
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', name: jobName },
      {
        rules: [
          // Kubernetes cannot limit by name what may be created
          { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
          { apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: objectsOf(context) },
        ],
      },
    ),
    manifest(
      context,
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', name: jobName },
      {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: jobName },
        subjects: [{ kind: 'ServiceAccount', name: jobName, namespace: deployment.instance.namespace }],
      },
    ),
    manifest(
      context,
      { apiVersion: 'v1', kind: 'ConfigMap', name: script },
      { immutable: true, data: { 'secrets.sh': text } },
    ),
    policy(context),
    manifest(
      context,
      { apiVersion: 'batch/v1', kind: 'Job', name },
      { spec: { backoffLimit: tries, ttlSecondsAfterFinished: keptFor, template } },
    ),
  ]
}

const objectsOf = ({ secrets: { base, existing, composed } }: Context): string[] =>
  [
    ...new Set([
      ...base.flatMap(({ keys }) => Object.values(keys).map(({ object }) => object)),
      ...existing.map(({ at }) => at.object),
      ...composed.map(({ object }) => object),
    ]),
  ].toSorted()

const selector = ({ deployment: { product, instance } }: Context) => ({
  'waybill.dev/product': product.id,
  'waybill.dev/instance': instance.id,
  'waybill.dev/step': 'secrets',
})

function podTemplate(image: string, script: string, context: Context): Block {
  const { site } = context
  const user = { uid: 65532, gid: 65532 }
  return {
    metadata: { labels: { ...objectLabels(context), ...selector(context) } },
    spec: {
      ...site.podSpec(jobName),
      serviceAccountName: jobName,
      automountServiceAccountToken: true,
      enableServiceLinks: false,
      restartPolicy: 'OnFailure',
      securityContext: {
        runAsNonRoot: true,
        ...site.podUser({ id: jobName, user }),
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'secrets',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', `${scriptFolder}/secrets.sh`],
          env: [
            { name: 'HOME', value: '/tmp' },
            { name: 'TMPDIR', value: '/tmp' },
          ],
          resources: {
            requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '1Mi' },
            limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [
            { name: 'script', mountPath: scriptFolder, readOnly: true },
            { name: 'work', mountPath: '/tmp' },
          ],
        },
      ],
      volumes: [
        { name: 'script', configMap: { name: script, defaultMode: 0o444 } },
        { name: 'work', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
      ],
    },
  }
}

/** The API server is asked by its address, so not even names are looked up. */
function policy(context: Context): Manifest {
  const server = { from: jobName, host: 'kubernetes.default.svc', at: 'secrets/job', range: 'kubernetes' }
  return manifest(
    context,
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: jobName },
    {
      spec: {
        podSelector: { matchLabels: selector(context) },
        policyTypes: ['Ingress', 'Egress'],
        // of the Service, and of what usually stands behind it: policies see the one or the other
        egress: [...context.site.outsideRules([443, 6443].map((port) => ({ ...server, port })))],
      },
    },
  )
}

/** Nobody can make up what a customer has to bring. */
function noteBrought({ secrets, lose }: Context): void {
  for (const { id, brought } of secrets.base) {
    if (!brought) continue
    lose({
      loss: 'secrets.job',
      at: `secrets/${id}`,
      severity: 'note',
      reason: 'The value has to be brought, so the Job waits for it, and so does whoever reads it.',
      workaround: `Run \`sh base/secrets.sh --from ${id}=FILE\` once, before or after the Job is there.`,
    })
  }
}
