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
