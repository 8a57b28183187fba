import { type Problem, problem } from '../errors/problem.ts'

/** Whether this version can read data of this format; a newer format is refused before anything else is looked at. */
export function checkSchemaVersion(data: unknown, known: number, file: string): Problem | undefined {
  const found = typeof data === 'object' && data !== null ? (data as { schema?: unknown }).schema : undefined
  if (typeof found === 'number' && Number.isInteger(found) && found > known) {
    return problem('WB3001', ['schema'], { file, found, known })
  }
  if (found === known) return undefined
  const shown = found === undefined ? 'nothing' : (JSON.stringify(found) ?? typeof found)
  return problem('WB3002', ['schema'], { file, found: shown })
}
