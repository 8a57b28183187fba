import type { OutputFile } from '../target.ts'
import { edgeService } from './edge.ts'
import { exposureLosses } from './exposures.ts'
import { configFiles } from './files.ts'
import { type Lost, lost } from './losses.ts'
import type { Plan } from './plan.ts'
import { serviceLosses, unitSpecification } from './services.ts'
import { siteLosses } from './site.ts'
import type { Specification } from './specification.ts'
import { storageLosses, volumeLosses } from './storage.ts'
import { ownerSteps } from './volume-owners.ts'

/** Everything that runs, by name, with the files that it reads from the output. */
export interface Parts {
  readonly containers: Readonly<Record<string, Specification>>
  readonly files: readonly OutputFile[]
}

export function partsOf(plan: Plan): Parts {
  const { edgeProxy } = plan.deployment
  const edge = edgeProxy && edgeService(edgeProxy, plan)
  return {
    containers: {
      ...ownerSteps(plan),
      ...Object.fromEntries(plan.units.map((unit) => [unit.name, unitSpecification(unit, plan)])),
      ...(edge && { [edgeProxy.id]: edge.service }),
    },
    files: [...uniqueFiles(plan), ...(edge ? [edge.file] : [])],
  }
}

/** Shards have their files in common unless one of them speaks of the shard. */
function uniqueFiles({ units }: Plan): OutputFile[] {
  const files = new Map<string, OutputFile>()
  for (const { service, texts } of units) {
    for (const { output } of configFiles(service.id, texts)) files.set(output.path, output)
  }
  return [...files.values()]
}

/** What a target of the family cannot express. */
export function containerLosses({ deployment, losses, dialect }: Plan): Lost[] {
  const { services, volumes, rawObjects } = deployment
  const running = services.filter(({ shape }) => shape.containers.shape !== 'absent')
  return [
    ...losses,
    ...running.flatMap((service) => [
      ...serviceLosses(service, dialect),
      ...storageLosses(service),
      ...exposureLosses(service, dialect),
    ]),
    ...(running.some(({ egress }) => egress.length > 0) ? [egressLoss] : []),
    ...volumes.flatMap((volume) => volumeLosses(volume, dialect)),
    ...siteLosses(deployment, dialect),
    ...rawObjects.filter(({ target }) => target === dialect.target).map(({ id }) => rawObjectLoss(id, dialect)),
  ]
}

const egressLoss = lost(
  'network.egress',
  'networks/outside',
  'note',
  'A service that may reach one outside address can reach every other one, too: Docker does not filter what leaves a network.',
  'Limit it on the machine or in the network around it.',
)

const rawObjectLoss = (id: string, { title, custom }: Plan['dialect']): Lost =>
  lost(
    'rawObject',
    `rawObjects/${id}`,
    'unsupported',
    `${title} has no objects beside services, networks and volumes.`,
    `Write it into ${custom}.`,
  )
