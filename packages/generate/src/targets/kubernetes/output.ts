import type { Json } from '@waybill/model'
import type { Context } from '../../pods/context.ts'
import type { ObjectFile } from '../../pods/object-files.ts'
import { kubernetesSecretsScript } from '../../secrets/scripts.ts'
import type { OutputFile } from '../../target.ts'

/** The folder: `base/` is ours, `custom/` is the customer's and includes it, the root is what is applied. */
export function filesOf(objects: readonly ObjectFile[], context: Context): OutputFile[] {
  const files = byPath(objects)
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

/** A service called like a file of ours shares it. */
function byPath(files: readonly { readonly path: string; readonly documents: readonly Json[] }[]): Map<string, Json[]> {
  const merged = new Map<string, Json[]>()
  for (const { path, documents } of files) merged.set(path, [...(merged.get(path) ?? []), ...documents])
  return merged
}

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
