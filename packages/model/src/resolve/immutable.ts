import { type Problem, problem } from '../errors/problem.ts'
import { isOperation } from '../expressions/expression.ts'
import { describe } from '../expressions/print.ts'
import { presentNames } from '../instance/moves.ts'
import type { InstanceDefinition } from '../instance/schema.ts'
import { type Json, canonicalJson } from '../json.ts'
import { catalogOf } from '../product/catalog.ts'
import type { ProductDefinition } from '../product/schema.ts'
import { readChoices } from './choices.ts'
import { describeValue } from './setting-values.ts'

/** Settings that cannot change after the installation but differ between two versions of an instance; paths are those of the later one. */
export function checkImmutable(
  product: ProductDefinition,
  before: InstanceDefinition,
  after: InstanceDefinition,
): Problem[] {
  const catalog = catalogOf(product)
  const [first, later] = [before, after].map((instance) => presentNames(product, instance))
  const [old, now] = [first!, later!].map(({ instance }) => readChoices(catalog, instance).choices.settings)
  return [...catalog.settings].flatMap(([id, setting]) => {
    if (!setting.immutable) return []
    const [was, is] = [old!.get(id), now!.get(id)]
    if (canonicalJson(was ?? null) === canonicalJson(is ?? null)) return []
    return [
      problem('WB2012', later!.written(['settings', ...id.split('.')]), {
        what: `The setting ${id}`,
        before: shown(was),
        after: shown(is),
      }),
    ]
  })
}

function shown(value: unknown): string {
  if (value === undefined) return 'not set'
  return isOperation(value) ? describe(value) : describeValue(value as Json)
}
