import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** A folder that every user may enter. */
export function openFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `waybill-${name}-`))
  chmodSync(folder, 0o755)
  return folder
}

/** Runs `npm run package` itself. */
export function packageInto(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const command = [join(root, 'tools/package/main.ts'), '--out', folder, ...args]
  execFileSync(process.execPath, command, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Unpacks with the system's own tar, and gives the folder that was in the archive. */
export function unpackTar(archive: string, into: string): string {
  execFileSync('tar', ['-xzf', archive, '-C', into])
  return join(into, /([^/]+)\.tar\.gz$/.exec(archive)![1]!)
}

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Whether `runAlone` can do what it promises. */
export const canRunAlone = process.platform === 'linux' && process.getuid?.() === 0

/**
 * Runs a program as a user who owns nothing, without a home, with the engines' programs alone on its path, without network
 * and without this repository: whatever it needs has to be its own.
 */
export function runAlone(command: readonly [string, ...string[]], cwd: string, path: string): Ran {
  const hide = 'mount -t tmpfs none "$0" && exec "$@"'
  const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs']
  const environment = ['env', '-i', 'HOME=/nonexistent', `PATH=${path}`]
  const isolated = ['--net', '--mount', '--', '/bin/sh', '-c', hide, root, ...user, ...environment, ...command]
  return ran(spawnSync('unshare', isolated, { cwd, encoding: 'utf8' }))
}

/** Runs the command line of this repository. */
export function runFromSource(args: readonly string[], cwd: string): Ran {
  const entry = join(root, 'packages/cli/bin/waybill.js')
  return ran(spawnSync(process.execPath, [entry, ...args], { cwd, encoding: 'utf8' }))
}

function ran({ status, stdout, stderr, error }: Ran & { readonly error?: Error }): Ran {
  if (error) throw error
  return { status, stdout, stderr }
}

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true })
