import type { Json } from '@waybill/model'
import { secretReference } from '../../secrets/reference.ts'
import type { ObservedService } from '../../target.ts'
import type { Context } from '../context.ts'
import { characterOf, fromBase64 } from '../control-text.ts'
import { factOf, helperSource } from '../env.ts'
import { unescapeExpansion } from '../expansion.ts'
import { readBytes, readCpu } from '../quantities.ts'
import { waitedFor } from '../waits.ts'
import { type Members, at, listAt, membersAt, textAt, textsAt } from './read.ts'
import type { Workload } from './workloads.ts'

/** A service as its container says it. */
export function observeService(
  container: Json,
  workload: Workload,
  documents: readonly Json[],
  context: Context,
): ObservedService {
  const env = listAt(container, 'env')
  const facts = new Map(
    env.flatMap((variable) => {
      const fact = factOf(at(variable, 'valueFrom'))
      return fact === undefined ? [] : [[textAt(variable, 'name'), `runtime:${fact}`] as const]
    }),
  )
  const seen = (text: string) =>
    context.addresses.unspell(unescapeExpansion(text, (name) => characterOf(name) ?? facts.get(name) ?? `$(${name})`))
  const limits = membersAt(container, 'resources', 'limits')
  return {
    image: textAt(container, 'image'),
    replicas: Number(textAt(workload.object, 'spec', 'replicas') || 1),
    command: textsAt(container, 'command').map(seen),
    args: textsAt(container, 'args').map(seen),
    env: Object.fromEntries(
      env.filter(isDeclared).map((variable) => [textAt(variable, 'name'), valueOf(variable, seen, context)]),
    ),
    files: filesOf(container, workload, documents, context),
    ports: listAt(container, 'ports').map((port) => Number(textAt(port, 'containerPort'))),
    health: healthOf(container),
    mounts: dataMountsOf(container, workload, context),
    user: userOf(container, workload),
    readOnlyRoot: at(container, 'securityContext', 'readOnlyRootFilesystem') === true,
    needs: needsOf(container, workload, context),
    memoryLimit: readBytes(textAt(limits, 'memory')),
    cpuLimit: readCpu(textAt(limits, 'cpu')),
  }
}

const isDeclared = (variable: Json): boolean => helperSource(textAt(variable, 'name')) === undefined

function valueOf(variable: Json, seen: (text: string) => string, context: Context): string {
  const fact = factOf(at(variable, 'valueFrom'))
  if (fact !== undefined) return `runtime:${fact}`
  const key = membersAt(variable, 'valueFrom', 'secretKeyRef')
  return 'name' in key
    ? secretReference(
        { object: textAt(key, 'name'), key: textAt(key, 'key') },
        context.secrets,
        context.addresses.unspell,
      )
    : seen(textAt(variable, 'value'))
}

function filesOf(
  container: Json,
  { pod }: Workload,
  documents: readonly Json[],
  { addresses }: Context,
): Record<string, string> {
  const configMaps = new Map(
    documents
      .filter((each) => textAt(each, 'kind') === 'ConfigMap')
      .map((each) => [
        textAt(each, 'metadata', 'name'),
        { ...membersAt(each, 'data'), ...decoded(membersAt(each, 'binaryData')) },
      ]),
  )
  const volumes = new Map(
    listAt(pod, 'volumes').map((volume) => [textAt(volume, 'name'), textAt(volume, 'configMap', 'name')]),
  )
  return Object.fromEntries(
    listAt(container, 'volumeMounts').flatMap((mount) => {
      const data: Members | undefined = configMaps.get(volumes.get(textAt(mount, 'name')) ?? '')
      return data ? [[textAt(mount, 'mountPath'), addresses.unspell(textAt(data, textAt(mount, 'subPath')))]] : []
    }),
  )
}

const decoded = (data: Members): Members =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, fromBase64(textAt(value))]))

const dataMountsOf = (container: Json, { object, pod }: Workload, { volumes }: Context): Record<string, string> => {
  const claims = new Set([
    ...listAt(object, 'spec', 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name')),
    ...listAt(pod, 'volumes')
      .filter((volume) => at(volume, 'persistentVolumeClaim') !== undefined)
      .map((volume) => textAt(volume, 'name')),
  ])
  const mounts = listAt(container, 'volumeMounts').filter(
    (mount) => claims.has(textAt(mount, 'name')) && volumes.has(textAt(mount, 'name')),
  )
  return Object.fromEntries(mounts.map((mount) => [textAt(mount, 'mountPath'), textAt(mount, 'name')]))
}

function healthOf(container: Json): string {
  const probe = at(container, 'readinessProbe')
  if (probe === undefined) return 'none'
  if (at(probe, 'httpGet') !== undefined)
    return `http ${textAt(probe, 'httpGet', 'path')} ${textAt(probe, 'httpGet', 'port')}`
  if (at(probe, 'tcpSocket') !== undefined) return `tcp ${textAt(probe, 'tcpSocket', 'port')}`
  if (at(probe, 'grpc') !== undefined)
    return ['grpc', textAt(probe, 'grpc', 'service'), textAt(probe, 'grpc', 'port')].filter(Boolean).join(' ')
  return `exec ${textsAt(probe, 'exec', 'command').join(' ')}`
}

function userOf(container: Json, { pod }: Workload): string {
  const id = (key: string) => textAt(container, 'securityContext', key) || textAt(pod, 'securityContext', key)
  return `${id('runAsUser')}:${id('runAsGroup')}`
}

/** What runs before a container of the pod: jobs of its own, and waits for others. */
function needsOf(container: Json, { inits }: Workload, { services }: Context): string[] {
  const position = inits.indexOf(container)
  const before = position === -1 ? inits : inits.slice(0, position)
  const needs = before.map((init) => {
    const name = textAt(init, 'name')
    const other = waitedFor(name, services) ?? name
    return services.get(other)?.kind === 'job' ? `completed(${other})` : `healthy(${other})`
  })
  return [...new Set(needs)].toSorted()
}
