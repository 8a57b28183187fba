import type { Deployment } from '@waybill/model'
import { type Context, makeContext } from './context.ts'
import { type ObjectFile, objectFiles } from './object-files.ts'
import type { KubernetesOptions } from './options.ts'

interface Objects {
  readonly context: Context
  readonly files: readonly ObjectFile[]
}

const known = new WeakMap<Deployment, Map<string, Objects>>()

/** The objects of a deployment, made once for all targets that ask with the same options. */
export function concreteObjects(deployment: Deployment, options: KubernetesOptions): Objects {
  const ofDeployment = known.get(deployment) ?? new Map<string, Objects>()
  known.set(deployment, ofDeployment)
  const key = JSON.stringify([options.versions, options.gateway])
  const before = ofDeployment.get(key)
  if (before) return before
  const context = makeContext(deployment, options)
  const made = { context, files: objectFiles(context) }
  ofDeployment.set(key, made)
  return made
}
