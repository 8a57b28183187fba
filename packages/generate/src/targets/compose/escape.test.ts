import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Interpolated } from '../../containers/draft.ts'
import { escapeText, escaped, unescapeText } from './escape.ts'

describe('escaped', () => {
  test.each([
    ['no dollar', 'no dollar'],
    ['$HOME', '$$HOME'],
    ['${HOME:-x}', '$${HOME:-x}'],
    ['$$', '$$$$'],
    ['a$', 'a$$'],
    ['$(id) $& $1 $`', '$$(id) $$& $$1 $$`'],
  ])('%j → %j', (text, written) => {
    expect(escaped(text)).toBe(written)
  })

  test('reaches every value, and no key', () => {
    expect(escaped({ $a: ['$b', { c: '$d', e: 1, f: null, g: true }], h: undefined })).toEqual({
      $a: ['$$b', { c: '$$d', e: 1, f: null, g: true }],
    })
  })

  test('leaves the variables of Compose alone', () => {
    expect(escaped({ path: new Interpolated('${HOME}/x') })).toEqual({ path: '${HOME}/x' })
  })

  test('gives every text back, and leaves nothing to interpolate', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$', '{', '}', 'A', '-', '\n', '"', 'é')), (characters) => {
        const text = characters.join('')
        const written = escapeText(text)
        expect(unescapeText(written)).toBe(text)
        expect(written.replaceAll('$$', '')).not.toContain('$')
      }),
    )
  })
})
