import { type Path, type Problem, problem } from '../errors/problem.ts'
import type { JsonTemplate } from '../expressions/expression.ts'
import type { Catalog } from '../product/catalog.ts'
import type { Dependency } from '../product/schema.ts'
import { nearest } from '../nearest.ts'

/** Whether raw objects are complete and for a target that the product offers. */
export function checkRawObjects({ product }: Catalog): Problem[] {
  return (product.rawObjects ?? []).flatMap(({ id, object, target }) => {
    const path = ['rawObjects', id]
    if (product.targets.some((each) => each.id === target)) return checkObject(object, path)
    return [problem('WB1316', path, { why: `is for "${target}", which the product does not offer` })]
  })
}

function checkObject(object: { readonly [key: string]: JsonTemplate }, path: Path): Problem[] {
  const { apiVersion, kind, metadata } = object as {
    apiVersion?: unknown
    kind?: unknown
    metadata?: { name?: unknown; namespace?: unknown }
  }
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    return [problem('WB1316', path, { why: 'has no apiVersion or kind' })]
  if (typeof metadata?.name !== 'string') return [problem('WB1316', path, { why: 'has no metadata.name' })]
  if (metadata.namespace === undefined) return []
  return [problem('WB1316', path, { why: 'names a namespace, which the instance decides' })]
}

/** Whether what operators run fits the dependencies: modes, inputs and secrets. */
export function checkOperators({ product, secrets }: Catalog): Problem[] {
  return product.dependencies.flatMap((dependency) => [
    ...checkModes(dependency),
    ...(dependency.operator
      ? [
          ...checkObject(dependency.operator.object, ['dependencies', dependency.id, 'operator']),
          ...checkNames(
            dependency,
            'inputs',
            dependency.inputs.map(({ id }) => id),
          ),
          ...checkNames(dependency, 'secrets', [...secrets.keys()]),
        ]
      : []),
  ])
}

function checkModes({ id, modes, operator }: Dependency): Problem[] {
  const path = ['dependencies', id, 'modes']
  const offered = modes.includes('operator')
  if (offered && !operator)
    return [
      problem('WB1318', path, { dependency: id, why: 'offers the mode "operator" and does not say what to ask for' }),
    ]
  if (!offered && operator)
    return [
      problem('WB1318', path, { dependency: id, why: 'says how an operator runs it and does not offer that mode' }),
    ]
  return []
}

function checkNames({ id, operator }: Dependency, list: 'inputs' | 'secrets', known: readonly string[]): Problem[] {
  const kind = list === 'inputs' ? 'input' : 'secret'
  return Object.keys(operator?.[list] ?? {}).flatMap((name) => {
    if (known.includes(name)) return []
    const near = nearest(name, known)
    const path = ['dependencies', id, 'operator', list, name]
    return [problem('WB1201', path, { kind, id: name, ...(near === undefined ? {} : { near }) })]
  })
}
