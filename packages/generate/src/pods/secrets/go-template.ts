import type { Encoding, Piece, SecretKey } from '../../secrets/plan.ts'

/**
 * A composed value as a template of the External Secrets Operator (engine v2: Go's text/template with the functions of
 * sprig), which gives the same bytes as `secrets.sh`.
 *
 * @param nameOf the name under which the template knows a value; letters, digits and `_`
 */
export const goTemplate = (pieces: readonly Piece[], nameOf: (key: SecretKey) => string): string =>
  pieces.map((piece) => (typeof piece === 'string' ? literal(piece) : reference(piece, nameOf))).join('')

const reference = (piece: SecretKey & { readonly encode: readonly Encoding[] }, nameOf: (key: SecretKey) => string) =>
  `{{ ${[`.${nameOf(piece)}`, ...piece.encode.flatMap((encoding) => pipes[encoding])].join(' | ')} }}`

/**
 * `toRawJson` writes U+2028, U+2029 and, in old versions, two control characters in another way than `JSON.stringify`. To
 * change them back, doubled backslashes step aside as a NUL, which JSON text never holds.
 */
const pipes: Readonly<Record<Encoding, readonly string[]>> = {
  percent: ['urlquery', String.raw`replace "+" "%20"`],
  json: [
    'toRawJson',
    'trimPrefix "\\""',
    'trimSuffix "\\""',
    String.raw`replace "\\\\" "\x00"`,
    String.raw`replace "\\u2028" "\u2028"`,
    String.raw`replace "\\u2029" "\u2029"`,
    String.raw`replace "\\u0008" "\\b"`,
    String.raw`replace "\\u000c" "\\f"`,
    String.raw`replace "\x00" "\\\\"`,
  ],
}

/**
 * Text as a template: braces that would begin an action, alone or together with what follows, and characters that kubectl
 * or YAML may change stand in string constants of Go.
 */
const literal = (text: string): string =>
  text.replace(
    /\{{2,}|\{(?=$|[\p{Cc}\p{Zl}\p{Zp}\u{feff}])|(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\u{feff}]/gu,
    (found) => `{{ "${found.replace(/[^{]/gu, goCharacter)}" }}`,
  )

const goCharacter = (character: string): string =>
  String.raw`\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`
