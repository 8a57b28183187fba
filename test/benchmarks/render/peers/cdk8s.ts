import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'tsdown'
import library from 'cdk8s-plus-34/package.json' with { type: 'json' }
import type { LeftOut, Peer, PeerData } from './peer.ts'

const fillsIn = 'what Kubernetes fills in for a field that is not there'

/** What the constructs always write. Patching it away would only slow this peer down. */
const leftOut: LeftOut = {
  fields: [
    { key: 'minReadySeconds', value: 0, reason: fillsIn },
    { key: 'progressDeadlineSeconds', value: 600, reason: fillsIn },
    { key: 'revisionHistoryLimit', value: 10, reason: fillsIn },
    { key: 'dnsPolicy', value: 'ClusterFirst', reason: fillsIn },
    { key: 'restartPolicy', value: 'Always', reason: fillsIn },
    { key: 'hostNetwork', value: false, reason: fillsIn },
    { key: 'setHostnameAsFQDN', value: false, reason: fillsIn },
    { key: 'shareProcessNamespace', value: false, reason: fillsIn },
    { key: 'privileged', value: false, reason: fillsIn },
    { key: 'externalIPs', reason: fillsIn },
    {
      key: 'runAsNonRoot',
      value: true,
      beside: 'readOnlyRootFilesystem',
      reason: 'written for each container, though the pod says it for all of them',
    },
    { key: 'cdk8s.io/metadata.addr', reason: 'a label for the selectors of cdk8s-plus, which nothing here selects' },
  ],
}

/** The app bundled to JavaScript once, so that a run starts Node and nothing else. */
export async function cdk8s(folder: string): Promise<Peer & { manifests(data: PeerData): string }> {
  const outDir = join(folder, 'cdk8s')
  mkdirSync(outDir, { recursive: true })
  await build({
    cwd: import.meta.dirname,
    config: false,
    entry: { main: 'cdk8s-main.ts', app: 'cdk8s-app.ts' },
    outDir,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    dts: false,
    minify: true,
    logLevel: 'error',
    deps: { alwaysBundle: [/^[^.]/], onlyBundle: false },
  })
  const { manifests } = (await import(pathToFileURL(join(outDir, 'app.mjs')).href)) as typeof import('./cdk8s-app.ts')
  return {
    id: 'cdk8s-plus',
    found: { version: library.version },
    leftOut,
    manifests,
    write(to, data) {
      mkdirSync(to, { recursive: true })
      writeFileSync(join(to, 'data.json'), JSON.stringify(data))
    },
    command: (from) => [process.execPath, join(outDir, 'main.mjs'), join(from, 'data.json')],
  }
}
