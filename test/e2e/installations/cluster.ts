import type { Server } from 'node:https'
import { join } from 'node:path'
import { startIngress } from '../ingress.ts'
import { mustRun, run, until } from '../program.ts'
import { parcelsDefinition, render } from '../rendering.ts'
import { type Installation, type Wish, broughtSecrets, close, instanceText, lines, strictSite } from './installation.ts'
import { type PlatformUsers, startPlatformUsers } from './platform-users.ts'

const hostSeenByPods = '10.88.0.1'
const kinds = 'deploy,sts,job,svc,cm,netpol,ingress,pdb,sa,pod'
const ours = ['--selector', 'waybill.dev/product=parcels']

interface Commands {
  readonly up: (id: string) => string
  readonly down: (id: string) => string
}

const commands: Readonly<Record<'kubernetes' | 'helm', Commands>> = {
  kubernetes: {
    up: () => 'kubectl apply -k .',
    down: () => 'kubectl delete -k . --wait=true --timeout=180s',
  },
  helm: {
    up: (id) =>
      `helm upgrade --install ${id} base/chart --namespace ${id} --values base/values.yaml --values custom/values.yaml`,
    down: (id) => `helm uninstall ${id} --namespace ${id} --wait --timeout 180s`,
  },
}

/** An installation in a namespace of the lab's cluster, which admits restricted pods only. */
export const onCluster =
  (target: keyof typeof commands) =>
  async (wish: Wish): Promise<Installation> => {
    const { id, port, folder } = wish
    process.env['KUBECONFIG'] = process.env['WAYBILL_TEST_KUBECONFIG']
    const strict = wish.site === 'strict' ? await strictSite(folder) : undefined
    const site = strict
      ? [
          'ingress: { kind: ingress, tls: { secret: wildcard } }',
          'certificateAuthority: { configMap: site-ca }',
          'users: platform',
        ]
      : []
    const cwd = await render(parcelsDefinition, instanceText(wish, hostSeenByPods, site), target, join(folder, id))
    const kubectl = (...args: string[]) => mustRun('kubectl', ['--namespace', id, ...args])
    const type = (command: string) => mustRun('sh', ['-c', command], { cwd })
    let ingress: Server | undefined
    let platform: PlatformUsers | undefined

    const everybodyReady = async () => {
      await kubectl('rollout', 'status', 'deployment', ...ours, '--timeout', '300s')
      for (const set of lines(await kubectl('get', 'statefulset', '--output', 'name'))) {
        await kubectl('rollout', 'status', set, '--timeout', '300s')
      }
      await close(ingress)
      ingress = await startIngress(id, port)
    }
    const pods = async () => lines(await kubectl('get', 'pod', ...ours, '--output', uids))
    const gone = (before: readonly string[]) =>
      until(300, async () => {
        const now = await pods()
        if (before.some((uid) => now.includes(uid))) throw new Error(`still there: ${await kubectl('get', 'pod')}`)
      })

    return {
      id,
      shop: { address: '127.0.0.1', port },
      async up() {
        if ((await run('kubectl', ['get', 'namespace', id])).code !== 0) {
          await mustRun('kubectl', ['create', 'namespace', id])
          await mustRun('kubectl', ['label', 'namespace', id, 'pod-security.kubernetes.io/enforce=restricted'])
        }
        if (strict && !platform) {
          platform = await startPlatformUsers(id, hostSeenByPods, folder)
          await kubectl('create', 'configmap', 'site-ca', `--from-file=ca.crt=${strict.authorities}`)
          await kubectl('create', 'secret', 'tls', 'wildcard', `--cert=${strict.certificate}`, `--key=${strict.key}`)
        }
        await mustRun('sh', ['base/secrets.sh', ...(await broughtSecrets(wish))], { cwd })
        await type(commands[target].up(id))
        await everybodyReady()
      },
      async restart() {
        const before = await pods()
        await kubectl('delete', 'pod', ...ours, '--wait=false')
        await gone(before)
        await everybodyReady()
      },
      async down() {
        const before = await pods()
        await type(commands[target].down(id))
        await gone(before)
      },
      async destroy() {
        await close(ingress)
        ingress = undefined
        await platform?.stop()
        platform = undefined
        await run('kubectl', ['delete', 'namespace', id, '--ignore-not-found', '--wait=true', '--timeout=180s'])
      },
      async things() {
        if ((await run('kubectl', ['get', 'namespace', id])).code !== 0) return []
        return lines(await kubectl('get', kinds, ...ours, '--output', namesAndUids))
      },
      async data() {
        if ((await run('kubectl', ['get', 'namespace', id])).code !== 0) return []
        return lines(await kubectl('get', 'persistentvolumeclaim', '--output', namesAndUids))
      },
    }
  }

const uids = 'jsonpath={range .items[*]}{.metadata.uid}{"\\n"}{end}'
const namesAndUids = 'jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.uid}{"\\n"}{end}'
