import type { Deployment } from '@waybill/model'
import { addressBook } from '../../containers/addresses.ts'
import { configFiles } from '../../containers/files.ts'
import type { Plan, SpelledUnit } from '../../containers/plan.ts'
import { unitSpecification } from '../../containers/services.ts'
import type { Specification } from '../../containers/specification.ts'
import { textsOf } from '../../containers/texts.ts'
import { copyName, isOneShot } from '../../containers/units.ts'
import type { OutputFile } from '../../target.ts'
import type { Entry } from './service-file.ts'

/** Everything that is started under a name of its own. */
export function entriesOf(plan: Plan, containers: Readonly<Record<string, Specification>>): Entry[] {
  const units = new Map(plan.units.map((unit) => [unit.name, unit]))
  return Object.entries(containers).map(([name, specification]): Entry => {
    const unit = units.get(name)
    if (!unit) return { name, copies: 1, specifications: [specification], ...unowned(name, plan.deployment) }
    const [first = specification, ...others] = copiesOf(unit, plan).map((copy, i) => ({
      ...unitSpecification(copy, plan),
      hostname: copyName(name, i + 1),
    }))
    return {
      name,
      does: unit.service.does,
      kind: unit.service.kind === 'cron' ? 'task' : isOneShot(unit.service) ? 'job' : 'container',
      copies: unit.copies,
      specifications: [first, ...others],
    }
  })
}

/** What is no service of the product: the edge, and the steps before services. */
const unowned = (name: string, { edgeProxy }: Deployment): Pick<Entry, 'does' | 'kind'> =>
  name === edgeProxy?.id
    ? { does: 'Routes from the ports of the machine to the services', kind: 'container' }
    : { does: 'Gives the folder of a volume to its owner', kind: 'job' }

/** Configuration that speaks of a single container. */
export const copyFiles = (plan: Plan): OutputFile[] =>
  plan.units.flatMap((unit) =>
    copiesOf(unit, plan).flatMap(({ service, texts }) => configFiles(service.id, texts).map(({ output }) => output)),
  )

/** A unit once for each of its containers, where one of its texts says which one it is; otherwise nothing. */
function copiesOf(unit: SpelledUnit, { deployment, dialect }: Plan): SpelledUnit[] {
  const { facts } = unit.texts
  if (unit.copies <= 1 || !(facts.has('replicaName') || facts.has('replicaIndex'))) return []
  const address = addressBook(deployment)
  return Array.from({ length: unit.copies }, (_, i) => {
    const copy = { ...unit, copy: i + 1 }
    return { ...copy, texts: textsOf(copy, address, dialect) }
  })
}
