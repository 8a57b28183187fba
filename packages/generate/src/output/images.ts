import type { Json } from '@waybill/model'
import type { OutputFile } from '../target.ts'

/**
 * The images that structured output names, sorted: those of Kubernetes objects, and those of the services of a Compose
 * file. Data that an object only carries, such as a ConfigMap with a key `image`, names none.
 */
export const imagesOf = (files: readonly OutputFile[]): string[] => {
  const documents = files.flatMap(({ content }) => ('documents' in content ? content.documents : []))
  return [...new Set(documents.flatMap(imagesInDocument))].sort()
}

type Fields = { readonly [key: string]: Json }

/** Where an object has text of people instead of a description of containers. */
const carried = new Set(['data', 'stringData', 'binaryData', 'metadata', 'env', 'environment', 'labels', 'annotations'])

function imagesInDocument(document: Json): string[] {
  if (!isFields(document)) return []
  const services = document['services']
  if (!('kind' in document) && isFields(services)) return Object.values(services).flatMap(ownImage)
  return imagesIn(document)
}

function imagesIn(value: Json): string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(imagesIn)
  if (!isFields(value)) return []
  const inside = Object.entries(value).flatMap(([key, member]) => (carried.has(key) ? [] : imagesIn(member)))
  return [...ownImage(value), ...inside]
}

const ownImage = (value: Json): string[] =>
  isFields(value) && typeof value['image'] === 'string' ? [value['image']] : []

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
