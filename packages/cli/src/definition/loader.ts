// Runs in a process of its own: imports one definition under a clock, chance and environment that are not the machine's,
// and sends what it exports. Imports nothing of ours, so that the definition's own @waybill/model is the one that counts.
import { registerHooks } from 'node:module'

/** What the parent gets, as JSON. */
export type Loaded =
  | { readonly definition: unknown; readonly origins: unknown; readonly files: readonly string[] }
  | { readonly problems: unknown; readonly origins: unknown }
  | { readonly refused: string }

const [, , url = '', run = 'first'] = process.argv
const files: string[] = []

// no word of this machine is for the definition
delete process.env['NODE_COMPILE_CACHE']
registerHooks({
  load(name, context, next) {
    if (name.startsWith('file:') && !name.includes('/node_modules/')) files.push(name)
    return next(name, context)
  },
})
shiftClock(run === 'first' ? Date.UTC(2001, 1, 3, 4, 5, 6) : Date.UTC(2034, 10, 9, 18, 17, 16))
shiftChance(run === 'first' ? 0 : 0.5)

const loaded = await load()
process.send?.(loaded, undefined, undefined, () => process.exit(0))

async function load(): Promise<Loaded> {
  let exported: unknown
  try {
    exported = ((await import(url)) as { default?: unknown }).default
  } catch (error) {
    if (isWaybillError(error)) return { problems: error.problems, origins: originsOf(error) }
    throw error
  }
  if (exported === undefined) return { refused: 'The file has no default export.' }
  const origins = originsOf(exported)
  if (origins === undefined) return { refused: 'The default export is not a product: it was not made by product(…).' }
  return { definition: exported, origins, files }
}

function originsOf(exported: unknown): unknown {
  if (typeof exported !== 'object' || exported === null) return undefined
  return (exported as { [key: symbol]: unknown })[Symbol.for('waybill.origins')]
}

function isWaybillError(error: unknown): error is Error & { problems: unknown } {
  return error instanceof Error && error.name === 'WaybillError' && 'problems' in error
}

/** The two runs live in different years, months, hours and days of the week; time passes as usual. */
function shiftClock(start: number): void {
  const Real = Date
  const offset = start - Real.now()
  const now = () => Real.now() + offset
  globalThis.Date = new Proxy(Real, {
    construct: (target, args: unknown[], self) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, self) as object,
    apply: () => new Real(now()).toString(),
    get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
  })
}

/** The two runs draw from different halves, so that a comparison with one half always shows. */
function shiftChance(from: number): void {
  const real = Math.random
  Math.random = () => from + real() / 2
}
