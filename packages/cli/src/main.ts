import { type Command, CommanderError } from 'commander'
import { makeProgram } from './program.ts'

/**
 * The command line: reads the arguments, runs the command, gives its exit code: 0 done, 1 not done for a reason shown,
 * 2 wrong usage, 3 found problems.
 */
export async function main(args: readonly string[]): Promise<number> {
  let code = 0
  const program: Command = makeProgram((result) => {
    code = result
  })
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const { reportCrash } = await import('./display/crash.ts')
    return reportCrash(error)
  }
}
