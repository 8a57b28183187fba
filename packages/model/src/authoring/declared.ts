import { type Origin, callSite } from './origin.ts'
import { declaration, refuseText, term } from './terms.ts'

/** What a handle stands for: the list of the product that it belongs in, its JSON, and where it was written. */
export interface Declared {
  readonly list: 'areas' | 'load' | 'settings' | 'features' | 'secrets' | 'volumes' | 'dependencies' | 'services'
  readonly data: { readonly id: string }
  readonly origin?: Origin
}

/** Makes the declaration of a handle; the call site is that of the public builder. */
export function declared(list: Declared['list'], data: { readonly id: string }): Declared {
  const origin = callSite()
  return origin === undefined ? { list, data } : { list, data, origin }
}

/** The declaration that a value carries, if it is a handle. */
export function declarationOf(value: unknown): Declared | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const found = (value as { [declaration]?: unknown })[declaration]
  return typeof found === 'object' && found !== null && 'list' in found ? (found as Declared) : undefined
}

/** A handle that is no expression: its JSON is only its id. Like expressions, it refuses to become text. */
export const handle = <T>(members: object, declares: Declared): T =>
  Object.freeze(
    Object.defineProperties(
      { ...members },
      {
        [declaration]: { value: declares },
        [Symbol.toPrimitive]: { value: () => refuseText(`"${declares.data.id}"`) },
      },
    ),
  ) as T

export { term }
