import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Parcel, type Shop, ask, askJson } from './parcels.ts'
import { startIngress } from './ingress.ts'
import { mustRun, run, until } from './program.ts'
import { parcelsDefinition, parcelsInstance, renderFile, temporaryFolder } from './rendering.ts'
import { buildProduct } from './product-versions.ts'

/** What a reconciler of a namespace may do there: everything with what we make, nothing outside, no Secret of ours read. */
const rules = (secrets: boolean) => `
  - { apiGroups: [""], resources: [configmaps, services, serviceaccounts, persistentvolumeclaims], verbs: ["*"] }
  - { apiGroups: [apps], resources: [deployments, statefulsets, daemonsets], verbs: ["*"] }
  - { apiGroups: [batch], resources: [jobs, cronjobs], verbs: ["*"] }
  - { apiGroups: [policy], resources: [poddisruptionbudgets], verbs: ["*"] }
  - { apiGroups: [networking.k8s.io], resources: [ingresses, networkpolicies], verbs: ["*"] }
${secrets ? '  - { apiGroups: [""], resources: [secrets], verbs: ["*"] }' : ''}`

const account = (namespace: string, secrets: boolean) => `
apiVersion: v1
kind: ServiceAccount
metadata: { name: reconciler, namespace: ${namespace} }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reconciler, namespace: ${namespace} }
rules:${rules(secrets)}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reconciler, namespace: ${namespace} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reconciler }
subjects: [{ kind: ServiceAccount, name: reconciler, namespace: ${namespace} }]
`

/** What stands in for a GitOps operator: takes what the repository holds and applies it with one command. */
const reconcilers = [
  { target: 'kubernetes', port: 19451, secrets: false, command: ['kubectl', 'apply', '-k', '.'] },
  {
    target: 'helm',
    port: 19452,
    // Helm keeps its releases in Secrets
    secrets: true,
    command: (id: string) =>
      `helm upgrade --install ${id} base/chart --namespace ${id} -f base/values.yaml -f custom/values.yaml`.split(' '),
  },
] as const

describe.each(reconcilers)(
  'a repository that a reconciler applies as $target',
  ({ target, port, secrets, command }) => {
    const id = `gitops-${target}`
    const shop: Shop = { address: '127.0.0.1', port }
    let folder: string
    let repository: string
    let kubeconfig: string
    let parcel: Parcel
    let ingress: Awaited<ReturnType<typeof startIngress>> | undefined
    const git = (cwd: string, ...args: string[]) =>
      mustRun('git', ['-c', 'user.name=admin', '-c', 'user.email=admin@example.com', ...args], { cwd })
    const kubectl = (...args: string[]) => mustRun('kubectl', ['--namespace', id, ...args])

    /** What the admin does: renders into the repository and commits. */
    async function commit(message: string, product: string, instance: string): Promise<void> {
      const file = join(folder, 'instance.yaml')
      await writeFile(file, instance)
      const out = await renderFile(product, file, target, join(folder, 'out'))
      await rm(join(repository, 'deploy'), { recursive: true, force: true })
      await cp(out, join(repository, 'deploy'), { recursive: true })
      await git(repository, 'add', '--all')
      await git(repository, 'commit', '--quiet', '--message', message)
    }

    /** What the reconciler does: clones, applies, and tries again while that fails. */
    async function reconcile(): Promise<void> {
      const clone = join(folder, 'clone')
      await rm(clone, { recursive: true, force: true })
      await mustRun('git', ['clone', '--quiet', repository, clone])
      const [program, ...args] = typeof command === 'function' ? command(id) : command
      const env = { ...process.env, KUBECONFIG: kubeconfig, HELM_CACHE_HOME: join(folder, 'helm') }
      await until(30, () => mustRun(program, args, { cwd: join(clone, 'deploy'), env }))
    }

    const everybodyReady = async () => {
      await kubectl('rollout', 'status', 'deployment', '--selector', 'waybill.dev/product=parcels', '--timeout', '300s')
      for (const set of (await kubectl('get', 'statefulset', '--output', 'name')).split('\n').filter(Boolean)) {
        await kubectl('rollout', 'status', set, '--timeout', '300s')
      }
    }

    beforeAll(async () => {
      folder = await temporaryFolder()
      process.env['KUBECONFIG'] = process.env['WAYBILL_TEST_KUBECONFIG']
      repository = join(folder, 'repository')
      await mkdir(repository)
      await git(repository, 'init', '--quiet', '--initial-branch', 'main')
      await mustRun('kubectl', ['create', 'namespace', id])
      await mustRun('kubectl', ['label', 'namespace', id, 'pod-security.kubernetes.io/enforce=restricted'])
      await mustRun('kubectl', ['apply', '-f', '-'], { input: account(id, secrets) })
      kubeconfig = join(folder, 'kubeconfig')
      await writeFile(kubeconfig, await mustRun('kubectl', ['config', 'view', '--raw', '--minify', '--flatten']))
      const token = (await kubectl('create', 'token', 'reconciler', '--duration', '1h')).trim()
      const config = (...args: string[]) => mustRun('kubectl', ['--kubeconfig', kubeconfig, 'config', ...args])
      await config('set-credentials', 'reconciler', '--token', token)
      await config('set-context', '--current', '--user', 'reconciler', '--namespace', id)
    })

    afterAll(async () => {
      ingress?.close()
      ingress?.closeAllConnections()
      await run('kubectl', ['delete', 'namespace', id, '--wait=true', '--timeout=180s'])
      await rm(folder, { recursive: true, force: true })
    })

    it('has an account that may do nothing outside of its namespace', async () => {
      const asked = ['--kubeconfig', kubeconfig, 'auth', 'can-i', 'get', 'pods', '--namespace', 'default']
      expect((await run('kubectl', asked)).out.trim()).toBe('no')
    })

    it('installs', async () => {
      await commit('install', parcelsDefinition, parcelsInstance({ id }))
      await mustRun('sh', ['deploy/base/secrets.sh'], { cwd: repository })
      await reconcile()
      await everybodyReady()
      ingress = await startIngress(id, port)
      parcel = await until(60, () => askJson<Parcel>(shop, 201, '/v1/parcels', { recipient: 'Ada', contents: 'books' }))
    })

    it('changes nothing while the repository stays as it is', async () => {
      const before = await kubectl('get', 'pods', '--output', 'jsonpath={.items[*].metadata.uid}')
      await reconcile()
      await everybodyReady()
      expect(await kubectl('get', 'pods', '--output', 'jsonpath={.items[*].metadata.uid}')).toBe(before)
    })

    it('changes a setting', async () => {
      const changed = parcelsInstance({ id }).replace('parcels.test }', 'parcels.test, logLevel: debug }')
      await commit('debug', parcelsDefinition, changed)
      await reconcile()
      await everybodyReady()
      const level = await kubectl('exec', 'deploy/api', '--container', 'api', '--', 'printenv', 'LOG_LEVEL')
      expect(level.trim()).toBe('debug')
    })

    it('upgrades, and keeps the data', async () => {
      const product = await buildProduct(folder, (definition) => ({
        ...definition,
        version: '1.0.1',
        services: definition.services.map((service) =>
          service.id === 'api'
            ? { ...service, env: [...(service.env ?? []), { name: 'GREETING', value: 'new' }] }
            : service,
        ),
      }))
      await commit('upgrade', product, parcelsInstance({ id }))
      await reconcile()
      await everybodyReady()
      const greeting = await kubectl('exec', 'deploy/api', '--container', 'api', '--', 'printenv', 'GREETING')
      expect(greeting.trim()).toBe('new')
      ingress?.close()
      ingress?.closeAllConnections()
      ingress = await startIngress(id, port)
      expect((await until(60, () => ask(shop, `/v1/parcels/${parcel.id}`))).status).toBe(200)
    })
  },
)
