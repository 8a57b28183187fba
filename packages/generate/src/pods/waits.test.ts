import type { DeployedService } from '@waybill/model'
import { describe, expect, test } from 'vitest'
import { address, deployment, execProbe, httpProbe, initOf, render, service, sidecarOf } from './fixtures/parts.ts'
import { at, listAt, textAt, textsAt } from './observe/read.ts'
import { workloadsIn } from './observe/workloads.ts'

const prober = [
  'ask',
  { op: 'probe', part: 'url' },
  { op: 'probe', part: 'host' },
  { op: 'probe', part: 'port' },
] as const
const port = { id: 'http', number: 8080, protocol: 'http' } as const
const needs = (on: string, state: 'started' | 'healthy' | 'completed') => ({ needs: [{ on, state }] })

/** The init containers of `app` as `name: command`, and the names of the losses. */
function startOf(services: readonly DeployedService[], given: Parameters<typeof deployment>[1] = {}) {
  const { files, losses } = render(deployment(services, given))
  const documents = files.flatMap(({ content }) => ('documents' in content ? content.documents : []))
  const app = workloadsIn(documents).find((workload) => workload.service === 'app')!
  return {
    steps: app.inits.map((init) => `${textAt(init, 'name')}: ${textsAt(init, 'command').join(' ')}`),
    losses: losses
      .filter(({ loss }) => loss.startsWith('startOrder'))
      .map(({ severity, loss }) => `${severity} ${loss}`),
    app,
    documents,
  }
}

const other = (given: Partial<DeployedService> = {}) =>
  service('other', { ports: [port], health: { ready: httpProbe({ command: prober }) }, ...given })

describe('waiting', () => {
  test.each<[string, readonly DeployedService[], { steps: string[]; losses: string[] }]>([
    [
      'for a healthy service asks its address in its own image',
      [other(), service('app', needs('other', 'healthy'))],
      { steps: ['wait-for-other: ask http://other:8080/ready other 8080'], losses: [] },
    ],
    [
      'for a sharded service asks every shard',
      [other({ kind: 'sharded', replicas: 2 }), service('app', needs('other', 'healthy'))],
      {
        steps: [
          'wait-for-other-0: ask http://other-0.other:8080/ready other-0.other 8080',
          'wait-for-other-1: ask http://other-1.other:8080/ready other-1.other 8080',
        ],
        losses: [],
      },
    ],
    [
      'for a completed job runs its command',
      [service('other', { kind: 'job', completed: ['done', '$(x)'] }), service('app', needs('other', 'completed'))],
      { steps: ['wait-for-other: done $$(x)'], losses: [] },
    ],
    [
      'is not needed for a job of the own pod, which waits itself',
      [
        other(),
        service('first', { kind: 'job', command: ['first'], shape: initOf('app'), ...needs('other', 'healthy') }),
        service('app', {
          needs: [
            { on: 'first', state: 'completed' },
            { on: 'other', state: 'healthy' },
          ],
        }),
      ],
      { steps: ['wait-for-other: ask http://other:8080/ready other 8080', 'first: first'], losses: [] },
    ],
    [
      'for a start is not possible',
      [other(), service('app', needs('other', 'started'))],
      { steps: [], losses: ['note startOrder.started'] },
    ],
    [
      'for a job without a command is not possible',
      [service('other', { kind: 'job' }), service('app', needs('other', 'completed'))],
      { steps: [], losses: ['degraded startOrder.completed'] },
    ],
    [
      'for an image without a command is not possible',
      [other({ health: { ready: httpProbe() } }), service('app', needs('other', 'healthy'))],
      { steps: [], losses: ['degraded startOrder.healthy'] },
    ],
    [
      'for a command of the container alone is not possible',
      [other({ health: { ready: execProbe({ command: ['ok'] }) } }), service('app', needs('other', 'healthy'))],
      { steps: [], losses: ['degraded startOrder.healthy'] },
    ],
    [
      'for a container of the same pod is not possible',
      [other({ shape: sidecarOf('app') }), service('app', needs('other', 'healthy'))],
      { steps: [], losses: ['degraded startOrder.healthy'] },
    ],
  ])('%s', (_, services, expected) => {
    const { steps, losses } = startOf(services)
    expect({ steps, losses }).toEqual(expected)
  })

  test('happens as the user of the image that is asked, with its limits', () => {
    const { app } = startOf([other({ user: { uid: 999, gid: 998 } }), service('app', needs('other', 'healthy'))])
    expect(app.inits[0]).toMatchObject({
      securityContext: {
        runAsUser: 999,
        runAsGroup: 998,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
      },
      resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '1', memory: '256Mi' } },
    })
  })

  const relax = (['root', 'privileged', 'writable-root', 'capability'] as const).map((what) => ({
    what,
    reason: 'has to',
    ...(what === 'capability' && { value: 'NET_ADMIN' }),
  }))
  const restricted = {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }
  const root = { uid: 0, gid: 0 }

  test.each<[string, Partial<DeployedService>, Partial<DeployedService>, object]>([
    ['as the waiter where that is root', { user: root }, {}, {}],
    ['as the waiter where that may be root', { user: { uid: 999, gid: 998 } }, {}, {}],
    ['as nobody where both are root', { user: root }, { user: root }, { runAsUser: 65534, runAsGroup: 65534 }],
  ])('gets nothing of what the other one relaxes, and asks %s', (_, asked, waiter, user) => {
    const hostPath = { what: 'host-path', value: '/sys', reason: 'has to' } as const
    const { app } = startOf([
      other({ ...asked, relax: [...relax, hostPath] }),
      service('job', { kind: 'job', completed: ['done'], ...asked, relax: [...relax, hostPath] }),
      service('app', {
        ...waiter,
        needs: [
          { on: 'other', state: 'healthy' },
          { on: 'job', state: 'completed' },
        ],
      }),
    ])
    expect(at(app.pod, 'securityContext')).toMatchObject({ runAsNonRoot: true })
    expect(app.inits.map((init) => at(init, 'securityContext'))).toEqual([
      { ...restricted, ...user },
      { ...restricted, ...user },
    ])
    expect(listAt(app.pod, 'volumes')).toEqual([])
  })

  test('of a relaxed service for another leaves the other restricted', () => {
    const { app } = startOf([other(), service('app', { user: root, relax, ...needs('other', 'healthy') })])
    expect(at(app.inits[0], 'securityContext')).toEqual({ ...restricted, runAsUser: 10001, runAsGroup: 10001 })
  })

  test('asks in the environment and with the files of the job', () => {
    const job = service('other', {
      kind: 'job',
      completed: ['done'],
      env: [
        { name: 'PASSWORD', value: { op: 'secret', id: 'password' } },
        { name: 'API', value: address({ service: 'app', port: 'http' }) },
      ],
      files: [{ path: '/etc/other.conf', content: 'x' }],
    })
    const secret = {
      id: 'password',
      version: 1,
      kind: 'password',
      title: '',
      length: 32,
      hosts: [],
      brought: false,
      parts: ['value'],
    } as const
    const { app } = startOf([job, service('app', { ports: [port], ...needs('other', 'completed') })], {
      secrets: [secret],
    })
    expect(app.inits[0]).toMatchObject({
      env: [
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'password-v1', key: 'value', optional: false } } },
        { name: 'API', value: 'app:8080' },
      ],
      volumeMounts: [{ mountPath: '/etc/other.conf' }],
    })
    expect(listAt(app.pod, 'volumes')).toHaveLength(1)
  })
})
