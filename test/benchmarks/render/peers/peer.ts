import type { BenchData, BenchService } from '../data.ts'

/** A tool that renders the same objects from sources of its own. */
export interface Peer {
  readonly id: string
  /** What it is and which version, as the documentation names it; or why it cannot run on this machine. */
  readonly found: { readonly version: string } | { readonly missing: string }
  /** Writes its sources into a folder. */
  write(folder: string, data: PeerData): void
  /** The command that prints the objects to standard output. */
  command(folder: string): readonly [string, ...string[]]
  /** What the comparison leaves out of this tool's output, each with its reason. */
  readonly leftOut?: LeftOut
}

/** Fields that a tool writes besides those asked for; without them the cluster holds the same. */
export interface LeftOut {
  /** Without a value: whatever it is; with `beside`: only where this field is too. */
  readonly fields: readonly {
    readonly key: string
    readonly value?: unknown
    readonly beside?: string
    readonly reason: string
  }[]
}

/** What the sources of peers are made of: amounts as Kubernetes writes them, and names that follow content. */
export interface PeerData extends Omit<BenchData, 'services'> {
  readonly services: readonly PeerService[]
}
interface Amounts {
  readonly cpu: string
  readonly memory: string
}
export interface PeerService extends Omit<
  BenchService,
  'waitsFor' | 'cpuRequest' | 'cpuLimit' | 'memoryRequest' | 'memoryLimit'
> {
  /** Named by the hash of its content, so the name is taken from our output. */
  readonly configMap: string
  readonly requests: Amounts
  readonly limits: Amounts
  /** The service that is waited for. */
  readonly wait: Pick<PeerService, 'name' | 'image' | 'tag' | 'port' | 'limits'> | null
}

/** @param configMapOf name of the ConfigMap of a service */
export function peerData(data: BenchData, configMapOf: (service: string) => string): PeerData {
  const byName = new Map(data.services.map((service) => [service.name, service]))
  return {
    ...data,
    services: data.services.map(({ waitsFor, cpuRequest, cpuLimit, memoryRequest, memoryLimit, ...service }) => {
      const waited = waitsFor === null ? undefined : byName.get(waitsFor)
      return {
        ...service,
        configMap: configMapOf(service.name),
        requests: amounts(cpuRequest, memoryRequest),
        limits: amounts(cpuLimit, memoryLimit),
        wait: waited
          ? {
              name: waited.name,
              image: waited.image,
              tag: waited.tag,
              port: waited.port,
              limits: amounts(waited.cpuLimit, waited.memoryLimit),
            }
          : null,
      }
    }),
  }
}

const amounts = (millicores: number, bytes: number): Amounts => ({
  cpu: millicores % 1000 === 0 ? String(millicores / 1000) : `${millicores}m`,
  memory: `${bytes / 2 ** 20}Mi`,
})
