import type { Json } from '@waybill/model'
import { mergePatch } from '../../overlays/merge-patch.ts'
import type { Customization, OutputFile, Rendered } from '../../target.ts'
import { textAt } from '../../pods/observe/read.ts'

const removal = { member: null, item: (name: string) => ({ $patch: 'delete', name }) }

/** The overlays of an instance as a kustomize component, one strategic merge patch for each object that they change. */
export function customize(plain: Rendered, patched: Rendered): Customization {
  const before = objectsOf(plain)
  const patches = [...objectsOf(patched)].flatMap(([key, object]) => patchOf(key, before.get(key), object))
  const list = patches.map(({ path }) => ({ path: path.slice('custom/overlays/'.length) }))
  return {
    files: [
      {
        path: 'custom/overlays/kustomization.yaml',
        custom: true,
        content: {
          documents: [{ apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component', patches: list }],
          comment: 'The overlays of instance.yaml as patches of the objects in base/.',
        },
      },
      ...patches,
    ],
    entry: { path: entry, text: `${textOf(plain)}${include}`, add: include },
  }
}

const entry = 'custom/kustomization.yaml'
const include = 'components:\n  - overlays\n'

function textOf({ files }: Rendered): string {
  const file = files.find(({ path }) => path === entry)
  return file && 'text' in file.content ? file.content.text : ''
}

function objectsOf({ files }: Rendered): ReadonlyMap<string, Json> {
  const documents = files.flatMap(({ path, content }) =>
    path.startsWith('base/') && 'documents' in content ? content.documents : [],
  )
  return new Map(documents.map((object) => [`${textAt(object, 'kind')} ${textAt(object, 'metadata', 'name')}`, object]))
}

function patchOf(key: string, before: Json | undefined, after: Json): OutputFile[] {
  const patch = before === undefined ? undefined : mergePatch(before, after, removal)
  if (patch === undefined) return []
  const [kind = '', name = ''] = key.split(' ')
  const { metadata, ...rest } = patch as { readonly metadata?: Json; readonly [key: string]: Json | undefined }
  const object = {
    apiVersion: textAt(after, 'apiVersion'),
    kind,
    metadata: { ...(metadata as object | undefined), name, namespace: textAt(after, 'metadata', 'namespace') },
    ...rest,
  }
  return [
    {
      path: `custom/overlays/${kind.toLowerCase()}-${name}.yaml`,
      custom: true,
      content: { documents: [object] },
    },
  ]
}
