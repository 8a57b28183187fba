import { type Json, problem } from '@waybill/model'
import { kubernetesSecretsScript } from '../../secrets/scripts.ts'
import type { OutputFile } from '../../target.ts'
import { type Context, type Pod, membersOf } from './context.ts'
import { edgeObjects } from './edge.ts'
import { configMapsOf } from './files.ts'
import { controlCharacters } from './controls.ts'
import type { Manifest } from './manifest.ts'
import { policiesOf } from './policies.ts'
import { rawObjects } from './raw.ts'
import { servicesOf } from './services.ts'
import { disruptionBudgetOf, workloadOf } from './workloads.ts'

/** The folder: `base/` is ours, `custom/` is the customer's and includes it, the root is what is applied. */
export function filesOf(context: Context): OutputFile[] {
  const policies = policiesOf(context)
  const objects = [
    ...context.pods.map((pod) => ({ path: fileOf(pod), documents: objectsOf(pod, policies, context) })),
    { path: 'edge.yaml', documents: edgeObjects(context) },
  ]
  if (context.uses.controlCharacters) {
    objects.push({ path: 'control-characters.yaml', documents: [controlCharacters(context)] })
  }
  checkNames(
    objects.flatMap(({ documents }) => documents),
    context,
  )
  const files = byPath([...objects, { path: 'raw.yaml', documents: rawObjects(context) }])
  return [
    { path: 'kustomization.yaml', content: { documents: [kustomization(['custom'])] } },
    { path: 'custom/kustomization.yaml', content: { text: customText(context) }, custom: true },
    { path: 'base/kustomization.yaml', content: { documents: [kustomization([...files.keys()].toSorted())] } },
    ...[...files].map(([path, documents]) => ({ path: `base/${path}`, content: { documents } })),
    {
      path: 'base/secrets.sh',
      content: { text: kubernetesSecretsScript(context.secrets, context.deployment) },
      executable: true,
    },
  ]
}

const fileOf = ({ main: { id } }: Pod): string => (id === 'kustomization' ? 'kustomization.service.yaml' : `${id}.yaml`)

/** Files without documents are left out; a service called like a file of ours shares it. */
function byPath(files: readonly { readonly path: string; readonly documents: readonly Json[] }[]): Map<string, Json[]> {
  const merged = new Map<string, Json[]>()
  for (const { path, documents } of files) {
    if (documents.length > 0) merged.set(path, [...(merged.get(path) ?? []), ...documents])
  }
  return merged
}

/** The objects of a pod in the order in which people read them: what it uses, how it is reached, what runs, what guards it. */
function objectsOf(pod: Pod, policies: ReadonlyMap<string, Manifest>, context: Context): Manifest[] {
  const { claims, workload } = workloadOf(pod, context)
  return [
    ...neededConfigMaps(pod, context),
    ...claims,
    ...servicesOf(pod, context),
    workload,
    ...disruptionBudgetOf(pod, context),
    policies.get(pod.main.id)!,
  ]
}

const neededConfigMaps = (pod: Pod, context: Context): Manifest[] =>
  membersOf(pod).flatMap((service) => configMapsOf(service, context))

const kustomization = (resources: readonly string[]): Json => ({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources,
})

function customText({ pods }: Context): string {
  const example = pods.find(({ main }) => main.kind === 'stateless')?.main.id ?? 'name'
  return `# This folder is yours: it was written once and is never touched again. Add files, patches and transformers here.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../base
# patches:
#   - target: { kind: Deployment, name: ${example} }
#     patch: |-
#       - op: add
#         path: /spec/template/spec/nodeSelector
#         value: { disktype: ssd }
`
}

/** Kubernetes' limit for names that are also names in DNS. */
const longestName = 63

function checkNames(objects: readonly Manifest[], { problems }: Context): void {
  const owners = new Map<string, Manifest>()
  for (const object of objects) {
    const { kind, metadata } = object
    const key = `${kind} ${metadata.name}`
    if (owners.has(key))
      problems.push(
        problem('WB5005', ['services', metadata.name], {
          name: metadata.name,
          first: `A ${kind}`,
          second: `another ${kind}`,
        }),
      )
    owners.set(key, object)
    const limit = kind === 'CronJob' ? 52 : longestName
    if ((kind === 'Service' || kind === 'CronJob') && metadata.name.length > limit) {
      problems.push(
        problem('WB5002', ['services', metadata.name], { name: metadata.name, limit, what: `the name of a ${kind}` }),
      )
    }
  }
}
