/** One or more lines on standard output: results. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** One or more lines on standard error: problems and remarks. */
export function printError(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A result for machines: one JSON document on standard output. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** One of several results for machines: a document on a line of its own. */
export function printJsonLine(value: unknown): void {
  print(JSON.stringify(value))
}

/** Ends a command that was called in a wrong way: says why and gives the exit code. */
export function wrongUsage(message: string): number {
  printError(`error: ${message}`)
  return 2
}
