import { describe, expect, it } from 'vitest'
import type { Problem } from '../errors/problem.ts'
import type { Overlay } from '../instance/schema.ts'
import {
  GiB,
  MiB,
  area,
  constant,
  cores,
  estimated,
  get,
  http,
  product,
  secret,
  stateless,
  text,
  volume,
} from '../authoring/index.ts'
import type { Deployment } from './deployment.ts'
import { applyOverlays, overlayStates, patchableAddresses } from './overlays.ts'
import { resolve } from './resolve.ts'

const guess = estimated('test')
const api = stateless('api', { does: 'Answers', area: area('core', 'Core'), ports: { http: http(8080) } })
const definition = product('p', {
  version: '1',
  title: 'P',
  services: [
    api.runs({
      image: 'a:1',
      env: { LEVEL: 'info', URL: text`x:${secret.password('pw')}` },
      mounts: { '/data': volume('data', { holds: 'rows', data: 'disposable', size: constant(GiB(1), guess) }) },
      health: get(api.ports.http, '/'),
      size: { cpu: constant(cores(0.5), guess), memory: constant(MiB(512), guess) },
    }),
  ],
  targets: [{ id: 'compose' }],
})
const resolved = resolve(definition, { schema: 1, id: 'i', product: 'p' })
if (!resolved.ok) throw new Error('the product is good')
const deployment = resolved.value

function apply(...overlays: readonly Overlay[]): {
  changed: Deployment
  codes: readonly string[]
  problems: readonly Problem[]
} {
  const problems: Problem[] = []
  const changed = applyOverlays(deployment, overlays, problems)
  return { changed, problems, codes: problems.map(({ code, path }) => `${code} ${path.join('/')}`) }
}
const serviceOf = ({ services }: Deployment) => services[0]!

describe('an overlay that hits', () => {
  it.each<[string, Overlay, (changed: Deployment) => unknown, unknown]>([
    ['an image', { at: 'services/api/image', base: 'a:1', set: 'b:2' }, (all) => serviceOf(all).image, 'b:2'],
    [
      'a variable',
      { at: 'services/api/env/LEVEL', base: 'info', set: 'debug' },
      (all) => serviceOf(all).env[0],
      { name: 'LEVEL', value: 'debug' },
    ],
    [
      'a limit, its base in another spelling',
      { at: 'services/api/memory/limit', base: '0.5 GiB', set: '1 GiB' },
      (all) => serviceOf(all).memory,
      { request: 512 * 2 ** 20, limit: 2 ** 30 },
    ],
    [
      'a request',
      { at: 'services/api/cpu/request', set: '250 millicores' },
      (all) => serviceOf(all).cpu,
      { request: 250, limit: 500 },
    ],
    ['a volume', { at: 'volumes/data/size', base: '1 GiB', set: '2 GiB' }, (all) => all.volumes[0]!.size, 2 ** 31],
  ])('%s', (_, overlay, read, expected) => {
    const { changed, codes } = apply(overlay)
    expect(codes).toEqual([])
    expect(read(changed)).toEqual(expected)
  })

  it('changes nothing else', () => {
    const { changed } = apply({ at: 'services/api/env/LEVEL', set: 'debug' })
    const back = applyOverlays(changed, [{ at: 'services/api/env/LEVEL', base: 'debug', set: 'info' }], [])
    expect(back).toEqual(deployment)
  })

  it('sees what an earlier one did', () => {
    expect(
      apply({ at: 'services/api/image', set: 'b:2' }, { at: 'services/api/image', base: 'b:2', set: 'c:3' }).codes,
    ).toEqual([])
    expect(
      apply({ at: 'services/api/image', set: 'b:2' }, { at: 'services/api/image', base: 'a:1', set: 'c:3' }).codes,
    ).toEqual(['WB2014 overlays/1/base'])
  })
})

it.each<[string, Overlay, string]>([
  ['no such service', { at: 'services/apu/image', set: 'x' }, 'WB2013 overlays/0/at'],
  ['no such variable', { at: 'services/api/env/NONE', set: 'x' }, 'WB2013 overlays/0/at'],
  ['no such field', { at: 'services/api/ports/http', set: 'x' }, 'WB2013 overlays/0/at'],
  ['too long an address', { at: 'services/api/image/tag', set: 'x' }, 'WB2013 overlays/0/at'],
  ['another base', { at: 'services/api/image', base: 'a:0', set: 'x' }, 'WB2014 overlays/0/base'],
  [
    'a base that is no quantity',
    { at: 'services/api/memory/limit', base: '1G', set: '1 GiB' },
    'WB2014 overlays/0/base',
  ],
  ['a secret as base', { at: 'services/api/env/URL', base: 'x:hunter2', set: 'y' }, 'WB2014 overlays/0/base'],
  ['a number as an image', { at: 'services/api/image', set: 5 }, 'WB2008 overlays/0/set'],
  ['a size without unit', { at: 'services/api/memory/limit', set: 5 }, 'WB2008 overlays/0/set'],
  ['a size in another unit', { at: 'services/api/memory/limit', set: '2 cores' }, 'WB2008 overlays/0/set'],
])('%s is reported and changes nothing', (_, overlay, code) => {
  const { changed, codes } = apply(overlay)
  expect(codes).toEqual([code])
  expect(changed).toBe(deployment)
})

it('every address that is offered can be patched, and a misspelt one finds the nearest', () => {
  const addresses = patchableAddresses(deployment)
  expect(addresses).toContain('services/api/env/LEVEL')
  for (const at of addresses) {
    const isAmount = /(?:cpu|memory)\/|size$/.test(at)
    const set = at.includes('/cpu/') ? '1 cores' : isAmount ? '1 GiB' : 'x'
    expect(apply({ at, set }).codes).toEqual([])
    expect(apply({ at: `${at}x`, set }).problems[0]?.params['near']).toBe(at)
  }
})

describe('a variable', () => {
  const names = ({ services }: Deployment) => services[0]!.env.map(({ name }) => name)

  it('is added where the base says that there is none', () => {
    const { changed, codes } = apply({ at: 'services/api/env/EXTRA', base: null, set: 'on' })
    expect(codes).toEqual([])
    expect(serviceOf(changed).env.at(-1)).toEqual({ name: 'EXTRA', value: 'on' })
  })

  it('is removed', () => {
    const { changed, codes } = apply({ at: 'services/api/env/LEVEL', base: 'info', set: null })
    expect(codes).toEqual([])
    expect(names(changed)).toEqual(['URL'])
  })

  it.each<[string, Overlay, string]>([
    ['was added by the product since', { at: 'services/api/env/LEVEL', base: null, set: 'x' }, 'WB2014'],
    ['has a name that no program can read', { at: 'services/api/env/a b', base: null, set: 'x' }, 'WB2013'],
  ])('%s', (_, overlay, code) => expect(apply(overlay).problems.map((each) => each.code)).toEqual([code]))
})

it('says how each stands to the product of today', () => {
  const { states, problems } = overlayStates(deployment, [
    { at: 'services/api/image', base: 'a:1', set: 'b:2', reason: 'ours' },
    { at: 'services/api/env/LEVEL', base: 'warn', set: 'info' },
    { at: 'services/api/memory/limit', base: '1 GiB', set: '2 GiB' },
    { at: 'services/old/image', base: 'a:1', set: 'b:2' },
    { at: 'volumes/data/size', base: '1 GiB', set: 'much' },
    { at: 'services/api/env/URL', set: null },
  ])
  expect(states.map(({ at, state, now }) => [at, state, now])).toEqual([
    ['services/api/image', 'applied', '"a:1"'],
    ['services/api/env/LEVEL', 'stale', '"info"'],
    ['services/api/memory/limit', 'conflicting', '512 MiB'],
    ['services/old/image', 'stale', undefined],
    ['volumes/data/size', 'wrong', '1 GiB'],
    ['services/api/env/URL', 'applied', expect.not.stringContaining('hunter')],
  ])
  expect(states[0]?.reason).toBe('ours')
  expect(problems.map(({ code, severity }) => [code, severity])).toEqual([
    ['WB2034', 'warning'],
    ['WB2014', 'error'],
    ['WB2013', 'error'],
    ['WB2008', 'error'],
  ])
})
