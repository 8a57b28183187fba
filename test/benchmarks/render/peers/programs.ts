import { spawnSync } from 'node:child_process'

/** What a program prints, or why it did not run. */
export function ask(
  command: string,
  ...args: readonly string[]
): { readonly text: string } | { readonly missing: string } {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (error) return { missing: `${command} is not installed` }
  if (status !== 0) return { missing: `${command} ${args.join(' ')} failed: ${stderr.trim()}` }
  return { text: stdout.trim() }
}

/** The version of a program by its own word. */
export function versionOf(
  command: string,
  args: readonly string[],
  pattern: RegExp,
): { readonly version: string } | { readonly missing: string } {
  const answer = ask(command, ...args)
  if ('missing' in answer) return answer
  const version = pattern.exec(answer.text)?.[1]
  return version === undefined ? { missing: `${command} does not say its version` } : { version }
}
