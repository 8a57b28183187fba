import {
  type DeployedService,
  type Json,
  type JsonTemplate,
  type LateDeployment,
  type OpenValues,
  type ProductDefinition,
  type Value,
  isOperation,
  mapTemplate,
  opposite,
} from '@waybill/model'
import { eachItems, environmentMembers, shared } from '../../late/guards.ts'
import { mark, nameOf } from '../../late/open.ts'
import { isOpen, spellLate } from '../../late/spell-late.ts'
import { type Spelling, spell, spellTemplate } from '../../spelling.ts'
import type { Stage } from '../../pods/stage.ts'
import { byteQuantity } from '../../pods/quantities.ts'
import { isReplaced } from './service-values.ts'
import { lateSecretKey } from './late-secrets.ts'
import { lateSite } from './late-site.ts'

/** An open number: passed on as it is, and read back where the tree is printed. */
const openNumber = (text: string): number => text as unknown as number

/** How what a chart leaves open is written into a late deployment. */
export const openValues: OpenValues = {
  text: (value) => mark({ open: 'text', value, pipes: [] }),
  number: (value) => (typeof value === 'number' ? value : openNumber(mark({ open: 'value', value }))),
  urlHost: (setting) => mark({ open: 'urlHost', setting }),
  urlPort: (setting) => openNumber(mark({ open: 'urlPort', setting })),
  secretVersion: (secret) => openNumber(mark({ open: 'secretVersion', secret })),
  instance: mark({ open: 'release', part: 'name' }),
  namespace: mark({ open: 'release', part: 'namespace' }),
}

/** Whether customers say how many copies of a service run. */
export const isScalable = ({ kind, singleton }: DeployedService): boolean =>
  (kind === 'stateless' || kind === 'sharded') && !singleton

/** The stage of a chart: settings, features, modes, sizes and the site are open. */
export const lateStage = (late: LateDeployment, product: ProductDefinition): Stage => ({
  late: true,
  under: late.conditions.under,
  text: (value, spelling, pipes) =>
    isOpen(value) ? spellLate(value, { spelling, spell, pipes }) : spell(value, spelling),
  json: (value, spelling) => lateJson(value, spelling),
  replicas: (service) =>
    isScalable(service)
      ? mark({ open: 'size', size: { of: 'service', id: service.id, what: 'replicas' } })
      : service.replicas,
  atLeast: (service, copies) =>
    isScalable(service)
      ? { op: 'compare', left: { op: 'replicas', service: service.id }, is: 'atLeast', right: copies }
      : service.replicas >= copies
        ? undefined
        : false,
  quantity: (size, known, most) =>
    // nobody is asked about local disk
    size.what === 'ephemeral'
      ? byteQuantity(Math.min(known, most ?? known))
      : mark({ open: 'size', size, ...(most !== undefined && { most }) }),
  eachShard: (service, item) => eachItems(service.id, [withShard(item(anyShard))]),
  name: nameOf,
  // claims of their own would go with the release
  kept: { 'helm.sh/resource-policy': 'keep' },
  environment: environmentMembers,
  untouched: (service, variable) => opposite(isReplaced(service, variable)),
  shared,
  secretKey: (deployment, addresses) => lateSecretKey(deployment, addresses, product),
  site: (context) => lateSite(context, late),
})

/** Stands for the number of a shard while its item is made. */
const anyShard = 987_654_321

/** The same tree with the number of the shard open. */
function withShard<T extends Json>(tree: T): T {
  const change = (value: Json): Json => {
    if (typeof value === 'string') return value.split(String(anyShard)).join(mark({ open: 'shard' }))
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(change)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, change(each)]))
  }
  return change(tree) as T
}

/** JSON whose open leaves are marks: whole values of their own type where they stand alone. */
function lateJson(value: JsonTemplate, spelling: Spelling): Json {
  return mapTemplate(value, (leaf: Value) => {
    if (!isOpen(leaf)) return spellTemplate(leaf, spelling) as never
    const isText =
      isOperation(leaf) &&
      (leaf.op === 'concat' || leaf.op === 'join' || leaf.op === 'percentEncode' || leaf.op === 'json')
    return isText ? spellLate(leaf, { spelling, spell, pipes: [] }) : mark({ open: 'value', value: leaf })
  }) as Json
}
