import { expect, test } from 'vitest'
import { newSession, sessionOf } from './session.ts'

test('a cookie gives its session back, under its own key only', () => {
  const { id, cookie } = newSession('key one key one key')
  expect(sessionOf(cookie, 'key one key one key')).toBe(id)
  expect(sessionOf(cookie, 'key two key two key')).toBeUndefined()
  expect(sessionOf(cookie.replace(/^./, 'z'), 'key one key one key')).toBeUndefined()
})
test.each([undefined, '', 'x', '.', 'x.', '.x', 'a.b.c'])('%s is no session', (cookie) =>
  expect(sessionOf(cookie, 'key one key one key')).toBeUndefined(),
)
