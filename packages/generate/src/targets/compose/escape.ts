import type { Json } from '@waybill/model'
import { type Draft, Interpolated, type Members } from '../../containers/draft.ts'

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

/** A document as containers get it. */
export function unescaped(document: Json): Json {
  if (typeof document === 'string') return unescapeText(document)
  if (typeof document !== 'object' || document === null) return document
  if (isJsonList(document)) return document.map(unescaped)
  return Object.fromEntries(Object.entries(document).map(([key, member]) => [key, unescaped(member)]))
}

const isJsonList = (value: Json): value is readonly Json[] => Array.isArray(value)
