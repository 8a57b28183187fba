import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun, run, until } from './program.ts'

/** A machine without a way out: a network namespace of its own, with a Docker engine of its own that has no images. */
export interface AirGappedSite {
  /** Where the machine reaches the registry's host: the only thing that it reaches. */
  readonly gateway: string
  readonly address: string
  readonly dockerHost: string
  /** A command and its arguments as they run on that machine. */
  readonly inside: (command: string, args: readonly string[]) => readonly [string, readonly string[]]
  readonly stop: () => Promise<void>
}

const [namespace, outer, inner] = ['airgap-site', 'airgap-outer', 'airgap-inner']
const [gateway, address] = ['10.213.77.1', '10.213.77.2']

/**
 * Starts such a machine.
 *
 * @param registryPort of the registry on this machine, which it may reach without TLS
 */
export async function startAirGappedSite(folder: string, registryPort: number): Promise<AirGappedSite> {
  await removeNetwork()
  await mustRun('ip', ['netns', 'add', namespace])
  await mustRun('ip', ['link', 'add', outer, 'type', 'veth', 'peer', 'name', inner])
  await mustRun('ip', ['link', 'set', inner, 'netns', namespace])
  await mustRun('ip', ['addr', 'add', `${gateway}/30`, 'dev', outer])
  await mustRun('ip', ['link', 'set', outer, 'up'])
  // no route leads further than the registry's host
  await mustRun('ip', ['-n', namespace, 'addr', 'add', `${address}/30`, 'dev', inner])
  await mustRun('ip', ['-n', namespace, 'link', 'set', inner, 'up'])
  await mustRun('ip', ['-n', namespace, 'link', 'set', 'lo', 'up'])
  const inside = (command: string, args: readonly string[]) =>
    ['nsenter', [`--net=/var/run/netns/${namespace}`, command, ...args]] as const
  const home = join(folder, 'engine')
  await mkdir(home)
  const dockerHost = `unix://${home}/docker.sock`
  const engine = await startEngine(home, dockerHost, `${gateway}:${registryPort}`, inside)
  const stop = async () => {
    const ended = once(engine, 'close')
    engine.kill()
    await ended
    await removeNetwork()
  }
  return { gateway, address, dockerHost, inside, stop }
}

async function startEngine(
  home: string,
  dockerHost: string,
  registry: string,
  inside: AirGappedSite['inside'],
): Promise<ChildProcess> {
  const log = await open(join(home, 'log'), 'w')
  const folders = ['--data-root', 'data', '--exec-root', 'run', '--pidfile', 'pid']
  const paths = folders.map((word) => (word.startsWith('--') ? word : join(home, word)))
  const [command, args] = inside('dockerd', [...paths, '--host', dockerHost, '--insecure-registry', registry])
  const engine = spawn(command, args, { stdio: ['ignore', log.fd, log.fd] })
  await log.close()
  await until(60, () => mustRun('docker', ['--host', dockerHost, 'version']))
  return engine
}

async function removeNetwork(): Promise<void> {
  await run('ip', ['netns', 'del', namespace])
  await run('ip', ['link', 'del', outer])
}
