import { z } from 'zod'
import type { Json } from '../json.ts'
import { units } from '../units/unit.ts'

/**
 * The expression tree: everything that must still be computed after the build. It is plain JSON, total (every
 * well-typed expression has a value for every instance) and never a closure. A string, number or boolean stands for itself.
 */
export type Expression = string | number | boolean | Operation

/** The forms in which a port's address is written: `http://api:8080`, `api`, `api:8080`, `8080`. */
export const addressForms = ['url', 'host', 'hostPort', 'port'] as const
export type AddressForm = (typeof addressForms)[number]

/** What only the target or the running replica knows. */
export const runtimeFacts = ['target', 'replicaName', 'replicaIndex', 'nodeAddress', 'cpuLimit', 'memoryLimit'] as const
export type RuntimeFact = (typeof runtimeFacts)[number]

/** The units in which a quantity can be written into a text; the number is rounded down to a whole one. */
export const textUnits = ['B', 'KiB', 'MiB', 'GiB', 'kB', 'MB', 'GB', 'cores', 'millicores', 's', 'ms', '%'] as const
export type TextUnit = (typeof textUnits)[number]

export const comparisons = ['below', 'atMost', 'above', 'atLeast'] as const
export type Comparison = (typeof comparisons)[number]

const id = z.string().min(1).max(253)
const lazies: z.ZodLazy[] = []
const lazy = <T>(get: () => z.ZodType<T>): z.ZodType<T> => {
  const made = z.lazy(get)
  lazies.push(made)
  return made
}
const expression = lazy(() => Expression)
const expressions = z.array(expression)

/** JSON with expressions anywhere inside: what `json(…)` prints as text. */
export type JsonTemplate = null | Expression | readonly JsonTemplate[] | { readonly [key: string]: JsonTemplate }

export const Operation = z.discriminatedUnion('op', [
  // known with the instance
  z.strictObject({ op: z.literal('quantity'), unit: z.enum(units), value: z.int() }),
  z.strictObject({ op: z.literal('load'), id }),
  z.strictObject({ op: z.literal('setting'), id }),
  z.strictObject({ op: z.literal('feature'), id }),
  z.strictObject({ op: z.literal('isSet'), setting: id }),
  z.strictObject({ op: z.literal('mode'), dependency: id, is: z.enum(['bundled', 'external', 'operator']) }),
  z.strictObject({ op: z.literal('input'), dependency: id, key: id }),
  z.strictObject({ op: z.literal('output'), dependency: id, name: id }),
  z.strictObject({ op: z.literal('replicas'), service: id }),
  // symbols: each target spells them
  z.strictObject({
    op: z.literal('address'),
    service: id,
    port: id,
    form: z.enum(addressForms),
    path: z.string().exactOptional(),
    shard: z.int().nonnegative().exactOptional(),
  }),
  z.strictObject({
    op: z.literal('addresses'),
    service: id,
    port: id,
    form: z.enum(addressForms),
    path: z.string().exactOptional(),
  }),
  z.strictObject({ op: z.literal('runtime'), fact: z.enum(runtimeFacts) }),
  z.strictObject({ op: z.literal('series'), service: id }),
  z.strictObject({ op: z.literal('probe'), part: z.enum(['url', 'host', 'port']) }),
  z.strictObject({ op: z.literal('secret'), id, part: id.exactOptional() }),
  // text
  z.strictObject({ op: z.literal('concat'), parts: expressions }),
  z.strictObject({ op: z.literal('list'), items: expressions }),
  z.strictObject({ op: z.literal('join'), list: expression, separator: z.string() }),
  z.strictObject({ op: z.literal('json'), value: lazy(() => JsonTemplate) }),
  z.strictObject({ op: z.literal('percentEncode'), value: expression }),
  z.strictObject({ op: z.literal('format'), value: expression, as: z.enum(textUnits) }),
  // choice and truth
  z.strictObject({
    op: z.literal('when'),
    if: expression,
    then: expression,
    else: expression.exactOptional(),
  }),
  z.strictObject({ op: z.literal('all'), of: expressions }),
  z.strictObject({ op: z.literal('any'), of: expressions }),
  z.strictObject({ op: z.literal('not'), of: expression }),
  z.strictObject({ op: z.literal('equals'), left: expression, right: expression }),
  z.strictObject({ op: z.literal('compare'), left: expression, is: z.enum(comparisons), right: expression }),
  // numbers
  z.strictObject({ op: z.literal('sum'), of: expressions }),
  z.strictObject({ op: z.literal('difference'), left: expression, right: expression }),
  z.strictObject({ op: z.literal('times'), value: expression, by: z.number().nonnegative() }),
  z.strictObject({ op: z.literal('least'), of: expressions.min(1) }),
  z.strictObject({ op: z.literal('greatest'), of: expressions.min(1) }),
])

/** The address of a port: of the service as a whole or, with `shard` (from 0), of one of its shards. */
export interface Address {
  readonly op: 'address'
  readonly service: string
  readonly port: string
  readonly form: AddressForm
  readonly path?: string
  readonly shard?: number
}

/** A node of the expression tree. */
export type Operation =
  | { readonly op: 'quantity'; readonly unit: (typeof units)[number]; readonly value: number }
  | { readonly op: 'load' | 'setting' | 'feature'; readonly id: string }
  | { readonly op: 'isSet'; readonly setting: string }
  | { readonly op: 'mode'; readonly dependency: string; readonly is: 'bundled' | 'external' | 'operator' }
  | { readonly op: 'input'; readonly dependency: string; readonly key: string }
  | { readonly op: 'output'; readonly dependency: string; readonly name: string }
  | { readonly op: 'replicas' | 'series'; readonly service: string }
  | Address
  | {
      readonly op: 'addresses'
      readonly service: string
      readonly port: string
      readonly form: AddressForm
      readonly path?: string
    }
  | { readonly op: 'runtime'; readonly fact: RuntimeFact }
  | { readonly op: 'probe'; readonly part: 'url' | 'host' | 'port' }
  | { readonly op: 'secret'; readonly id: string; readonly part?: string }
  /** Data of a map or list setting; only `resolve` makes it, it never stands in a definition. */
  | { readonly op: 'data'; readonly value: Json }
  | { readonly op: 'concat'; readonly parts: readonly Expression[] }
  | { readonly op: 'list'; readonly items: readonly Expression[] }
  | { readonly op: 'join'; readonly list: Expression; readonly separator: string }
  | { readonly op: 'json'; readonly value: JsonTemplate }
  | { readonly op: 'percentEncode'; readonly value: Expression }
  | { readonly op: 'format'; readonly value: Expression; readonly as: TextUnit }
  | { readonly op: 'when'; readonly if: Expression; readonly then: Expression; readonly else?: Expression }
  | { readonly op: 'all' | 'any'; readonly of: readonly Expression[] }
  | { readonly op: 'not'; readonly of: Expression }
  | { readonly op: 'equals'; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'compare'; readonly left: Expression; readonly is: Comparison; readonly right: Expression }
  | { readonly op: 'sum' | 'least' | 'greatest'; readonly of: readonly Expression[] }
  | { readonly op: 'difference'; readonly left: Expression; readonly right: Expression }
  | { readonly op: 'times'; readonly value: Expression; readonly by: number }

export const Expression: z.ZodType<Expression> = z.union([z.string(), z.number(), z.boolean(), Operation])

export const JsonTemplate: z.ZodType<JsonTemplate> = z.union([
  z.null(),
  Expression,
  z.array(lazy(() => JsonTemplate)),
  z
    .record(
      z.string(),
      lazy(() => JsonTemplate),
    )
    .refine((record) => !('op' in record), { error: 'an expression', abort: true }),
])

// Before it first uses a schema, zod looks for cycles in it: once where lazy parts are known, again and again where not.
for (const { _zod } of lazies) void _zod.innerType

/** Whether a JSON value is a node of the expression tree. */
export const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && 'op' in value
