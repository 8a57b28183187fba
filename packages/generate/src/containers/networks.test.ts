import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Connections, mostNetworks, planNetworks } from './networks.ts'

const connections = (edges: readonly string[], more: Partial<Connections> = {}): Connections => ({
  edges: edges.map((edge) => {
    const [from = '', to = ''] = edge.split('>')
    return { from, to }
  }),
  stateful: new Set(),
  outside: new Set(),
  published: new Set(),
  ...more,
})

const membersOf = (plan: ReturnType<typeof planNetworks>, network: string) =>
  [...plan.of].flatMap(([id, networks]) => (networks.includes(network) ? [id] : [])).toSorted()

describe('planNetworks', () => {
  test('gives providers with the same consumers one network', () => {
    const plan = planNetworks(connections(['api>db', 'api>cache', 'web>api']))
    expect(plan.networks.map(({ name }) => name)).toEqual(['to-api', 'to-cache'])
    expect(membersOf(plan, 'to-cache')).toEqual(['api', 'cache', 'db'])
    expect(membersOf(plan, 'to-api')).toEqual(['api', 'web'])
  })

  test('has a way out for those who need one only', () => {
    const plan = planNetworks(connections(['edge>web'], { outside: new Set(['web']), published: new Set(['edge']) }))
    expect(plan.networks).toEqual([
      { name: 'edge', internal: false },
      { name: 'outside', internal: false },
      { name: 'to-web', internal: true },
    ])
    expect(plan.of.get('edge')).toEqual(['edge', 'to-web'])
    expect(plan.of.get('web')).toEqual(['outside', 'to-web'])
  })

  test('leaves out who connects to nothing, and connections to oneself', () => {
    expect(planNetworks(connections(['a>a'])).of.size).toBe(0)
  })

  test('lets the ones without data share a network when there are too many, and says so', () => {
    const pairs = Array.from({ length: 9 }, (_, i) => `user-${i}>provider-${i}`)
    const plan = planNetworks(connections(pairs, { stateful: new Set(['provider-7', 'provider-8']) }))
    expect(plan.networks).toHaveLength(mostNetworks)
    expect(membersOf(plan, 'to-provider-8')).toEqual(['provider-8', 'user-8'])
    expect(membersOf(plan, 'main')).toEqual(['provider-5', 'provider-6', 'user-5', 'user-6'])
    expect(plan.losses).toMatchObject([{ loss: 'network.isolation', at: 'networks', severity: 'note' }])
    expect(plan.losses[0]?.reason).toContain('4 pairs of services')
    expect(plan.losses[0]?.reason).toContain('share "main" with all who use them: provider-5, provider-6.')
  })

  test.each<[string, Connections, string | undefined]>([
    ['edges only', connections(['api>db', 'web>api']), undefined],
    ['an edge in the other direction', connections(['a>c', 'b>c', 'b>a']), undefined],
    ['providers with the same users', connections(['api>db', 'api>cache']), 'One pair…: cache and db.'],
    [
      'users of one service',
      connections(['a>db', 'b>db', 'c>db', 'd>db']),
      '6 pairs…: such as a and b, a and c, a and d.',
    ],
    ['who goes outside', connections([], { outside: new Set(['b', 'a']) }), 'One pair…: a and b.'],
    [
      'more than anybody reads',
      connections(Array.from({ length: 1000 }, (_, i) => `s${i}>db`)),
      'More than 1000 pairs…: such as s0 and s1, s0 and s10, s0 and s100.',
    ],
  ])('tells who can reach whom without an edge: %s', (_, input, reason) => {
    const told = planNetworks(input).losses.map((loss) => loss.reason.replace(/(pairs?) of services .*?:/, '$1…:'))
    expect(told).toEqual(reason === undefined ? [] : [reason])
  })

  test('names ten of those who share a network', () => {
    const pairs = Array.from({ length: 30 }, (_, i) => `user-${i}>provider-${i}`)
    expect(planNetworks(connections(pairs)).losses[0]?.reason).toMatch(
      /: (provider-\d+, ){9}provider-\d+ and 13 more\.$/,
    )
  })

  test('counts exactly the pairs that share a network and no edge', () => {
    const id = fc.integer({ min: 0, max: 12 }).map((number) => `s${number}`)
    const some = fc.array(id, { maxLength: 4 }).map((ids) => new Set(ids))
    const edges = fc.array(fc.record({ from: id, to: id }), { maxLength: 40 })
    fc.assert(
      fc.property(fc.record({ edges, stateful: some, outside: some, published: some }), (input) => {
        const { of, losses } = planNetworks(input)
        const ids = [...of.keys()]
        const strangers = ids.flatMap((a) =>
          ids.filter(
            (b) =>
              a < b &&
              of.get(a)!.some((network) => of.get(b)!.includes(network)) &&
              !input.edges.some(({ from, to }) => (from === a && to === b) || (from === b && to === a)),
          ),
        )
        const told = losses[0]?.reason.match(/^(?:(One)|(\d+)) pair/)
        expect(told ? Number(told[2] ?? 1) : 0).toBe(strangers.length)
      }),
    )
  })

  test('gives every edge a network in common, and never takes more than eight', () => {
    const id = fc.integer({ min: 0, max: 30 }).map((number) => `s${number}`)
    const some = fc.array(id, { maxLength: 5 }).map((ids) => new Set(ids))
    const edges = fc.array(fc.record({ from: id, to: id }), { maxLength: 80 })
    fc.assert(
      fc.property(fc.record({ edges, stateful: some, outside: some, published: some }), (input) => {
        const { networks, of } = planNetworks(input)
        expect(networks.length).toBeLessThanOrEqual(mostNetworks)
        for (const { from, to } of input.edges) {
          if (from === to) continue
          const common = of.get(from)?.filter((network) => of.get(to)?.includes(network)) ?? []
          expect(common).not.toEqual([])
        }
        for (const who of input.outside) expect(of.get(who)).toContain('outside')
        for (const who of input.published) expect(of.get(who)).toContain('edge')
      }),
    )
  })

  test('keeps strangers apart while there is room', () => {
    const plan = planNetworks(connections(['web>api', 'api>db']))
    const common = plan.of.get('web')?.filter((network) => plan.of.get('db')?.includes(network))
    expect(common).toEqual([])
  })
})
