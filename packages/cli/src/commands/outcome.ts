import { type Outcome, WaybillError } from '@waybill/model'

/** Work that throws the problems that it finds, as an outcome. */
export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work(), warnings: [] }
  } catch (error) {
    if (error instanceof WaybillError) return { ok: false, problems: error.problems }
    throw error
  }
}
