import { type Json, type When, problem } from '@waybill/model'
import { externalSecretsFile, secretsJobFile } from '../secrets/scripts.ts'
import { guardItems } from '../late/guards.ts'
import { type Context, type Pod, membersOf } from './context.ts'
import { edgeObjects } from './edge.ts'
import { configMapsOf } from './files.ts'
import { controlCharacters } from './controls.ts'
import type { Manifest } from './manifest.ts'
import { policiesOf } from './policies.ts'
import { metricsOf } from './ports.ts'
import { rawObjects } from './raw.ts'
import { externalSecrets } from './secrets/external-secrets.ts'
import { secretsJob } from './secrets/job.ts'
import { servicesOf } from './services.ts'
import { disruptionBudgetOf, workloadOf } from './workloads.ts'

/** Objects that stand in one file, with what has to hold for them to be there. */
export interface ObjectFile {
  readonly path: string
  readonly when?: When
  /** What it is about, for people. */
  readonly about?: string
  readonly documents: readonly Json[]
}

/** All objects, by file; a service called like a file of ours shares it. */
export function objectFiles(context: Context): readonly ObjectFile[] {
  const policies = policiesOf(context)
  const objects: (ObjectFile & { readonly documents: readonly Manifest[] })[] = [
    ...context.pods.map((pod) => ({
      path: fileOf(pod),
      when: pod.main.when,
      about: pod.main.does,
      documents: objectsOf(pod, policies, context),
    })),
    { path: 'edge.yaml', documents: [...edgeObjects(context)] },
  ]
  const shared = context.site.instanceObjects()
  if (shared.length > 0) objects.push({ path: 'service-account.yaml', documents: [...shared] })
  if (context.uses.controlCharacters) {
    objects.push({ path: 'control-characters.yaml', documents: [controlCharacters(context)] })
  }
  objects.push(...secretObjects(context))
  if (!context.stage.late) {
    checkNames(
      objects.flatMap(({ documents }) => documents),
      context,
    )
  }
  return [...objects, { path: 'raw.yaml', documents: rawObjects(context) }].filter(
    ({ documents }) => documents.length > 0,
  )
}

/** What makes the secrets, where that is part of what is applied. */
function secretObjects(context: Context): { readonly path: string; readonly documents: Manifest[] }[] {
  const { secretSource } = context.deployment
  switch (secretSource.source) {
    case 'externalSecrets':
      return [{ path: externalSecretsFile, documents: externalSecrets(secretSource.store, context) }]
    case 'job':
      return [{ path: secretsJobFile, documents: secretsJob(secretSource.image, context) }]
    default:
      return []
  }
}

const fileOf = ({ main: { id } }: Pod): string => (id === 'kustomization' ? 'kustomization.service.yaml' : `${id}.yaml`)

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
    ...context.site.monitors(metricsOf(pod), pod),
  ]
}

const neededConfigMaps = (pod: Pod, context: Context): Manifest[] =>
  membersOf(pod).flatMap((service) =>
    guardItems(context.stage.under(service.when, pod.main.when), configMapsOf(service, context)),
  )

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
