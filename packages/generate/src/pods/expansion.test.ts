import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { characterOf, containerText } from './control-text.ts'
import { escapeExpansion, expansionsIn, unescapeExpansion } from './expansion.ts'

/**
 * What the kubelet does with env values, command and args: the algorithm of `third_party/forked/golang/expansion`, bytes
 * and all. A `$` before anything but `$` and `(` copies the next byte as if it were a character.
 */
function kubelet(text: string, variables: (name: string) => string | undefined): string {
  const bytes = [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join('')
  let out = ''
  let checkpoint = 0
  for (let cursor = 0; cursor < bytes.length; cursor++) {
    if (bytes[cursor] !== '$' || cursor + 1 === bytes.length) continue
    out += bytes.slice(checkpoint, cursor)
    const rest = bytes.slice(cursor + 1)
    let advance = 1
    if (rest[0] === '$') out += '$'
    else if (rest[0] === '(' && rest.includes(')')) {
      const name = rest.slice(1, rest.indexOf(')'))
      out += latin(variables(name) ?? `$(${name})`)
      advance = rest.indexOf(')') + 1
    } else out += rest[0] === '(' ? '$(' : `$${latin(rest[0]!)}`
    cursor += advance
    checkpoint = cursor + 1
  }
  out += bytes.slice(checkpoint)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(out, (char) => char.charCodeAt(0)))
}
const latin = (text: string) => [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join('')

const tricky = fc.string({
  unit: fc.oneof(
    fc.constantFrom('$', '(', ')', '$(HOME)', 'é', '💥', '\u0085', '\n', 'A'),
    fc.string({ unit: 'grapheme', maxLength: 1 }),
  ),
})

describe('text of a container', () => {
  test('the algorithm damages what is not escaped', () => {
    expect(kubelet('$é', () => undefined)).not.toBe('$é')
    expect(kubelet('$$(HOME)', () => '/root')).toBe('$(HOME)')
  })

  test('arrives as it is, byte for byte', () => {
    fc.assert(
      fc.property(tricky, (text) => {
        expect(kubelet(containerText(text), (name) => characterOf(name) ?? 'expanded')).toBe(text)
      }),
    )
  })

  test('is read back from its escaped form', () => {
    fc.assert(
      fc.property(tricky, (text) => {
        expect(unescapeExpansion(escapeExpansion(text), () => 'expanded')).toBe(text)
      }),
    )
  })

  test('holds no character that kustomize damages', () => {
    expect(containerText('a\u0085\u007f')).toBe('a$(WAYBILL_CHARACTER_85)$(WAYBILL_CHARACTER_7F)')
  })

  test('names the variables that it refers to', () => {
    expect(expansionsIn('$(A)-$$(B)-$(C)')).toEqual(['A', 'C'])
  })
})
