import { type SpawnOptions, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Finished {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a program to its end; never throws for an exit code. */
export function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly input?: string } = {},
): Promise<Finished> {
  const { input, ...rest } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...rest })
    let [out, err] = ['', '']
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.on('error', reject).on('close', (code) => resolve({ code: code ?? -1, out, err }))
    // a program that ends without reading its input is no failure of ours
    child.stdin!.on('error', () => undefined).end(input ?? '')
  })
}

/** Runs a program that has to succeed and gives what it prints. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly input?: string } = {},
): Promise<string> {
  const { code, out, err } = await run(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${out}\n${err}`)
  return out
}

/** Asks until there is an answer; fails with the last error after so many seconds. */
export async function until<T>(seconds: number, ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > end) throw error
      await sleep(500)
    }
  }
}
