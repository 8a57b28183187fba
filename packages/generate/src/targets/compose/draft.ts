import type { Json } from '@waybill/model'

/** Text in which Compose puts its own variables: the only text that keeps its dollar signs. */
export class Interpolated {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A document before it is escaped; members that are `undefined` are left out. */
export type Draft = null | boolean | number | string | Interpolated | readonly Draft[] | Members
export interface Members {
  readonly [key: string]: Draft | undefined
}

/** Compose interpolates every string value, so each literal dollar sign of a document is doubled, wherever it stands. */
export function escaped(draft: Draft): Json {
  if (typeof draft === 'string') return escapeText(draft)
  if (typeof draft !== 'object' || draft === null) return draft
  if (draft instanceof Interpolated) return draft.text
  if (isList(draft)) return draft.map(escaped)
  const members: Record<string, Json> = {}
  for (const [key, member] of Object.entries(draft)) if (member !== undefined) members[key] = escaped(member)
  return members
}

export const escapeText = (text: string): string => (text.includes('$') ? text.replaceAll('$', '$$$$') : text)

/** What a container gets of a value in which nothing is interpolated. */
export const unescapeText = (text: string): string => text.replaceAll('$$', '$')

const isList = (draft: readonly Draft[] | Members): draft is readonly Draft[] => Array.isArray(draft)
