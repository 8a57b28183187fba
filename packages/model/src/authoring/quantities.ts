import type { Unit } from '../units/unit.ts'
import { WaybillError, problem } from '../errors/problem.ts'
import { callLocation } from './origin.ts'
import { type Quantity, term } from './terms.ts'

function quantity<U extends Unit>(unit: U, value: number): Quantity<U> {
  const whole = Math.round(value)
  if (!Number.isSafeInteger(whole) || whole < 0 || Math.abs(value - whole) > 1e-6) {
    const why = `${value} ${unit} in base units is not a whole number that can be held`
    const at = callLocation()
    throw new WaybillError([
      { ...problem('WB1005', [], { text: String(value), why, fix: 'round it' }), ...(at && { at }) },
    ])
  }
  return term({ op: 'quantity', unit, value: whole })
}

/** CPU cores; `cores(0.25)` is 250 millicores. */
export const cores = (n: number): Quantity<'cores'> => quantity('cores', n * 1000)
export const bytes = (n: number): Quantity<'bytes'> => quantity('bytes', n)
export const KiB = (n: number): Quantity<'bytes'> => quantity('bytes', n * 2 ** 10)
export const MiB = (n: number): Quantity<'bytes'> => quantity('bytes', n * 2 ** 20)
export const GiB = (n: number): Quantity<'bytes'> => quantity('bytes', n * 2 ** 30)
export const TiB = (n: number): Quantity<'bytes'> => quantity('bytes', n * 2 ** 40)
export const kB = (n: number): Quantity<'bytes'> => quantity('bytes', n * 1e3)
export const MB = (n: number): Quantity<'bytes'> => quantity('bytes', n * 1e6)
export const GB = (n: number): Quantity<'bytes'> => quantity('bytes', n * 1e9)
export const milliseconds = (n: number): Quantity<'duration'> => quantity('duration', n)
export const seconds = (n: number): Quantity<'duration'> => quantity('duration', n * 1000)
export const minutes = (n: number): Quantity<'duration'> => quantity('duration', n * 60_000)
export const hours = (n: number): Quantity<'duration'> => quantity('duration', n * 3_600_000)
export const days = (n: number): Quantity<'duration'> => quantity('duration', n * 86_400_000)
/** `percent(12.5)` is one eighth. */
export const percent = (n: number): Quantity<'percent'> => quantity('percent', n * 100)

/** The base units of a literal quantity: bytes, millicores, milliseconds, hundredths of a percent; a count as it is. */
export const baseUnits = (amount: number | Quantity<Unit>): number =>
  typeof amount === 'number' ? amount : (amount as unknown as { value: number }).value
