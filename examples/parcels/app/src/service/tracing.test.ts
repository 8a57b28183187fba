import { expect, test } from 'vitest'
import { childOf, traceIdOf } from './traceparent.ts'
import { forwardOnly } from './tracing.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const parent = `00-${trace}-b7ad6b7169203331-01`

test.each([
  [parent, trace],
  [undefined, undefined],
  ['', undefined],
  [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, undefined],
  [`00-${trace}-${'0'.repeat(16)}-01`, undefined],
  [`00-${trace}-b7ad6b7169203331`, undefined],
])('the trace of %s is %s', (header, id) => expect(traceIdOf(header)).toBe(id))

test('a child keeps trace, flags and state and has its own parent id', () => {
  const child = childOf({ traceparent: parent, tracestate: 'a=1' })
  expect(child.traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`))
  expect(child.traceparent).not.toBe(parent)
  expect(child.tracestate).toBe('a=1')
})

test('without a valid parent a new, unsampled trace begins', () => {
  expect(childOf({ traceparent: 'nonsense' }).traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
})

test('work inside work sees the same trace, and the outside sees none', async () => {
  const tracing = forwardOnly()
  await tracing.span('outer', 'server', { traceparent: parent }, async () => {
    expect(tracing.traceId()).toBe(trace)
    await tracing.span('inner', 'client', undefined, async () => expect(tracing.traceId()).toBe(trace))
  })
  expect(tracing.traceId()).toBeUndefined()
})
