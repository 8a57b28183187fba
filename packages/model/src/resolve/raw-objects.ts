import { type JsonTemplate, isOperation } from '../expressions/expression.ts'
import type { RawObject } from '../product/schema.ts'
import type { Deployment } from './deployment.ts'
import type { Resolver } from './resolver.ts'

type Resolved = Deployment['rawObjects'][number]

/** The custom resources that ask the customer's operators for dependencies, then the product's own objects. */
export function resolveRawObjects(resolver: Resolver): Resolved[] {
  const { product } = resolver.catalog
  const asked = product.dependencies.flatMap(({ id, when, operator }): Resolved[] => {
    if (!operator || resolver.choices.modes.get(id) !== 'operator' || !resolver.holds(when)) return []
    return [resolveRawObject({ ...operator, id, target: 'kubernetes' }, resolver)]
  })
  const own = (product.rawObjects ?? []).filter(({ when }) => resolver.holds(when))
  return [...asked, ...own.map((object) => resolveRawObject(object, resolver))]
}

/** One object, with every leaf as far as it is known. */
export function resolveRawObject(
  { id, target, object, after = [], readyWhen }: Pick<RawObject, 'id' | 'target' | 'object' | 'after' | 'readyWhen'>,
  resolver: Resolver,
): Resolved {
  return { id, target, object: resolveMembers(object, resolver), after, ...(readyWhen && { readyWhen }) }
}

type Members = { readonly [key: string]: JsonTemplate }

/** Every leaf by the choices that were made; a member without a value is left out. */
function resolveMembers(members: Members, resolver: Resolver): Members {
  const resolved = Object.entries(members).map(([key, value]) => [key, resolveTemplate(value, resolver)] as const)
  return Object.fromEntries(resolved.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))
}

function resolveTemplate(value: JsonTemplate, resolver: Resolver): JsonTemplate | undefined {
  if (value === null) return null
  if (typeof value !== 'object' || isOperation(value)) return resolver.value(value)
  if (!Array.isArray(value)) return resolveMembers(value as Members, resolver)
  return value.flatMap((item: JsonTemplate) => {
    const resolved = resolveTemplate(item, resolver)
    return resolved === undefined ? [] : [resolved]
  })
}
