// Which programs of the engines are on this machine: to check an output without running it, and to run it.
import { spawnSync } from 'node:child_process'

type Command = readonly [string, ...string[]]

interface EngineProgram {
  /** Checks an output in the working directory without running it. */
  readonly check: Command
  /** Succeeds only where `check` can run. */
  readonly probe: Command
  /** Succeeds only where an engine answers. */
  readonly answers: Command
}

const programs: Readonly<Record<string, EngineProgram>> = {
  compose: {
    check: ['docker', 'compose', 'config', '--quiet'],
    // without the plugin `docker compose --help` shows the help of docker and succeeds
    probe: ['docker', 'compose', 'version'],
    answers: ['docker', 'info'],
  },
  kubernetes: {
    check: ['kubectl', 'kustomize', '.'],
    probe: ['kubectl', 'kustomize', '--help'],
    answers: ['kubectl', 'version', '--request-timeout=3s'],
  },
  helm: {
    check: ['helm', 'lint', '--strict', '--quiet', 'base/chart', '--values', 'base/values.yaml'],
    probe: ['helm', 'version'],
    answers: ['kubectl', 'version', '--request-timeout=3s'],
  },
  docker: {
    check: ['sh', '-n', 'up.sh'],
    probe: ['sh', '-c', ':'],
    answers: ['docker', 'info'],
  },
  single: {
    check: ['sh', '-n', 'base/up.sh'],
    probe: ['sh', '-c', ':'],
    answers: ['docker', 'info'],
  },
}

/** The program that checks outputs of a target, and whether it is there. */
export function checkerOf(target: string): { readonly command: Command; readonly isInstalled: boolean } | undefined {
  const program = programs[target]
  return program && { command: program.check, isInstalled: succeeds(program.probe) }
}

/** Whether an output of a target could be run from here. */
export function engineAnswers(target: string): boolean {
  const program = programs[target]
  return program !== undefined && succeeds(program.probe) && succeeds(program.answers)
}

const succeeds = ([program, ...args]: Command): boolean =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 10_000 }).status === 0
