import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { mustRun } from './program.ts'

/** Every TCP connection that pods open to one another, as seen on the bridge that connects them. */
export interface Watcher {
  /** `from>to:port` by the service label of each pod, as far as both ends are known. */
  seen(): Promise<Set<string>>
  stop(): void
}

interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  readonly status: { readonly podIPs?: readonly { readonly ip: string }[] }
}

export function watchConnections(namespace: string, device: string): Watcher {
  const opened = new Set<string>()
  const pods = new Map<string, string>()
  const syn = 'tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn'
  const tcpdump: ChildProcess = spawn('tcpdump', ['-i', device, '-nn', '-l', '-q', syn], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  createInterface({ input: tcpdump.stdout! }).on('line', (line) => {
    const match = /IP (\d+\.\d+\.\d+\.\d+)\.\d+ > (\d+\.\d+\.\d+\.\d+)\.(\d+):/.exec(line)
    if (match) opened.add(match.slice(1, 4).join(' '))
  })
  const learn = async () => {
    const { items } = JSON.parse(
      await mustRun('kubectl', ['--namespace', namespace, 'get', 'pods', '--output', 'json']),
    ) as { items: Pod[] }
    for (const { metadata, status } of items) {
      for (const { ip } of status.podIPs ?? []) pods.set(ip, metadata.labels['waybill.dev/service'] ?? '?')
    }
  }
  const learning = setInterval(() => void learn().catch(() => undefined), 2000)
  return {
    async seen() {
      await learn()
      const names = [...opened].flatMap((each) => {
        const [from, to, port] = each.split(' ') as [string, string, string]
        const [one, other] = [pods.get(from), pods.get(to)]
        return one === undefined || other === undefined ? [] : [`${one}>${other}:${port}`]
      })
      return new Set(names)
    },
    stop() {
      clearInterval(learning)
      tcpdump.kill()
    },
  }
}
