import type { Deployment, Json } from '@waybill/model'
import { observeContainers } from '../../containers/observe.ts'
import type { Observation, Rendered } from '../../target.ts'
import { unescaped } from './escape.ts'

/** Reads `base/compose.yaml` back. */
export function observe({ files }: Rendered, deployment: Deployment): Observation {
  const content = files.find(({ path }) => path === 'base/compose.yaml')?.content
  const document = content && 'documents' in content ? unescaped(content.documents[0] ?? null) : null
  return observeContainers(isMembers(document) ? document : {}, files, deployment)
}

const isMembers = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
