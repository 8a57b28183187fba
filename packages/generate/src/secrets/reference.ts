import { type Piece, type SecretKey, type SecretPlan, secretObject } from './plan.ts'

/**
 * A secret value by what it is made of, for comparing targets: `secret:<object>/<key>`, or the pieces of a composed one, whose
 * own object has a name that follows the target's spelling of addresses. What the site has already is named as what we would
 * make instead.
 *
 * @param neutral turns addresses in a target's text back into references
 */
export function secretReference(
  { object, key }: SecretKey,
  plan: SecretPlan,
  neutral: (text: string) => string,
): string {
  const pieces =
    plan.composed.find((each) => each.object === object)?.entries.find((each) => each.key === key)?.pieces ??
    plan.existing.find(({ at }) => at.object === object && at.key === key)?.pieces
  const written = pieces ?? [{ object, key, encode: [] }]
  const [only] = written
  if (written.length === 1 && typeof only === 'object' && only.encode.length === 0)
    return `secret:${madeName(only, plan)}`
  return `secret:${written.map((piece) => pieceText(piece, plan, neutral)).join('')}`
}

function pieceText(piece: Piece, plan: SecretPlan, neutral: (text: string) => string): string {
  if (typeof piece === 'string') return neutral(piece)
  return `{${[madeName(piece, plan), ...piece.encode].join(' ')}}`
}

function madeName({ object, key }: SecretKey, { base }: SecretPlan): string {
  for (const secret of base) {
    const part = secret.parts.find((each) => secret.keys[each]?.object === object && secret.keys[each].key === key)
    if (part !== undefined) return `${secretObject(secret)}/${part}`
  }
  return `${object}/${key}`
}
