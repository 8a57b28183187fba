import { WaybillError } from '@waybill/model'
import { printError } from './print.ts'
import { fail } from './problems.ts'

/** Something that no command expected. Gives the exit code. */
export function reportCrash(error: unknown): number {
  if (error instanceof WaybillError) return fail(error.problems, false)
  printError(`waybill failed in a way that it did not expect. Please report this:\n`)
  printError(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return 1
}
