import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { mustRun, run } from '../program.ts'
import { close, selfSigned } from './installation.ts'

/** Gives every pod of a namespace a high user, as OpenShift does when it admits one. */
export interface PlatformUsers {
  readonly user: number
  stop(): Promise<void>
}

interface Review {
  readonly request: { readonly uid: string }
}

export async function startPlatformUsers(namespace: string, host: string, folder: string): Promise<PlatformUsers> {
  const user = 1000730000
  const file = (name: string) => join(folder, name)
  const names = { certificate: file('platform.crt'), key: file('platform.key') }
  await selfSigned({ subject: host, name: `IP:${host}`, ...names })
  const [key, cert] = await Promise.all([readFile(file('platform.key')), readFile(file('platform.crt'))])
  const patch = ['runAsUser', 'fsGroup'].map((field) => ({
    op: 'add',
    path: `/spec/securityContext/${field}`,
    value: user,
  }))
  const server = createServer({ key, cert }, (incoming, answer) => {
    let text = ''
    incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
    incoming.on('end', () => {
      const { request } = JSON.parse(text) as Review
      const response = {
        uid: request.uid,
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      }
      answer.setHeader('content-type', 'application/json')
      answer.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response }))
    })
  })
  server.listen(0, '0.0.0.0')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: `users-${namespace}` },
    webhooks: [
      {
        name: 'users.platform.test',
        clientConfig: { url: `https://${host}:${port}/`, caBundle: cert.toString('base64') },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
      },
    ],
  }
  await mustRun('kubectl', ['apply', '-f', '-'], { input: JSON.stringify(configuration) })
  return {
    user,
    async stop() {
      await run('kubectl', ['delete', 'mutatingwebhookconfiguration', `users-${namespace}`])
      await close(server)
    },
  }
}
