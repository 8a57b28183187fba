import type { Piece, SecretKey, SecretPlan } from './plan.ts'

/**
 * A secret value by what it is made of, for comparing targets: `secret:<object>/<key>`, or the pieces of a composed one, whose
 * own object has a name that follows the target's spelling of addresses.
 *
 * @param neutral turns addresses in a target's text back into references
 */
export function secretReference(
  { object, key }: SecretKey,
  plan: SecretPlan,
  neutral: (text: string) => string,
): string {
  const entry = plan.composed.find((each) => each.object === object)?.entries.find((each) => each.key === key)
  return entry ? `secret:${entry.pieces.map((piece) => pieceText(piece, neutral)).join('')}` : `secret:${object}/${key}`
}

function pieceText(piece: Piece, neutral: (text: string) => string): string {
  if (typeof piece === 'string') return neutral(piece)
  return `{${[`${piece.object}/${piece.key}`, ...piece.encode].join(' ')}}`
}
