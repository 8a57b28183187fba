import { expect, test } from 'vitest'
import { masked } from './mail.ts'

test.each([
  ['ada@example.org', 'a***@example.org'],
  ['Ada', 'A***'],
  ['@', '@***'],
  ['', '***'],
])('%s is logged as %s', (recipient, shown) => expect(masked(recipient)).toBe(shown))
